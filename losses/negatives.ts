/**
 * Negatives: items that are drawn to stand for all that the user did not take next. Shared by the sampled losses.
 *
 * They are drawn uniformly with replacement and fed, so a step can be traced; those that must not count (an item of the
 * user's own, the next item itself) are masked out afterwards instead of being drawn again. So a position has fewer than K of
 * them, on average by K times the share of the catalog that is masked.
 *
 * Where the catalog is cut to the rows of a step (Batch.items), they are drawn from all N items all the same and fed as rows of
 * the part. Letters: B batch, L length, S = B L positions, D width, N items, K negatives.
 */
import type { Batch, LossSizes, Noise, Recommenders } from '../contracts.ts'
import { type Tensor, tf } from '../tensor/index.ts'
import type { Positions } from './positions.ts'

export interface Negatives {
  logits: Tensor // [S, K]
  counts: Tensor // float32 [S, K], 1 where the negative counts
}

/** The noise that holds them. */
export const NEGATIVES = 'negatives'

/** K negatives for each position, [S, K]: catalog rows, int32. */
export function drawPerPosition({ states, items }: Positions, count: number, noise: Noise): Tensor {
  return noise(NEGATIVES, [states.shape[0]!, count], { integer: items })
}

/** K negatives for each sequence, shared by its positions, [B, K]: catalog rows, int32. */
export function drawPerSequence(
  { target }: Batch<Recommenders>,
  { items }: Positions,
  count: number,
  noise: Noise,
): Tensor {
  return noise(NEGATIVES, [target.shape[0]!, count], { integer: items })
}

/** Which rows of the catalog a loss with K negatives for each position looks up. */
export const lookupsPerPosition = {
  noise: NEGATIVES,
  most: ({ negatives }: { negatives: number }, { size, length }: LossSizes) => size * length * negatives,
}

/** Of such a loss, where K is many: the vectors that are looked up, the logits and their gradient. */
export function bytesPerPosition(negatives: number, { size, length, width }: LossSizes): number {
  return 4 * size * length * negatives * (width + 2)
}

/** x_i · w_j for the own negatives j of each position: [S, K]. */
export function logitsPerPosition({ states, catalog }: Positions, negatives: Tensor): Tensor {
  const vectors = tf.gather(catalog, negatives) // [S, K, D]
  return tf.matMul(states.expandDims(1), vectors, false, true).squeeze([1]) // [S, K]
}

/** x_i · w_j for the negatives of the sequence: [S, K]. */
export function logitsPerSequence(states: Tensor, catalog: Tensor, negatives: Tensor): Tensor {
  const vectors = tf.gather(catalog, negatives) // [B, K, D]
  return tf.matMul(states, vectors, false, true).reshape([-1, negatives.shape[1]!]) // [B, L, K] → [S, K]
}

/**
 * 1 where the user did not take the item: neither among the inputs nor among the targets of the batch row. What lies before
 * the L places that a network sees is not known here. `negatives` [B, …], int32 → float32 of that shape.
 */
export function untaken(batch: Batch<Recommenders>, negatives: Tensor, items: number): Tensor {
  const { history } = batch.input
  const [size, length] = history.shape as [number, number]
  const flat = negatives.reshape([size, -1]) // [B, P]
  // Either each pair is compared or a table of users × items is filled: whichever is smaller.
  const taken =
    items <= 2 * length * flat.shape[1]!
      ? takenByTable(history, batch.target, flat, items)
      : takenByPairs(history, batch.target, flat)
  return tf.scalar(1).sub(taken).reshape(negatives.shape)
}

/** 1 where the negative is the next item of its own position: `negatives` [S, K]. */
export function isNext({ rows }: Positions, negatives: Tensor): Tensor {
  return negatives.equal(rows.expandDims(-1)).toFloat() // [S, K]
}

function takenByPairs(history: Tensor, target: Tensor, flat: Tensor): Tensor {
  const own = tf.concat([history, target], 1).expandDims(1) // [B, 1, 2L]
  const item = flat.add(tf.scalar(1, 'int32')).expandDims(-1) // [B, P, 1]
  return item.equal(own).toFloat().max(-1) // [B, P]
}

function takenByTable(history: Tensor, target: Tensor, flat: Tensor, items: number): Tensor {
  const own = tf.concat([history, target], 1) // [B, 2L]
  const size = own.shape[0]!
  const start = tf.tensor1d(
    Array.from({ length: size }, (_, b) => b * (items + 1)),
    'int32',
  ) // [B]
  const cells = own.add(start.expandDims(-1)).flatten().toInt() as ReturnType<typeof tf.tensor1d>
  const table = tf.unsortedSegmentSum(tf.onesLike(cells).toFloat(), cells, size * (items + 1)) // [B (N + 1)]
  const places = flat.add(start.expandDims(-1)).add(tf.scalar(1, 'int32')).toInt() // [B, P]
  return tf.gather(table, places).minimum(1) // [B, P]
}
