import type { Loss, Recommenders } from '../../contracts.ts'
import { logSumExp, type Tensor, tf } from '../../tensor/index.ts'
import { meanOver, type Positions, positionsOf, rightLogits } from '../positions.ts'

/**
 * Cross-entropy over the whole catalog, mean over the positions that have a next item y:
 *
 *   CE_i = log Σ_j exp(x_i · w_j) − x_i · w_{y_i}      j over all N items
 *
 * The S × N logits exist once, and once more for their gradient; nothing one-hot is made.
 * No padding row takes part (the code of arXiv:2409.18721 sums over two rows that are no items).
 */
const ce: Loss<Recommenders> = {
  about: 'Cross-entropy over the whole catalog',
  cite: 'doi:10.1145/3640457.3688140',
  defaults: {},
  bytes: (_, { size, length, items }) => 4 * 2 * size * length * items, // logits, and their gradient

  value(output, batch) {
    const positions = positionsOf(output, batch)
    return meanOver(ceOf(positions), positions.valid)
  },
}

export default ce

/** CE_i of every position, to be masked: [S]. */
export function ceOf(positions: Positions): Tensor {
  const logits = tf.matMul(positions.states, positions.catalog, false, true) // [S, N]
  return logSumExp(logits).sub(rightLogits(positions)) // [S]
}
