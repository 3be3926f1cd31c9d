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
 * the winning block alone. A position in no block has no gradient at this step. Nothing is reweighted.
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
import type { Loss, Noise, Recommenders } from '../../contracts.ts'
import { logSumExp, type Tensor, tf } from '../../tensor/index.ts'
import { meanOver, type Positions, positionsOf, rightLogits } from '../positions.ts'

const defaults = { buckets: 0, positions: 0, items: 256, interactions: 0, mix: true, mixPadded: false }
type Settings = typeof defaults

const sce: Loss<Recommenders, Settings> = {
  about: 'Scalable cross-entropy: the largest logits only, found by random projections',
  cite: 'doi:10.1145/3640457.3688140',
  defaults,

  value(output, batch, params, noise) {
    const positions = positionsOf(output, batch)
    const [size, length] = batch.target.shape as [number, number]
    const { buckets, ...block } = sizesOf(params, { size, length, catalog: positions.catalog.shape[0]! })
    const centers = centersOf(positions, buckets, params, noise)
    const { chosen, losses, shares } = sceOf(positions, centers, block)
    return meanOver(losses, shares.mul(tf.gather(positions.valid, chosen)))
  },
}

export default sce

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
  return tf.matMul(omega, severed(at.states), true).mul(scale) // [n_b, D]
}

/**
 * L_bi of every place in every block, and the share of a place in its position: 1 for the block with the
 * largest loss, equal parts where several are equally large, 0 for the others; shares of a position sum to 1.
 * All [n_b, b_x], `chosen` names the positions. Only the losses have a gradient.
 */
export function sceOf(at: Positions, centers: Tensor, block: { positions: number; items: number }) {
  const { states, catalog, rows } = at
  const { chosen, shortlist } = choose(at, centers, block) // [n_b, b_x], [n_b, b_y]
  const logits = tf.matMul(tf.gather(states, chosen), tf.gather(catalog, shortlist), false, true) // [n_b, b_x, b_y]
  const right = tf.gather(rows, chosen).expandDims(-1).equal(shortlist.expandDims(1)) // [n_b, b_x, b_y]
  const others = logSumExp(tf.where(right, tf.scalar(NEVER), logits)) // [n_b, b_x]
  const losses = others.sub(tf.gather(rightLogits(at), chosen)).softplus() // log(e^others + e^p) − p
  return { chosen, losses, shares: sharesOf(severed(losses), chosen, states.shape[0]!) }
}

/**
 * Finds the winners on a sheet [n_b, S] that holds 1 + loss where a block holds a position, 0 elsewhere; a loss
 * is ≥ 0.
 */
function sharesOf(losses: Tensor, chosen: Tensor, count: number): Tensor {
  const [buckets] = chosen.shape as [number]
  const starts = tf.tensor(
    Int32Array.from({ length: buckets }, (_, b) => b * count),
    [buckets, 1],
  )
  const places = chosen.add(starts).reshape([-1, 1]) // [n_b b_x, 1], no two alike
  const marks = losses.add(1)
  const sheet = tf.scatterND(places, marks.flatten(), [buckets * count]).reshape([buckets, count])
  const wins = marks.equal(tf.gather(sheet.max(0), chosen)).toFloat() // [n_b, b_x]
  const ties = tf.scatterND(chosen.reshape([-1, 1]), wins.flatten(), [count]) // [S]
  return wins.div(tf.gather(ties, chosen).maximum(1))
}

/** T and J: positions and items with the largest projections on each center, int32. */
function choose(at: Positions, centers: Tensor, block: { positions: number; items: number }) {
  const hidden = at.valid.sub(1).mul(-NEVER) // [S], 0 or −1e30
  const onPositions = tf.matMul(centers, severed(at.states), false, true).add(hidden) // [n_b, S]
  const onItems = tf.matMul(centers, severed(at.catalog), false, true) // [n_b, N]
  return {
    chosen: tf.topk(onPositions, block.positions).indices,
    shortlist: tf.topk(onItems, block.items).indices,
  }
}

/**
 * x with no way back to what it was made of. Unlike stopGradient, which sends zeros back through every op on
 * the way, and so fails at scatterND, which has no gradient.
 */
function severed(x: Tensor): Tensor {
  return tf.customGrad(() => ({ value: x.clone(), gradFunc: () => [] }))()
}

const NEVER = -1e30
