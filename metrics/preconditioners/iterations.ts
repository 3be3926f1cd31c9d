import type { Metric } from '../../contracts.ts'
import { meanOf, stepsOf } from '../steps.ts'

/**
 * Steps of preconditioned conjugate gradients from x = 0 to ‖rhs − A x‖ ≤ 10⁻ᵏ ‖rhs‖, per row; the value is the mean over the rows.
 * The iterate is checked, the count is taken as it is (metrics/steps.ts): read it beside the seconds.
 */
const iterations: Metric = {
  about:
    'steps of conjugate gradients from 0 to ‖rhs − Ax‖ ≤ 10⁻ᵏ ‖rhs‖, mean over the rows; a row whose iterate does not have that residual counts as 40 n',
  unit: '1',
  better: 'lower',

  measure: (predicted, truth, facts, k) => meanOf(stepsOf(predicted, truth, 'ours', k), Number(facts.grid)),
}

export default iterations
