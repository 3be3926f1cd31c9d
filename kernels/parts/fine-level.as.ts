/**
 * The finest level of one conjugate-gradient step, in two passes over the rows: advance() here, ascend() in fine-ascent. The
 * system is scaled by its diagonal, Â = D^−½ A D^−½ = I − T (red with black nodes only), so that relaxation divides by nothing;
 * Gauss–Seidel and Galerkin products do not see such a scaling.
 *
 * The red nodes of row j and the black ones of row j − 1 have the same numbers and are neighbors, and so are the black ones of row
 * j and the red ones of row j − 1. Loops do one of each at a time: what the two share is loaded once. What bounds such loops is the
 * number of instructions, loads above all (decision 0023).
 */
import { splat } from './lanes.as'
import {
  CB, D, E, END, MOVE, N, NODE, P, PAIR, Q, R, RA, RB, S, SP, W, X, Z,
  coarse, ends, evens, fine, levelRow, moves, n, odds, origin, row, up,
} from './multigrid-memory.as'

/**
 * p ← z + β p, s ← w + β s, x ← x + α p, r ← r − α s; then the first half of the cycle, whose red residual is Tᵀ r (the black
 * sweep from zero gives y = r): its restriction, into b of the first coarse level. α and β lie at `step`; Σ d r², the unscaled
 * ‖r‖², is stored after them. The `first` time, p = s = x = 0 before, whatever lies there.
 */
export function advance<T>(step: usize, first: bool): void {
  v128.store(step, updateRow<T>(1, step, first), 32)
  for (let j = 2; j <= n; j++) {
    const sum = j & 1 ? updateHorizontal<T>(j, step, first) : updateVertical<T>(j, step, first)
    v128.store(step, v128.add<T>(v128.load(step, 32), sum), 32)
  }
  restrict<T>(n)
}

/** Record m of row j. */
// @ts-ignore: decorator
@inline export function record(j: i32, m: i32): usize {
  return fine + (<usize>j * row + <usize>m) * PAIR
}

/** Its other two records. */
// @ts-ignore: decorator
@inline export function moveOf(j: i32, m: i32): usize {
  return moves + (<usize>j * row + <usize>m) * MOVE
}
// @ts-ignore: decorator
@inline export function endOf(j: i32, m: i32): usize {
  return ends + (<usize>j * row + <usize>m) * END
}

/** Number of the first black node of row j. */
// @ts-ignore: decorator
@inline export function firstBlack(j: i32): i32 {
  return 1 - (j & 1)
}
// @ts-ignore: decorator
@inline export function countBlack(j: i32): usize {
  return j & 1 ? odds : evens
}
// @ts-ignore: decorator
@inline export function firstRed(j: i32): i32 {
  return j & 1
}
// @ts-ignore: decorator
@inline export function countRed(j: i32): usize {
  return j & 1 ? evens : odds
}

/** Tᵀ v at a red node: w is the record of the black one at its west, with the next at its east; s, t: those south and north. */
// @ts-ignore: decorator
@inline export function pull<T>(w: usize, s: usize, t: usize, slot: usize): v128 {
  return pulled<T>(w, s, t, v128.load(w + slot), v128.load(w + slot, PAIR), v128.load(s + slot), v128.load(t + slot))
}

/** The same of v that is known. */
// @ts-ignore: decorator
@inline export function pulled<T>(w: usize, s: usize, t: usize, west: v128, east: v128, south: v128, north: v128): v128 {
  const across = v128.add<T>(v128.mul<T>(v128.load(w, E), west), v128.mul<T>(v128.load(w, PAIR + W), east))
  const along = v128.add<T>(v128.mul<T>(v128.load(s, N), south), v128.mul<T>(v128.load(t, S), north))
  return v128.add<T>(across, along)
}

/** T v at the black node of record p, of v at the red ones around it. */
// @ts-ignore: decorator
@inline export function pushed<T>(p: usize, west: v128, east: v128, south: v128, north: v128): v128 {
  const across = v128.add<T>(v128.mul<T>(v128.load(p, W), west), v128.mul<T>(v128.load(p, E), east))
  const along = v128.add<T>(v128.mul<T>(v128.load(p, S), south), v128.mul<T>(v128.load(p, N), north))
  return v128.add<T>(across, along)
}

/** The step of the black node of records q and v; returns its r. In the first step there is no p, s and x yet. */
// @ts-ignore: decorator
@inline function update<T>(q: usize, v: usize, alpha: v128, beta: v128, first: bool): v128 {
  let p = v128.load(q, Z)
  let s = v128.load(q, Q)
  let x = splat<T>(0)
  if (!first) {
    p = v128.add<T>(p, v128.mul<T>(beta, v128.load(v, P)))
    s = v128.add<T>(s, v128.mul<T>(beta, v128.load(v, SP)))
    x = v128.load(v, X)
  }
  const r = v128.sub<T>(v128.load(q, R), v128.mul<T>(alpha, s))
  v128.store(v, p, P)
  v128.store(v, s, SP)
  v128.store(v, v128.add<T>(x, v128.mul<T>(alpha, p)), X)
  v128.store(q, r, R)
  return r
}

/** d r². */
// @ts-ignore: decorator
@inline export function weighted<T>(q: usize, r: v128): v128 {
  return v128.mul<T>(v128.load(q, D), v128.mul<T>(r, r))
}

