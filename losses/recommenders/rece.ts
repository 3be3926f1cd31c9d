/**
 * Reduced cross-entropy: softmax over the next item and the items that random anchors put near the state.
 *
 *   each of r rounds:  anchors B [n_b, D], standard normal, no gradient
 *                      h(v) = argmax_b (B v)_b for states and for items; both sides sorted by h, cut into n_b equal chunks
 *                      a position meets the items of the chunks within n_ec of its own
 *   RECE_i = log( e^{p_i} + Σ_{j in C_i, j ≠ y_i} e^{x_i · w_j} ) − p_i,   C_i the set of items met in any round
 *
 * Mean over the positions that have a next item. RECE_i ≤ CE_i, equal when every chunk is met (n_ec ≥ n_b − 1, or n_b = 1).
 * An item met in several rounds counts in the first of them alone: that is the published − log(number of meetings), without
 * counting. n_b = 0 stands for ⌊√(4 (1 + 2 n_ec) min(N, s m))⌋ with s the batch and m = `interactions`, the mean number of real
 * positions in a sequence (0: all L).
 *
 * Gusak, Mezentsev, Oseledets & Frolov, CIKM 2024, arXiv:2408.02354, and the authors' code (one anchor a chunk, as there).
 * Departures: padded positions are sorted behind the real ones and chunks are cut from the real ones alone; where lengths are no
 * multiple of n_b, chunks differ by one in size, instead of zero rows that all hash to anchor 0; equal anchors keep their order.
 * Letters: s batch, L length, S = s L positions, M real ones, D width, N items, C chunks = n_b, X and Y places of a chunk.
 */
import type { Loss, Noise, Recommenders } from '../../contracts.ts'
import { addRows, logSumExp, stopGradient, type Tensor, tf } from '../../tensor/index.ts'
import { meanOver, NEVER, type Positions, positionsOf, rightLogits } from '../positions.ts'

const defaults = { buckets: 0, extra: 1, rounds: 8, interactions: 0 }
type Settings = typeof defaults

const rece: Loss<Recommenders, Settings> = {
  about: 'Reduced cross-entropy: the items whose nearest random anchors are those of the state',
  cite: 'doi:10.1145/3627673.3679986',
  defaults,

  /**
   * The projections of a round, or what r rounds keep for the gradient: of P pairs of a position and an item, and of the vectors on
   * both sides, which we look up chunk by chunk. Where n_b divides S and N, P = S N (1 + 2 n_ec) / n_b, and in bytes
   *
   *   max( 4 n_b max(S, N),  max(5 r + 4, 6 r − 1) P + 4 r (S + (1 + 2 n_ec) N) D )
   *
   * Of a pair each round keeps its share of the softmax and whether it is out, 4 + 1; the last round has its logits beside them, 4.
   * Before that it asks which of the r − 1 earlier rounds met the pair: as many answers of 1, and an int32, but no share yet.
   *
   * Departure: the count of the paper's code has r rounds of projections, made at once; four tensors of r P logits, 16 r bytes a
   * pair, since it counts how often an item is met; and no vectors.
   */
  bytes(params, { size, length, width, items }) {
    const { rounds, extra } = params
    const chunks = chunksOf(params, { size, length, catalog: items })
    const x = Math.ceil((size * length) / chunks)
    const y = Math.min(Math.ceil(((1 + 2 * extra) * items) / chunks), items)
    const pairs = chunks * x * y * Math.max(5 * rounds + 4, 6 * rounds - 1)
    const vectors = 4 * rounds * chunks * (x + y) * width
    return Math.max(4 * chunks * Math.max(size * length, items), pairs + vectors)
  },

  value(output, batch, params, noise) {
    const positions = positionsOf(output, batch)
    const [size, length] = batch.target.shape as [number, number]
    const chunks = chunksOf(params, { size, length, catalog: positions.catalog.shape[0]! })
    const anchors = anchorsOf(params.rounds, [chunks, positions.catalog.shape[1]!], noise)
    return meanOver(receOf(positions, anchors, params.extra), positions.valid)
  },
}

export default rece

/** n_b for `size` sequences of `length` places and a catalog of N items; never more than there is to cut. */
export function chunksOf(params: Settings, batch: { size: number; length: number; catalog: number }): number {
  const { size, length, catalog } = batch
  const interactions = params.interactions > 0 ? Math.min(params.interactions, length) : length
  const least = Math.min(catalog, size * interactions)
  const byFormula = Math.floor(Math.sqrt(4 * (1 + 2 * params.extra) * least))
  return Math.max(1, Math.min(params.buckets || byFormula, catalog, size * length))
}

/** RECE_i of every position for given anchors, [C, D] a round: [S]. Padded positions hold what must be masked. */
export function receOf(at: Positions, anchors: readonly Tensor[], extra: number): Tensor {
  const rounds = anchors.map((round) => arrange(at, round, extra))
  const sums = rounds.map((round, n) => sumOfRound(at, round, rounds.slice(0, n), extra)) // [S] each
  const others = logSumExp(tf.stack(sums, -1)) // [S]
  return others.sub(rightLogits(at)).softplus() // log(e^others + e^p) − p
}

