/**
 * Sampled softmax, "CE−": cross-entropy over the next item and K items drawn once for each sequence,
 *
 *   CE−_i = log( e^{p_i} + Σ_k e^{r_ik} ) − p_i,   r_ik = x_i · w_{j_k}, j_k uniform among the items that the user did not take,
 *
 * the same for all positions of a sequence; no correction for the sampling. Mean over the positions that have a next item.
 * Klenitskiy & Vasilev, Turning Dross Into Gold Loss, RecSys 2023, arXiv:2309.07602 (K = 3000); code of arXiv:2409.18721.
 * Departures: drawn with replacement, so that K (K − 1) / 2N pairs are equal on average and count twice; items that the user
 * took within the L places of the batch row are masked (losses/negatives.ts).
 */
import type { Loss, Recommenders } from '../../contracts.ts'
import { logSumExp, type Tensor, tf } from '../../tensor/index.ts'
import { drawPerSequence, logitsPerSequence, NEGATIVES, type Negatives, untaken } from '../negatives.ts'
import { meanOver, NEVER, positionsOf, rightLogits, wholeOf } from '../positions.ts'

const defaults = { negatives: 256 }

const ceSampled: Loss<Recommenders, typeof defaults> = {
  about: 'Cross-entropy over the next item and a few that are drawn once for each sequence',
  cite: 'arXiv:2309.07602',
  defaults,

  /** The vectors that are looked up once a sequence, the logits and their gradient. */
  bytes: ({ negatives }, { size, length, width }) => 4 * size * negatives * (width + 2 * length),
  lookups: { noise: NEGATIVES, most: ({ negatives }, { size }) => size * negatives },

  value(output, batch, { negatives }, noise) {
    const positions = positionsOf(output, wholeOf(batch)) // the logits of a sequence are one product
    const { catalog, states } = positions
    const drawn = drawPerSequence(batch, positions, negatives, noise) // [B, K]
    const length = batch.target.shape[1]!
    const allowed = untaken(batch, drawn, catalog.shape[0]!) // [B, K]
    const counts = allowed.expandDims(1).tile([1, length, 1]).reshape([-1, negatives]) // [S, K]
    const sequences = states.reshape([-1, length, states.shape[1]!]) // [B, L, D]
    const logits = logitsPerSequence(sequences, catalog, drawn) // [S, K]
    return meanOver(softmaxAgainst(rightLogits(positions), { logits, counts }), positions.valid)
  },
}

export default ceSampled

/** log(e^p + Σ e^r) − p over the negatives that count: [S]. */
export function softmaxAgainst(right: Tensor, { logits, counts }: Negatives): Tensor {
  const others = logSumExp(tf.where(counts.greater(0), logits, tf.scalar(NEVER))) // [S]
  return others.sub(right).softplus()
}
