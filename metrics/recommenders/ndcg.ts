/**
 * NDCG@k with one target: 1 / log2(place + 1) when the target stands at place ≤ k of the list, else 0; mean over users.
 * The best list has the target first, so the normalizing constant is 1. Over the whole catalog: the list comes from it.
 */
import type { Metric } from '../../contracts.ts'
import { measurePlaces } from '../places.ts'

const ndcg: Metric = {
  about: 'Mean of 1 / log2(place + 1) of the target in the first k, 0 where it is missing',
  cite: 'doi:10.1145/582415.582418',
  unit: '1',
  better: 'higher',

  measure: (predicted, truth, _facts, k) =>
    measurePlaces(predicted, truth, k, (place) => 1 / Math.log2(place + 1)),
}

export default ndcg