/** Who is in which chunk in one round; nothing here has a gradient. */
interface Round {
  chunk: Tensor // int32 [S] of each position
  place: Tensor // int32 [S] its place among the C X places
  positions: Tensor // int32 [C, X], the position at each place; beyond the end of a chunk, some other one
  items: Tensor // int32 [C, Y], the items that a chunk meets
  beyond: Tensor // float32 [C, 1, Y], −1e30 where there is no such item, else 0
  chunkOfItem: Tensor // int32 [N]
}

function arrange({ states, catalog, valid }: Positions, anchors: Tensor, extra: number): Round {
  const [chunks, count] = [anchors.shape[0]!, states.shape[0]!]
  const nearest = (vectors: Tensor) => tf.matMul(stopGradient(vectors), anchors, false, true).argMax(-1)
  const hash = tf.where(valid.greater(0), nearest(states), tf.scalar(chunks, 'int32')) // padding behind all
  const order = sortedBy(hash) // [S]
  const rank = inverseOf(order) // [S]
  const starts = startsOf(valid.sum().toInt(), chunks) // [C]
  const chunk = starts.expandDims(0).lessEqual(rank.expandDims(-1)).toInt().sum(-1).sub(ONE()).toInt() // [S]
  const wide = Math.ceil(count / chunks)
  const step = tf.range(0, wide, 1, 'int32')
  const ranks = starts
    .expandDims(-1)
    .add(step)
    .minimum(tf.scalar(count - 1, 'int32')) // [C, X]
  const place = chunk.mul(tf.scalar(wide, 'int32')).add(rank.sub(tf.gather(starts, chunk))) // [S]
  return {
    chunk,
    place: place.minimum(tf.scalar(chunks * wide - 1, 'int32')).toInt(), // padding may fall beyond the last chunk
    positions: tf.gather(order, ranks.toInt()),
    ...itemsOf(sortedBy(nearest(catalog)), chunks, extra),
  }
}

/** The items' side, whose chunks are cut at fixed ranks. `order` [N], items sorted by anchor. */
function itemsOf(order: Tensor, chunks: number, extra: number) {
  const count = order.shape[0]!
  const start = (chunk: number) => Math.ceil((Math.min(Math.max(chunk, 0), chunks) * count) / chunks)
  const windows = Array.from({ length: chunks }, (_, c) => [start(c - extra), start(c + 1 + extra)] as const)
  const wide = Math.max(...windows.map(([from, to]) => to - from))
  const steps = [...Array(wide).keys()]
  const ranks = windows.flatMap(([from, to]) => steps.map((y) => Math.min(from + y, to - 1)))
  const beyond = windows.flatMap(([from, to]) => steps.map((y) => (from + y < to ? 0 : NEVER)))
  const chunkAtRank = Array.from({ length: count }, (_, rank) => Math.floor((rank * chunks) / count))
  return {
    items: tf.gather(order, tf.tensor2d(ranks, [chunks, wide], 'int32')), // [C, Y]
    beyond: tf.tensor3d(beyond, [chunks, 1, wide]),
    chunkOfItem: tf.gather(tf.tensor1d(chunkAtRank, 'int32'), inverseOf(order).toInt()), // [N]
  }
}

/** log Σ exp over the items that a position meets in this round and in no earlier one, its next item left out: [S]. */
function sumOfRound(at: Positions, round: Round, earlier: readonly Round[], extra: number): Tensor {
  const { positions, items, beyond, place } = round
  const states = tf.gather(at.states, positions) // [C, X, D]
  const vectors = tf.gather(at.catalog, items) // [C, Y, D]
  const right = tf.gather(at.rows, positions).expandDims(-1).equal(items.expandDims(1)) // [C, X, Y]
  const met = earlier.map((other) => {
    const theirs = tf.gather(other.chunkOfItem, items).expandDims(1) // [C, 1, Y]
    const ours = tf.gather(other.chunk, positions).expandDims(-1) // [C, X, 1]
    return theirs.sub(ours).abs().lessEqual(tf.scalar(extra, 'int32')) // [C, X, Y]
  })
  const out = met.reduce((any, one) => any.logicalOr(one), right as Tensor)
  const logits = tf.matMul(states, vectors, false, true).add(beyond) // [C, X, Y]
  const sums = logSumExp(tf.where(out, tf.scalar(NEVER), logits)) // [C, X]
  return tf.gather(sums.flatten(), place) // [S]
}

function anchorsOf(rounds: number, [chunks, width]: [number, number], noise: Noise): Tensor[] {
  const drawn = noise('anchors', [rounds, chunks, width], 'normal')
  return tf.unstack(drawn) // [C, D] each
}

/** Where chunk c begins, ⌈c M / C⌉, in whole numbers: [C]. */
function startsOf(real: Tensor, chunks: number): Tensor {
  const before = tf.range(0, chunks, 1, 'int32').mul(real) // c M
  return before
    .add(tf.scalar(chunks - 1, 'int32'))
    .floorDiv(tf.scalar(chunks, 'int32'))
    .toInt() // [C]
}

/** Indices in the order of their keys, equal keys in the order of their indices: int32 [P]. */
function sortedBy(keys: Tensor): Tensor {
  return tf.topk(keys.toFloat().neg(), keys.shape[0]!).indices
}

/** rank[order[r]] = r: int32 [P]. */
function inverseOf(order: Tensor): Tensor {
  const count = order.shape[0]!
  return addRows(tf.range(0, count, 1, 'float32'), order, count).toInt()
}

const ONE = () => tf.scalar(1, 'int32')
