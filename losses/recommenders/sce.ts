/**
 * Scalable cross-entropy: n_b small blocks of the logit matrix instead of the whole of it, each chosen to hold
 * large logits.
 *
 *   B [n_b, D] centers, drawn anew at every step: D^(−1/4) Ωᵀ X with Ω normal [S, n_b] (mix), or D^(−1/4) G
 *   T_b  the b_x positions with the largest (B Xᵀ)_b
 *   J_b  the b_y items with the largest (B Wᵀ)_b; none of the three has a gradient
 *   L_bi = log(e^p_i + Σ_{j in J_b, j ≠ y_i} exp(x_i · w_j)) − p_i,   p_i = x_i · w_{y_i}, i in T_b
 *   SCE_i = max over the blocks that hold i
 *
 * and the loss is the mean of SCE_i over the positions that some block holds and that have a next item.
 * Every L_bi sums fewer classes than CE_i, so SCE_i ≤ CE_i; the largest is the tightest. The gradient goes to
 * the winning block alone, in equal parts to blocks that tie. A position in no block has no gradient at this
 * step. Nothing is reweighted.
 *
 * Sizes are static, for a traced step: 0 stands for n_b = b_x = ⌊2 √(s m)⌋ with s the batch and m =
 * `interactions`, the mean number of real positions in a sequence (0: all L). All are clamped to what there is,
 * b_x ≤ S and b_y ≤ N. Padded positions score −1e30, so they enter a block only when real ones run out, and are
 * masked in the mean.
 *
 * Mezentsev, Gusak, Oseledets & Frolov, RecSys 2024, arXiv:2409.18721, and the authors' code.
 * Departures: the mix is over positions that have a next item (`mixPadded: true` mixes all rows as the code
 * does; with short sequences most of those are one and the same vector, and all centers then share its
 * direction); no padding row among the items; a loss of exactly 0 counts. Letters: s batch, L length, S = s L
 * positions, D width, N items.
 */
import type { Batch, Loss, Noise, Recommenders } from '../../contracts.ts'
import { logSumExp, segmentMax, stopGradient, type Tensor, tf } from '../../tensor/index.ts'
import { meanOver, NEVER, type Positions, positionsOf, rightLogits, wholeOf } from '../positions.ts'

const defaults = { buckets: 0, positions: 0, items: 256, interactions: 0, mix: true, mixPadded: false }
type Settings = typeof defaults

const sce: Loss<Recommenders, Settings> = {
  about: 'Scalable cross-entropy: the largest logits only, found by random projections',
  cite: 'doi:10.1145/3640457.3688140',
  defaults,

  /**
   * The largest products are found in a first pass over the whole table, those of each center; here they are found again, among
   * fewer rows but the same ones.
   */
  lookups: {
    most(params, at) {
      const { buckets, items } = sizesOf(params, { ...at, catalog: at.items })
      return buckets * items
    },
    each: ({ items }) => items,
    centers(output, batch, params, noise) {
      const [size, length] = batch.target.shape as [number, number]
      const { buckets } = sizesOf(params, { size, length, catalog: batch.items ?? output.catalog.shape[0]! })
      return centersOf(seenPositions(output, batch, params), buckets, params, noise)
    },
  },

  /**
   * Projections, which are freed at once, or the blocks with the vectors that are looked up; in numbers of 4 bytes
   *
   *   max( n_b max(S, N),  2 n_b b_x (b_y + 1) + n_b (b_x + b_y) D )
   *
   * Departure: counts of the paper's code have the logits once, n_b b_x (b_y + 1). At the peak their softmax, which is their gradient
   * but for a factor, stands beside them, as in `ce`. On the rows of a step (`lookups`) the table passes in tiles of t items, and
   * projections are n_b max(t, U): those on a tile, or on the U rows that the step sees.
   */
  bytes(params, { size, length, width, items }) {
    const { buckets, ...block } = sizesOf(params, { size, length, catalog: items })
    const projections = buckets * Math.max(size * length, items)
    const logits = block.positions * (block.items + 1)
    return 4 * Math.max(projections, buckets * (2 * logits + (block.positions + block.items) * width))
  },

  value(output, batch, params, noise) {
    const positions = seenPositions(output, batch, params)
    const [size, length] = batch.target.shape as [number, number]
    const { buckets, ...block } = sizesOf(params, { size, length, catalog: positions.catalog.shape[0]! })
    const centers = centersOf(positions, buckets, params, noise)
    const { values, held } = sceOf(positions, centers, block)
    return meanOver(values, held.mul(positions.valid))
  },
}

