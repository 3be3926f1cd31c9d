/**
 * COV@k = |∪_u first k of u's list| / N: different items in the first k of all lists, divided by the size of the catalog
 * (`facts.items`). A property of all lists together, so there is no value per row and no interval. It says nothing of being right.
 * As Mezentsev et al., arXiv:2409.18721, report it. Departure: their N counts the items in training, ours those that can be listed;
 * of leave-one-out splits ours may be more (Amazon Beauty 5-core: 12,101 to 12,068).
 */
import type { Metric } from '../../contracts.ts'
import { cutOff, widthOfLists } from '../places.ts'

const coverage: Metric = {
  about: 'Share of the catalog that is in the first k of anyone',
  cite: 'doi:10.1145/3640457.3688140',
  unit: '1',
  better: 'higher',

  measure(predicted, _truth, facts, k) {
    const items = predicted.data.items as Int32Array
    const width = widthOfLists(predicted)
    const top = cutOff(predicted, k)
    const shown = new Set<number>()
    for (let row = 0; row < predicted.rows; row++) {
      for (const item of items.subarray(row * width, row * width + top)) shown.add(item)
    }
    shown.delete(0) // fills lists where the catalog is shorter
    return { perRow: null, value: shown.size / (facts.items as number) }
  },
}

export default coverage
