/**
 * MRR@k = (1 / U) Σ_u [ place_u ≤ k ] / place_u, place_u of the one target of user u in his list, from 1: the mean over users of
 * 1 / place, and of 0 where the target is not in the first k. Over the whole catalog, as the code of arXiv:2409.18721 prints it.
 */
import type { Metric } from '../../contracts.ts'
import { measurePlaces } from '../places.ts'

const mrr: Metric = {
  about: 'Mean of 1 / place of the target in the first k, 0 where it is missing',
  cite: 'doi:10.1145/3640457.3688140',
  unit: '1',
  better: 'higher',

  measure: (predicted, truth, _facts, k) => measurePlaces(predicted, truth, k, (place) => 1 / place),
}

export default mrr
