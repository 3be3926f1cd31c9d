import type { Metric } from '../../contracts.ts'
import { meanOf, stepsOf } from '../steps.ts'

/**
 * Steps as PreCorrector counts them (arXiv:2405.15557, code): from x₀ ~ N(0, I) to ‖rhs − A x‖ ≤ 10⁻ᵏ, an absolute number, counted from 1. Half as
 * many again as from 0, and more: a random start is rough, and far away. Checked as metrics/steps.ts says.
 */
const iterationsPublished: Metric = {
  about:
    'the same from a random start to ‖rhs − Ax‖ ≤ 10⁻ᵏ, as published for PreCorrector; a row whose iterate does not have that residual counts as 40 n',
  cite: 'arXiv:2405.15557',
  unit: '1',
  better: 'lower',

  measure: (predicted, truth, facts, k) =>
    meanOf(stepsOf(predicted, truth, 'published', k), Number(facts.grid)),
}

export default iterationsPublished
