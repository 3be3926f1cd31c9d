/**
 * Binary cross-entropy with K negatives for each position:
 *
 *   BCE+_i = ( softplus(−p_i) + Σ_k softplus(r_ik) ) / (K_i + 1),   p_i = x_i · w_{y_i}, r_ik = x_i · w_{j_ik}
 *
 * j_ik uniform among the items that the user did not take, K_i of them. Mean over the positions that have a next item.
 * Mezentsev et al., arXiv:2409.18721, section 4 and code. Departures (losses/negatives.ts): drawn with replacement, those that
 * the user took are masked and K_i is what is left; "took" means within the L places of the batch row. There K are always had, so
 * p_i weighs 1 / (K + 1); here 1 / (K_i + 1), more where negatives are masked: with K = 1 and that one masked 1 instead of ½.
 */
import type { Loss, Recommenders } from '../../contracts.ts'
import type { Tensor } from '../../tensor/index.ts'
import {
  bytesPerPosition,
  drawPerPosition,
  logitsPerPosition,
  lookupsPerPosition,
  type Negatives,
  untaken,
} from '../negatives.ts'
import { meanOver, positionsOf, rightLogits, sequencesOf } from '../positions.ts'

const defaults = { negatives: 256 }

const bcePlus: Loss<Recommenders, typeof defaults> = {
  about: 'Binary cross-entropy against several drawn items at each position',
  cite: 'arXiv:2409.18721',
  defaults,

  lookups: lookupsPerPosition,
  bytes: ({ negatives }, at) => bytesPerPosition(negatives, at),

  value(output, batch, { negatives }, noise) {
    const positions = positionsOf(output, batch)
    const drawn = drawPerPosition(positions, negatives, noise) // [S, K]
    const counts = untaken(batch, drawn, positions.catalog.shape[0]!, sequencesOf(batch))
    const values = bceOf(rightLogits(positions), { logits: logitsPerPosition(positions, drawn), counts })
    return meanOver(values, positions.valid)
  },
}

export default bcePlus

/** ( weight · softplus(−p) + Σ softplus(r) ) / (number of negatives that count + 1): [S]. */
export function bceOf(right: Tensor, { logits, counts }: Negatives, weight = 1): Tensor {
  const against = logits.softplus().mul(counts).sum(-1) // [S]
  return right.neg().softplus().mul(weight).add(against).div(counts.sum(-1).add(1))
}
