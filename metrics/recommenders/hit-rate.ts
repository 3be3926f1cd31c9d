/**
 * HR@k = (1 / U) Σ_u [ place_u ≤ k ], place_u of the one target of user u in his list, from 1: the share of users whose target is in
 * the first k. With one target it is recall@k too. Over the whole catalog, as Mezentsev et al., arXiv:2409.18721, report it.
 */
import type { Metric } from '../../contracts.ts'
import { measurePlaces } from '../places.ts'

const hitRate: Metric = {
  about: 'Share of users whose target is in the first k',
  cite: 'doi:10.1145/3640457.3688140',
  unit: '1',
  better: 'higher',

  measure: (predicted, truth, _facts, k) => measurePlaces(predicted, truth, k, () => 1),
}

export default hitRate