function updateRow<T>(j: i32, step: usize, first: bool): v128 {
  const alpha = v128.load(step)
  const beta = v128.load(step, 16)
  let sum = splat<T>(0)
  let q = record(j, firstBlack(j))
  let v = moveOf(j, firstBlack(j))
  for (const end = q + countBlack(j) * PAIR; q < end; q += PAIR) {
    sum = v128.add<T>(sum, weighted<T>(q, update<T>(q, v, alpha, beta, first)))
    v += MOVE
  }
  return sum
}

/** Row j odd, and the red nodes of row j − 1 = 2 J: each coarse node (I, J) takes from those west and east of it. */
function updateHorizontal<T>(j: i32, step: usize, first: bool): v128 {
  const alpha = v128.load(step)
  const beta = v128.load(step, 16)
  const down: usize = 0 - up
  let p = record(j - 1, 0)
  const last = p + <usize>(odds - 1) * PAIR
  let k = coarseRow(j >> 1)
  let v = moveOf(j, 0)
  let north = update<T>(p + up, v, alpha, beta, first)
  let sum = weighted<T>(p + up, north)
  let east = v128.load(p, PAIR + R)
  let residual = pulled<T>(p, p + down, p + up, splat<T>(0), east, v128.load(p + down, R), north)
  while (p < last) {
    const west = v128.mul<T>(residual, v128.load(p, RB))
    p += PAIR
    v += MOVE
    k += NODE
    north = update<T>(p + up, v, alpha, beta, first)
    sum = v128.add<T>(sum, weighted<T>(p + up, north))
    const before = east
    east = v128.load(p, PAIR + R)
    residual = pulled<T>(p, p + down, p + up, before, east, v128.load(p + down, R), north)
    const both = v128.add<T>(west, v128.mul<T>(residual, v128.load(p, RA)))
    v128.store(k, v128.add<T>(v128.load(k, CB), both), CB)
  }
  if (odds > evens) return sum
  v128.store(k, v128.add<T>(v128.load(k, NODE + CB), v128.mul<T>(residual, v128.load(p, RB))), NODE + CB)
  return sum
}

/**
 * Row j even, and the red nodes of row j − 1 = 2 J + 1: they end the sums of row J of coarse nodes but for its own, and begin those
 * of row J + 1.
 */
function updateVertical<T>(j: i32, step: usize, first: bool): v128 {
  const alpha = v128.load(step)
  const beta = v128.load(step, 16)
  const down: usize = 0 - up
  const south = j > 2
  let sum = splat<T>(0)
  let p = record(j - 1, 0)
  const last = p + <usize>evens * PAIR
  let v = moveOf(j, 0)
  let k = coarseRow((j >> 1) - 1)
  const above = coarseUp()
  let east = v128.load(p, R)
  while (p < last) {
    p += PAIR
    v += MOVE
    k += NODE
    const north = update<T>(p + up, v, alpha, beta, first)
    sum = v128.add<T>(sum, weighted<T>(p + up, north))
    const west = east
    east = v128.load(p, R)
    const residual = pulled<T>(p - PAIR, p + down, p + up, west, east, v128.load(p + down, R), north)
    if (south) v128.store(k, v128.add<T>(v128.load(k, CB), v128.mul<T>(residual, v128.load(p, RA))), CB)
    v128.store(k + above, v128.mul<T>(residual, v128.load(p, RB)), CB)
  }
  return sum
}

/** The restriction from the red nodes of row j alone. */
export function restrict<T>(j: i32): void {
  if (j & 1) restrictVertical<T>(j)
  else restrictHorizontal<T>(j)
}

function restrictHorizontal<T>(j: i32): void {
  let p = record(j, 0)
  let k = coarseRow(j >> 1)
  let residual = pull<T>(p, p - up, p + up, R)
  for (const end = p + <usize>evens * PAIR; p < end; ) {
    const west = v128.mul<T>(residual, v128.load(p, RB))
    p += PAIR
    k += NODE
    residual = pull<T>(p, p - up, p + up, R)
    const both = v128.add<T>(west, v128.mul<T>(residual, v128.load(p, RA)))
    v128.store(k, v128.add<T>(v128.load(k, CB), both), CB)
  }
}

function restrictVertical<T>(j: i32): void {
  const south = j > 1
  const north = j < 2 * evens
  const above = coarseUp()
  let p = record(j, 0)
  let k = coarseRow(j >> 1)
  for (const end = p + <usize>evens * PAIR; p < end; ) {
    p += PAIR
    k += NODE
    const residual = pull<T>(p - PAIR, p - up, p + up, R)
    if (south) v128.store(k, v128.add<T>(v128.load(k, CB), v128.mul<T>(residual, v128.load(p, RA))), CB)
    if (north) v128.store(k + above, v128.mul<T>(residual, v128.load(p, RB)), CB)
  }
}

/** Record 0 of a row of the first coarse level. */
// @ts-ignore: decorator
@inline export function coarseRow(j: i32): usize {
  return origin(coarse) + <usize>j * coarseUp()
}
// @ts-ignore: decorator
@inline export function coarseUp(): usize {
  return levelRow(evens) * NODE
}
