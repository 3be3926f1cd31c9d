/**
 * The finest level of one conjugate-gradient step, in two passes over the rows. The system is scaled by its diagonal,
 * Â = D^−½ A D^−½ = I − T (red with black nodes only), so that relaxation divides by nothing; Gauss–Seidel and Galerkin products
 * do not see such a scaling. In each pass a row is visited again by the next step of the work while it is in the cache.
 */
import { splat } from './lanes.as'
import {
  BLACK, CA, CB, CBB, CX, D, E, FLOW, N, NODE, P, Q, R, RA, RB, RED, RZ, S, SP, W, X, Z,
  black, coarse, evens, flow, levelRow, n, odds, origin, red, row,
} from './multigrid-memory.as'

/**
 * p ← z + β p, s ← w + β s, x ← x + α p, r ← r − α s; then the first half of the cycle, whose red residual is Tᵀ r (the black
 * sweep from zero gives y = r): its restriction, into b of the first coarse level. α and β lie at `step`; Σ d r², the unscaled
 * ‖r‖², is stored after them.
 */
export function advance<T>(step: usize): void {
  const alpha = v128.load(step)
  const beta = v128.load(step, 16)
  let total = splat<T>(0)
  for (let j = 1; j <= n + 1; j++) {
    if (j <= n) total = v128.add<T>(total, update<T>(j, alpha, beta))
    if (j == 1) continue
    if (j & 1) restrictHorizontal<T>(j - 1)
    else restrictVertical<T>(j - 1)
  }
  v128.store(step, total, 32)
}

/** The second half of the cycle for z = M r, and w = S z. Adds up gamma = (r, z) and delta = (w, z), stored at `sums`. */
export function ascend<T>(sums: usize): void {
  let gamma = splat<T>(0)
  let delta = splat<T>(0)
  for (let j = 1; j <= n + 3; j++) {
    if (j <= n) {
      if (j & 1) prolongVertical<T>(j)
      else prolongHorizontal<T>(j)
    }
    if (j > 1 && j - 1 <= n) relaxBlack<T>(j - 1)
    if (j > 2 && j - 2 <= n) relaxRed<T>(j - 2)
    if (j > 3) {
      schurRow<T>(j - 3, sums)
      gamma = v128.add<T>(gamma, v128.load(sums))
      delta = v128.add<T>(delta, v128.load(sums, 16))
    }
  }
  v128.store(sums, gamma)
  v128.store(sums, delta, 16)
}

/** Tᵀ v at the red node beside these black ones: c, v at its west, cs, vs at its south, cn, vn at its north. */
// @ts-ignore: decorator
@inline export function pull<T>(c: usize, cs: usize, cn: usize, v: usize, vs: usize, vn: usize): v128 {
  const across = v128.add<T>(
    v128.mul<T>(v128.load(c, E), v128.load(v)),
    v128.mul<T>(v128.load(c, BLACK + W), v128.load(v, FLOW)),
  )
  const along = v128.add<T>(
    v128.mul<T>(v128.load(cs, N), v128.load(vs)),
    v128.mul<T>(v128.load(cn, S), v128.load(vn)),
  )
  return v128.add<T>(across, along)
}

/** T v at the black node of coefficients c: v at the red node west of it, vs and vn at those south and north. */
// @ts-ignore: decorator
@inline export function push<T>(c: usize, v: usize, vs: usize, vn: usize): v128 {
  const across = v128.add<T>(
    v128.mul<T>(v128.load(c, W), v128.load(v)),
    v128.mul<T>(v128.load(c, E), v128.load(v, RED)),
  )
  const along = v128.add<T>(
    v128.mul<T>(v128.load(c, S), v128.load(vs)),
    v128.mul<T>(v128.load(c, N), v128.load(vn)),
  )
  return v128.add<T>(across, along)
}

/** Number of the first black node of row j among the records. */
// @ts-ignore: decorator
@inline export function firstBlack(j: i32): usize {
  return <usize>j * row + (j & 1 ? 0 : 1)
}
// @ts-ignore: decorator
@inline export function countBlack(j: i32): usize {
  return j & 1 ? odds : evens
}
// @ts-ignore: decorator
@inline export function firstRed(j: i32): usize {
  return <usize>j * row + (j & 1 ? 1 : 0)
}
// @ts-ignore: decorator
@inline export function countRed(j: i32): usize {
  return j & 1 ? evens : odds
}

function update<T>(j: i32, alpha: v128, beta: v128): v128 {
  let f = flow + firstBlack(j) * FLOW
  const end = f + countBlack(j) * FLOW
  let sum = splat<T>(0)
  for (; f < end; f += FLOW) {
    const p = v128.add<T>(v128.load(f, Z), v128.mul<T>(beta, v128.load(f, P)))
    const s = v128.add<T>(v128.load(f, Q), v128.mul<T>(beta, v128.load(f, SP)))
    const r = v128.sub<T>(v128.load(f, R), v128.mul<T>(alpha, s))
    v128.store(f, p, P)
    v128.store(f, s, SP)
    v128.store(f, v128.add<T>(v128.load(f, X), v128.mul<T>(alpha, p)), X)
    v128.store(f, r, R)
    sum = v128.add<T>(sum, v128.mul<T>(v128.load(f, D), v128.mul<T>(r, r)))
  }
  return sum
}

