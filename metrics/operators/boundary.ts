import type { Metric } from '../../contracts.ts'
import { measureNorms } from '../fields.ts'

/**
 * ‖x̂ − x‖ / ‖x‖ per row over the 4 n − 4 nodes next to the wall alone; the value is the mean over the rows. x is small
 * there: a network that does not know of the wall is far above its relative-l2.
 */
const boundary: Metric = {
  about: '‖x̂ − x‖ / ‖x‖ over the nodes next to the wall, mean over the rows',
  unit: '1',
  better: 'lower',

  measure: (predicted, truth) =>
    measureNorms(predicted, truth, (u, { n }) => {
      const isNext = (i: number) => i === 0 || i === n - 1
      return u.reduce((sum, value, at) => {
        return isNext(Math.floor(at / n)) || isNext(at % n) ? sum + value * value : sum
      }, 0)
    }),
}

export default boundary
