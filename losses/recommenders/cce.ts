/**
 * Cut cross-entropy: `ce` to the rounding of float32, in the memory of one tile of the catalog (losses/streamed.ts):
 *
 *   CE_i = log Σ_j exp(x_i · w_j) − x_i · w_{y_i}      j over all N items, `tile` of them at a time
 *
 * Slower than `ce` by the logits that the gradient computes again, a third of the multiplications.
 */
import type { Loss, Recommenders } from '../../contracts.ts'
import { meanOver, positionsOf, rightLogits } from '../positions.ts'
import { streamedLogSumExp } from '../streamed.ts'

const defaults = { tile: 1024 }

const cce: Loss<Recommenders, typeof defaults> = {
  about: 'Cross-entropy over the whole catalog, exact, tile by tile',
  cite: 'arXiv:2411.09009',
  defaults,
  /** The logits of a tile and their exponentials. */
  bytes: ({ tile }, { size, length, items }) => 4 * 2 * size * length * Math.min(tile, items),

  value(output, batch, { tile }) {
    const positions = positionsOf(output, batch)
    const all = streamedLogSumExp(positions.states, positions.catalog, tile) // [S]
    return meanOver(all.sub(rightLogits(positions)), positions.valid)
  },
}

export default cce
