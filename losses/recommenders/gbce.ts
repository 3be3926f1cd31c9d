/**
 * Generalized binary cross-entropy: the positive term weighted down, so that sampling does not make the model overconfident.
 *
 *   gBCE_i = ( β softplus(−p_i) + Σ_k softplus(r_ik) ) / (K + 1),   β = 1 − t (1 − K / (N − 1))
 *
 * −β log σ(p) is what the published code writes as BCE of a transformed logit log(1 / (σ(p)^{−β} − 1)). t = 0 is BCE, t = 1
 * makes σ a calibrated probability. Negatives are uniform with replacement over the whole catalog, seen items and the next
 * item included. Petrov & Macdonald, RecSys 2023, doi:10.1145/3604915.3608783, and the authors' code.
 */
import type { Loss, Recommenders } from '../../contracts.ts'
import { tf } from '../../tensor/index.ts'
import { bytesPerPosition, drawPerPosition, logitsPerPosition, lookupsPerPosition } from '../negatives.ts'
import { meanOver, positionsOf, rightLogits } from '../positions.ts'
import { bceOf } from './bce-plus.ts'

const defaults = { negatives: 256, calibration: 0.75 } // K and t

const gbce: Loss<Recommenders, typeof defaults> = {
  about: 'Binary cross-entropy whose positive term is calibrated to the share of items drawn',
  cite: 'doi:10.1145/3604915.3608783',
  defaults,

  lookups: lookupsPerPosition,
  bytes: ({ negatives }, at) => bytesPerPosition(negatives, at),

  value(output, batch, { negatives, calibration }, noise) {
    const positions = positionsOf(output, batch)
    const drawn = drawPerPosition(positions, negatives, noise) // [S, K]
    const logits = logitsPerPosition(positions, drawn)
    const weight = positiveWeight(negatives, positions.items, calibration)
    const values = bceOf(rightLogits(positions), { logits, counts: tf.onesLike(logits) }, weight)
    return meanOver(values, positions.valid)
  },
}

export default gbce

/** β of K negatives out of N items at calibration t. */
export function positiveWeight(negatives: number, items: number, calibration: number): number {
  return 1 - calibration * (1 - negatives / (items - 1))
}
