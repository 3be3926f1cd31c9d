/**
 * COV@k: different items in the first k of all lists, divided by the size of the catalog (`facts.items`).
 * A property of all lists together, so there is no value per row and no interval. It says nothing of being right.
 */
import type { Metric } from '../../contracts.ts'
import { cutOff, widthOfLists } from '../places.ts'

const coverage: Metric = {
  about: 'Share of the catalog that is in the first k of anyone',
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
