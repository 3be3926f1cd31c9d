/**
 * Negatives: items that are drawn to stand for all that the user did not take next. Shared by the sampled losses.
 *
 * They are drawn uniformly with replacement and fed, so a step can be traced; those that must not count (an item of the
 * user's own, the next item itself) are masked out afterwards instead of being drawn again. So a position has fewer than K of
 * them, on average by K times the share of the catalog that is masked.
 *
 * Where the catalog is cut to the rows of a step (Batch.items), they are drawn from all N items all the same and fed as rows of
 * the part. Letters: B batch, L length, S positions (positions.ts), D width, N items, K negatives.
 */
import type { Batch, LossSizes, Noise, Recommenders } from '../contracts.ts'
import { addRows, type Tensor, tf } from '../tensor/index.ts'
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
  most: ({ negatives }: { negatives: number }, { size, length, known = size * length }: LossSizes) =>
    known * negatives,
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
 * the L places that a network sees is not known here. `negatives` [R, K], int32, of the users `of` [R], all by default → float32 [R, K].
 */
export function untaken(
  batch: Batch<Recommenders>,
  negatives: Tensor,
  items: number,
  of: Tensor = tf.range(0, batch.target.shape[0]!, 1, 'int32'),
): Tensor {
  const own = tf.concat([batch.input.history, batch.target], 1) // [B, 2L]
  const [size, twice] = own.shape as [number, number]
  const [count, each] = negatives.shape as [number, number]
  // Either each pair is compared or a table of users × items is filled: whichever is smaller.
  const taken =
    size * items <= count * each * twice
      ? takenByTable(own, of, negatives, items)
      : takenByPairs(own, of, negatives)
  return tf.scalar(1).sub(taken)
}

/** 1 where the negative is the next item of its own position: `negatives` [S, K]. */
export function isNext({ rows }: Positions, negatives: Tensor): Tensor {
  return negatives.equal(rows.expandDims(-1)).toFloat() // [S, K]
}

function takenByPairs(own: Tensor, users: Tensor, negatives: Tensor): Tensor {
  const item = negatives.add(tf.scalar(1, 'int32')).expandDims(-1) // [R, K, 1]
  return item.equal(tf.gather(own, users).expandDims(1)).toFloat().max(-1) // [R, K]
}

function takenByTable(own: Tensor, users: Tensor, negatives: Tensor, items: number): Tensor {
  const size = own.shape[0]!
  const wide = tf.scalar(items + 1, 'int32')
  const start = tf.range(0, size, 1, 'int32').mul(wide) // [B]
  const cells = own.add(start.expandDims(-1)).flatten().toInt()
  const table = addRows(tf.onesLike(cells).toFloat(), cells, size * (items + 1)) // [B (N + 1)]
  const places = negatives.add(users.mul(wide).expandDims(-1)).add(tf.scalar(1, 'int32')).toInt() // [R, K]
  return tf.gather(table, places).minimum(1) // [R, K]
}
