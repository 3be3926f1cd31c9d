/**
 * Binary cross-entropy with one negative for each position, as SASRec was first trained:
 *
 *   BCE_i = ( softplus(−x_i · w_{y_i}) + softplus(x_i · w_j) ) / 2,   j uniform among the items that the user did not take.
 *
 * Kang & McAuley, arXiv:1808.09781, equation 6 (a sum there; a factor of the loss makes no difference to Adam).
 * This is `bce-plus` with K = 1, where it says how j is drawn. Departure: where j is one that the user took, it is not drawn again but
 * masked, and BCE_i is softplus(−x_i · w_{y_i}), undivided: the next item weighs twice as much as at other positions.
 */
import type { Loss, Recommenders } from '../../contracts.ts'
import { lookupsPerPosition } from '../negatives.ts'
import bcePlus from './bce-plus.ts'

const bce: Loss<Recommenders> = {
  about: 'Binary cross-entropy against one drawn item at each position',
  cite: 'arXiv:1808.09781',
  defaults: {},

  lookups: { ...lookupsPerPosition, most: (_, at) => lookupsPerPosition.most({ negatives: 1 }, at) },

  value: (output, batch, _, noise) => bcePlus.value(output, batch, { negatives: 1 }, noise),
}

export default bce
