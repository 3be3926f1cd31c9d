/**
 * Surprisal@k, how far the lists lie from what everyone takes: the mean over the first k places of
 *
 *   w_j = log2(U / U_j) / log2 U,   U users in training, U_j of them took item j,   1 for an item that nobody took.
 *
 * 0: only what all took; 1: only what one user took or none. A place that a short catalog leaves empty does not count; an empty
 * list has 0. It says nothing of being right. `facts.takers` [N + 1] has U_j at index j, `facts.takersOf` is U (the track counts
 * them in the train split). The mean self-information of Zhou et al., PNAS 2010, doi:10.1073/pnas.1000488107, scaled to 1 as in
 * RePlay (arXiv:2409.07272), by which arXiv:2509.09682 compares losses.
 */
import type { Metric } from '../../contracts.ts'
import { cutOff, widthOfLists } from '../places.ts'

const surprisal: Metric = {
  about: 'Mean self-information of the first k: 0 is what all took, 1 what one user took or none',
  cite: 'doi:10.1073/pnas.1000488107',
  unit: '1',
  better: 'higher',

  measure(predicted, _truth, facts, k) {
    const items = predicted.data.items as Int32Array
    const weights = weightsOf(facts.takers as readonly number[], facts.takersOf as number)
    const width = widthOfLists(predicted)
    const top = cutOff(predicted, k)
    const perRow = Float64Array.from({ length: predicted.rows }, (_, row) => {
      const listed = items.subarray(row * width, row * width + top).filter((item) => item > 0)
      return listed.reduce((sum, item) => sum + weights[item]!, 0) / Math.max(1, listed.length)
    })
    return { perRow, value: perRow.reduce((sum, one) => sum + one, 0) / Math.max(1, perRow.length) }
  },
}

export default surprisal

/** w_j of each item; a single user has taken all there is or nothing, so 0 or 1. */
function weightsOf(takers: readonly number[], users: number): Float64Array {
  const most = Math.log2(users)
  return Float64Array.from(takers, (count) => {
    if (count === 0) return 1
    return count >= users ? 0 : Math.log2(users / count) / most
  })
}