export default sce

/** Those without a next item too, where they are mixed. */
function seenPositions(
  output: Recommenders['output'],
  batch: Batch<Recommenders>,
  params: Settings,
): Positions {
  return positionsOf(output, params.mixPadded ? wholeOf(batch) : batch)
}

/** n_b, b_x, b_y for `size` sequences of `length` places and a catalog of N items. */
export function sizesOf(params: Settings, batch: { size: number; length: number; catalog: number }) {
  const { size, length, catalog } = batch
  const interactions = params.interactions > 0 ? Math.min(params.interactions, length) : length
  const byFormula = Math.max(1, Math.floor(2 * Math.sqrt(size * interactions)))
  return {
    buckets: params.buckets || byFormula,
    positions: Math.min(params.positions || byFormula, size * length),
    items: Math.min(params.items, catalog),
  }
}

/** B [n_b, D]; a constant for the gradient. */
function centersOf(at: Positions, buckets: number, params: Settings, noise: Noise): Tensor {
  const [count, width] = at.states.shape as [number, number]
  const scale = width ** -0.25 // of no effect, only the order of projections counts; it keeps them small
  if (!params.mix) return noise('centers', [buckets, width], 'normal').mul(scale)
  const normal = noise('centers', [count, buckets], 'normal') // [S, n_b]
  const omega = params.mixPadded ? normal : normal.mul(at.valid.expandDims(-1))
  return tf.matMul(omega, stopGradient(at.states), true).mul(scale) // [n_b, D]
}

/**
 * SCE_i of every position for given centers [n_b, D]: `values` [S], −1 where no block holds it, and `held` [S],
 * 1 or 0. Beside them what they are the maximum of: the losses L_bi and the positions i that they belong to,
 * [n_b, b_x].
 */
export function sceOf(at: Positions, centers: Tensor, block: { positions: number; items: number }) {
  const { states, catalog, rows } = at
  const { chosen, shortlist } = choose(at, centers, block) // [n_b, b_x], [n_b, b_y]
  const logits = tf.matMul(tf.gather(states, chosen), tf.gather(catalog, shortlist), false, true) // [n_b, b_x, b_y]
  const right = tf.gather(rows, chosen).expandDims(-1).equal(shortlist.expandDims(1)) // [n_b, b_x, b_y]
  const others = logSumExp(tf.where(right, tf.scalar(NEVER), logits)) // [n_b, b_x]
  const losses = others.sub(tf.gather(rightLogits(at), chosen)).softplus() // log(e^others + e^p) − p
  const values = segmentMax(losses.flatten(), chosen.flatten(), states.shape[0]!, -1) // [S]
  return { values, held: values.greaterEqual(0).toFloat(), losses, chosen }
}

/** T and J: positions and items with the largest projections on each center, int32. */
function choose(at: Positions, centers: Tensor, block: { positions: number; items: number }) {
  const hidden = at.valid.sub(1).mul(-NEVER) // [S], 0 or −1e30
  const onPositions = tf.matMul(centers, stopGradient(at.states), false, true).add(hidden) // [n_b, S]
  const chosen = tf.topk(onPositions, Math.min(block.positions, at.states.shape[0]!)).indices // now: then one of the projections is held at a time
  const onItems = tf.matMul(centers, stopGradient(at.catalog), false, true) // [n_b, N]
  return { chosen, shortlist: tf.topk(onItems, block.items).indices }
}
