/**
 * BPR-max: BPR against the negatives weighted by how high they score, with a penalty on their scores,
 *
 *   −log Σ_k s_k σ(p − r_k) + λ Σ_k s_k r_k²,   s = softmax over the negatives r
 *
 * Written as log Σ e^{r_k} − log Σ e^{r_k + log σ(p − r_k)}, which neither overflows nor takes the logarithm of a rounded 0.
 * One set of K items is drawn uniformly for the whole step; one that is the position's own next item is masked there.
 * Hidasi & Karatzoglou, CIKM 2018, arXiv:1706.03847, equations 9 and 10, and the authors' code.
 * Departures: no in-batch negatives, no popularity exponent on the draw, no activation (ELU) on the scores.
 */
import type { Loss, Recommenders } from '../../contracts.ts'
import { logSumExp, type Tensor, tf } from '../../tensor/index.ts'
import { isNext, NEGATIVES, type Negatives } from '../negatives.ts'
import { meanOver, NEVER, positionsOf, rightLogits } from '../positions.ts'

const defaults = { negatives: 2048, penalty: 1 } // K and λ

const bprMax: Loss<Recommenders, typeof defaults> = {
  about: 'The next item ranked above drawn ones, those that score high weighing most',
  cite: 'arXiv:1706.03847',
  defaults,

  /** S · K six times: logits, mask, log σ, two softmaxes and a gradient. */
  bytes: ({ negatives }, { size, length }) => 4 * 6 * size * length * negatives,
  lookups: { noise: NEGATIVES, most: ({ negatives }) => negatives },

  value(output, batch, { negatives, penalty }, noise) {
    const positions = positionsOf(output, batch)
    const { states, catalog } = positions
    const drawn = noise(NEGATIVES, [negatives], { integer: positions.items }) // [K]
    const logits = tf.matMul(states, tf.gather(catalog, drawn), false, true) // [S, K]
    const counts = tf.scalar(1).sub(isNext(positions, drawn.expandDims(0))) // [S, K]
    return meanOver(bprMaxOf(rightLogits(positions), { logits, counts }, penalty), positions.valid)
  },
}

export default bprMax

/** The loss of each position: [S]. */
export function bprMaxOf(right: Tensor, { logits, counts }: Negatives, penalty: number): Tensor {
  const masked = tf.where(counts.greater(0), logits, tf.scalar(NEVER)) // [S, K]
  const wins = right.expandDims(-1).sub(logits).neg().softplus().neg() // log σ(p − r)
  const ranked = logSumExp(masked).sub(logSumExp(masked.add(wins))) // [S]
  const sizes = masked.softmax().mul(logits.square()).sum(-1) // [S]; masked ones weigh 0
  return ranked.add(sizes.mul(penalty))
}
