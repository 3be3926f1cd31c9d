import type { Metric } from '../../contracts.ts'
import { measureRows } from '../fields.ts'

/**
 * max |x̂ − x| over the nodes of a row, in f64; the value is the mean over the rows. Absolute, in the unit of
 * x, as the maximum error of PDEBench (arXiv:2210.07182), whose code takes the maximum over the rows as well: a
 * mean has an interval, and one bad row does not hide the others. NaN if any prediction of the row is NaN.
 */
const maxError: Metric = {
  about: 'max |x̂ − x| over the nodes, mean over the rows',
  cite: 'arXiv:2210.07182',
  unit: '1',
  better: 'lower',

  measure: (predicted, truth) =>
    measureRows(predicted, truth, (x, y, from, to) => {
      let worst = 0
      for (let i = from; i < to; i++) worst = Math.max(worst, Math.abs(x[i]! - y[i]!))
      return worst
    }),
}

export default maxError
