import type { Metric } from '../../contracts.ts'
import { stepsOf } from '../steps.ts'

/** The share of rows whose iterate has ‖rhs − A x‖ ≤ 10⁻ᵏ ‖rhs‖, from 0 within 40 n steps; checked as metrics/steps.ts says. */
const reached: Metric = {
  about: 'share of rows that reach ‖rhs − Ax‖ ≤ 10⁻ᵏ ‖rhs‖ within 40 n steps',
  unit: '1',
  better: 'higher',

  measure(predicted, truth, _, k) {
    const perRow = Float64Array.from(stepsOf(predicted, truth, 'ours', k), (count) => (count < 0 ? 0 : 1))
    return { perRow, value: perRow.reduce((sum, one) => sum + one, 0) / perRow.length }
  },
}

export default reached
