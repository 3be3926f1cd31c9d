/**
 * Cut cross-entropy over drawn items, "CCE−": sampled softmax with K own negatives for each position, in the memory of a tile,
 *
 *   CCE−_i = log( e^{p_i} + Σ_k e^{r_ik} ) − p_i,   j_ik uniform over the catalog with replacement,
 *
 * a negative that is the next item ignored; seen items count and there is no correction for the sampling.
 * Of the K, `tile` are looked up at a time and looked up again for the gradient (losses/streamed.ts): S · t · D numbers instead
 * of S · K · D. Faster and Memory-Efficient Training of Sequential Recommendation Models, arXiv:2509.09682.
 */
import type { Loss, Recommenders } from '../../contracts.ts'
import { drawPerPosition, isNext, lookupsPerPosition } from '../negatives.ts'
import { meanOver, NEVER, positionsOf, rightLogits } from '../positions.ts'
import { streamedLogSumExpOf } from '../streamed.ts'

const defaults = { negatives: 256, tile: 32 }

const cceSampled: Loss<Recommenders, typeof defaults> = {
  about: 'Cross-entropy over the next item and drawn ones at each position, tile by tile',
  cite: 'arXiv:2509.09682',
  defaults,

  lookups: lookupsPerPosition,
  /** Vectors of a tile; the mask, and its parts and those of what is drawn, which the gradient cuts alike. */
  bytes: ({ negatives, tile }, { size, length, width }) =>
    4 * size * length * (Math.min(tile, negatives) * width + 3 * negatives),

  value(output, batch, { negatives, tile }, noise) {
    const positions = positionsOf(output, batch)
    const items = drawPerPosition(positions, negatives, noise) // [S, K]
    const bias = isNext(positions, items).mul(NEVER) // [S, K]
    const others = streamedLogSumExpOf(positions.states, positions.catalog, { items, bias }, tile) // [S]
    return meanOver(others.sub(rightLogits(positions)).softplus(), positions.valid)
  },
}

export default cceSampled