/** Row j = 2 J: each coarse node (I, J) takes from the red nodes west and east of it. */
function restrictHorizontal<T>(j: i32): void {
  const first = <usize>j * row
  let c = black + first * BLACK
  let cs = c - row * BLACK
  let cn = c + row * BLACK
  let v = flow + first * FLOW + R
  let vs = v - row * FLOW
  let vn = v + row * FLOW
  let w = red + first * RED
  let k = origin(coarse) + <usize>(j >> 1) * levelRow(evens) * NODE
  let residual = pull<T>(c, cs, cn, v, vs, vn)
  for (let i = evens; i > 0; i--) {
    c += BLACK
    cs += BLACK
    cn += BLACK
    v += FLOW
    vs += FLOW
    vn += FLOW
    k += NODE
    const west = v128.mul<T>(residual, v128.load(w, RB))
    residual = pull<T>(c, cs, cn, v, vs, vn)
    const both = v128.add<T>(west, v128.mul<T>(residual, v128.load(w, RED + RA)))
    v128.store(k, v128.add<T>(v128.load(k, CB), both), CB)
    w += RED
  }
}

/** Row j = 2 J + 1: its red nodes end the sums of row J of coarse nodes but for its own, and begin those of row J + 1. */
function restrictVertical<T>(j: i32): void {
  const first = <usize>j * row
  let c = black + first * BLACK
  let cs = c + (BLACK - row * BLACK)
  let cn = c + (BLACK + row * BLACK)
  let v = flow + first * FLOW + R
  let vs = v + (FLOW - row * FLOW)
  let vn = v + (FLOW + row * FLOW)
  let w = red + (first + 1) * RED
  const south = j >> 1
  const up = levelRow(evens) * NODE
  let k = origin(coarse) + <usize>south * up + NODE
  for (let i = evens; i > 0; i--) {
    const residual = pull<T>(c, cs, cn, v, vs, vn)
    if (south > 0) {
      v128.store(k, v128.add<T>(v128.load(k, CB), v128.mul<T>(residual, v128.load(w, RA))), CB)
    }
    if (south < evens) v128.store(k + up, v128.mul<T>(residual, v128.load(w, RB)), CB)
    c += BLACK
    cs += BLACK
    cn += BLACK
    v += FLOW
    vs += FLOW
    vn += FLOW
    w += RED
    k += NODE
  }
}

function prolongHorizontal<T>(j: i32): void {
  let w = red + <usize>j * row * RED
  let k = origin(coarse) + <usize>(j >> 1) * levelRow(evens) * NODE
  for (let i = odds; i > 0; i--) {
    const west = v128.mul<T>(v128.load(w, RA), v128.load(k, CX))
    v128.store(w, v128.add<T>(west, v128.mul<T>(v128.load(w, RB), v128.load(k, NODE + CX))), RZ)
    w += RED
    k += NODE
  }
}

function prolongVertical<T>(j: i32): void {
  let w = red + (<usize>j * row + 1) * RED
  const up = levelRow(evens) * NODE
  let k = origin(coarse) + <usize>(j >> 1) * up + NODE
  for (let i = evens; i > 0; i--) {
    const south = v128.mul<T>(v128.load(w, RA), v128.load(k, CX))
    v128.store(w, v128.add<T>(south, v128.mul<T>(v128.load(w, RB), v128.load(k + up, CX))), RZ)
    w += RED
    k += NODE
  }
}

/** z = r + T z on the black nodes of row j. */
function relaxBlack<T>(j: i32): void {
  const first = firstBlack(j)
  let c = black + first * BLACK
  let f = flow + first * FLOW
  let v = red + (first - 1 + (j & 1)) * RED + RZ
  let vs = red + (first - row) * RED + RZ
  let vn = red + (first + row) * RED + RZ
  for (const end = c + countBlack(j) * BLACK; c < end; c += BLACK) {
    v128.store(f, v128.add<T>(v128.load(f, R), push<T>(c, v, vs, vn)), Z)
    f += FLOW
    v += RED
    vs += RED
    vn += RED
  }
}

/** z = Tᵀ z on the red nodes of row j. */
export function relaxRed<T>(j: i32, slot: usize = Z): void {
  const first = firstRed(j)
  let c = black + (first - (j & 1)) * BLACK
  let cs = black + (first - row) * BLACK
  let cn = black + (first + row) * BLACK
  let v = flow + (first - (j & 1)) * FLOW + slot
  let vs = flow + (first - row) * FLOW + slot
  let vn = flow + (first + row) * FLOW + slot
  let z = red + first * RED
  for (const end = z + countRed(j) * RED; z < end; z += RED) {
    v128.store(z, pull<T>(c, cs, cn, v, vs, vn), RZ)
    c += BLACK
    cs += BLACK
    cn += BLACK
    v += FLOW
    vs += FLOW
    vn += FLOW
  }
}

/** w = z − T z on the black nodes of row j, and the sums over them of r z and w z, stored at `sums`. */
function schurRow<T>(j: i32, sums: usize): void {
  const first = firstBlack(j)
  let c = black + first * BLACK
  let f = flow + first * FLOW
  let v = red + (first - 1 + (j & 1)) * RED + RZ
  let vs = red + (first - row) * RED + RZ
  let vn = red + (first + row) * RED + RZ
  let gamma = splat<T>(0)
  let delta = splat<T>(0)
  for (const end = c + countBlack(j) * BLACK; c < end; c += BLACK) {
    const z = v128.load(f, Z)
    const w = v128.sub<T>(z, push<T>(c, v, vs, vn))
    v128.store(f, w, Q)
    gamma = v128.add<T>(gamma, v128.mul<T>(v128.load(f, R), z))
    delta = v128.add<T>(delta, v128.mul<T>(w, z))
    f += FLOW
    v += RED
    vs += RED
    vn += RED
  }
  v128.store(sums, gamma)
  v128.store(sums, delta, 16)
}
