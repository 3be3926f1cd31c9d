/** x̂ = 0, whatever is asked: relative errors of exactly 1. Who scores 1 or more has learned nothing. */
import type { Predictor } from '../../contracts.ts'

const zero: Predictor = {
  about: 'Zero everywhere: what not knowing costs',
  defaults: {},

  fit() {
    return async ({ rhs: { batch, n } }) => ({ batch, n, data: new Float64Array(batch * n * n) })
  },
}

export default zero
