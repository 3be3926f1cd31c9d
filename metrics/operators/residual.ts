import type { Metric } from '../../contracts.ts'
import { applyAt, facesOf, nodeOf } from '../diffusion.ts'
import { measureRows, numbersOf } from '../fields.ts'

/**
 * ‖rhs − A x̂‖ / ‖rhs‖ per row: how far the discrete equation is missed, in f64; the value is the mean over the rows.
 * 1 for x̂ = 0. A amplifies the finest scales, so that a prediction of small error may have a residual far above 1.
 * Predictions are stored in float32: below about 6e-8 ‖|A| |x|‖ / ‖rhs‖ (1e-5 to 1e-3 with the grid) nothing can come.
 */
const residual: Metric = {
  about: '‖rhs − Ax̂‖ / ‖rhs‖, the discrete residual, mean over the rows',
  unit: '1',
  better: 'lower',

  measure(predicted, truth) {
    const [k, rhs] = [numbersOf(truth, 'k'), numbersOf(truth, 'rhs')]
    return measureRows(predicted, truth, (x, _, from, to) => {
      const n = Math.sqrt(to - from)
      const [u, faces] = [nodeOf(x, from, n), facesOf(k, from / (to - from), n)]
      let [missed, size] = [0, 0]
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          const f = rhs[from + i * n + j]!
          missed += (f - applyAt(u, faces, n, i, j)) ** 2
          size += f * f
        }
      return Math.sqrt(missed) / Math.sqrt(size)
    })
  },
}

export default residual
