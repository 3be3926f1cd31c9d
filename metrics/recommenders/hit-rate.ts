/** HR@k: share of users whose target is in the first k of their list. With one target it is recall@k too. */
import type { Metric } from '../../contracts.ts'
import { measurePlaces } from '../places.ts'

const hitRate: Metric = {
  about: 'Share of users whose target is in the first k',
  unit: '1',
  better: 'higher',

  measure: (predicted, truth, _facts, k) => measurePlaces(predicted, truth, k, () => 1),
}

export default hitRate
