/** MRR@k: 1 / place of the target when it is in the first k, else 0; mean over users. */
import type { Metric } from '../../contracts.ts'
import { measurePlaces } from '../places.ts'

const mrr: Metric = {
  about: 'Mean of 1 / place of the target in the first k, 0 where it is missing',
  unit: '1',
  better: 'higher',

  measure: (predicted, truth, _facts, k) => measurePlaces(predicted, truth, k, (place) => 1 / place),
}

export default mrr
