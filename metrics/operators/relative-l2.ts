import type { Metric } from '../../contracts.ts'
import { measureRows } from '../fields.ts'

/**
 * ‖x̂ − x‖₂ / ‖x‖₂ per row, over the n² nodes, in f64; the value is the mean over the rows.
 * 0 is perfect, predicting 0 scores 1. The errors of ConDiff's tables (arXiv:2406.04709) are this.
 * A true solution of norm 0 has no relative error: Infinity, or NaN when the prediction is 0 as well.
 */
const relativeL2: Metric = {
  about: '‖x̂ − x‖ / ‖x‖, mean over the rows',
  cite: 'arXiv:2406.04709',
  unit: '1',
  better: 'lower',

  measure: (predicted, truth) =>
    measureRows(predicted, truth, (x, y, from, to) => {
      let [error, size] = [0, 0]
      for (let i = from; i < to; i++) {
        error += (x[i]! - y[i]!) ** 2
        size += y[i]! ** 2
      }
      return Math.sqrt(error) / Math.sqrt(size)
    }),
}

export default relativeL2
