/** The second half of the cycle on the finest level, and S z: prolongation, black nodes, red nodes, S z, each as soon as it can. */
import { coarseRow, coarseUp, countBlack, countRed, firstBlack, firstRed, pull, pulled, pushed, record } from './fine-level.as'
import { splat } from './lanes.as'
import { CX, NODE, PAIR, Q, R, RA, RB, RZ, Z, n, up } from './multigrid-memory.as'

/**
 * z = M r and w = S z. Adds up gamma = (r, z) and delta = (w, z), stored at `sums`.
 * One sweep for the red nodes of row j, then the black ones of row j − 1, the red ones of j − 2 and S z of the black of j − 3,
 * which all have the same numbers; only at the first and the last rows these go alone.
 */
export function ascend<T>(sums: usize): void {
  v128.store(sums, splat<T>(0))
  v128.store(sums, splat<T>(0), 16)
  for (let j = 1; j <= n + 3; j++) {
    if (j > 3 && j <= n) {
      sweep<T>(j, sums)
      continue
    }
    if (j <= n) prolong<T>(j)
    if (j > 1 && j <= n + 1) relaxBlack<T>(j - 1)
    if (j > 2 && j <= n + 2) relaxRed<T>(j - 2)
    if (j > 3) schur<T>(j - 3, sums)
  }
}

function sweep<T>(j: i32, sums: usize): void {
  const m = firstRed(j)
  const step = between(j)
  const down: usize = 0 - up
  const west = <usize>m * PAIR
  let gamma = splat<T>(0)
  let delta = splat<T>(0)
  let p = record(j, m)
  const end = p + countRed(j) * PAIR
  let k = coarseRow(j >> 1) + <usize>m * NODE
  // records of row j − 1, j − 2, j − 3 at the west
  let b = p + down - west
  let redEast = v128.load(b, RZ)
  let blackEast = v128.load(b + down, Z)
  let lastEast = v128.load(b + 2 * down, RZ)
  for (; p < end; p += PAIR) {
    const fresh = prolonged<T>(p, k, step)
    const q = p + down
    const redWest = redEast
    redEast = v128.load(b, PAIR + RZ)
    const z = v128.add<T>(v128.load(q, R), pushed<T>(q, redWest, redEast, v128.load(q + down, RZ), fresh))
    v128.store(p, fresh, RZ)
    v128.store(q, z, Z)
    const s = q + 2 * down
    const blackWest = blackEast
    blackEast = v128.load(b + down, PAIR + Z)
    const own = v128.load(s, Z)
    const red = pulled<T>(b + down, s, q, blackWest, blackEast, own, z)
    v128.store(q + down, red, RZ)
    const lastWest = lastEast
    lastEast = v128.load(b + 2 * down, PAIR + RZ)
    const w = v128.sub<T>(own, pushed<T>(s, lastWest, lastEast, v128.load(s + down, RZ), red))
    v128.store(s, w, Q)
    gamma = v128.add<T>(gamma, v128.mul<T>(v128.load(s, R), own))
    delta = v128.add<T>(delta, v128.mul<T>(w, own))
    b += PAIR
    k += NODE
  }
  add<T>(sums, gamma, delta)
}

/** From a coarse node to the next that red nodes of row j lie between. */
// @ts-ignore: decorator
@inline function between(j: i32): usize {
  return j & 1 ? coarseUp() : NODE
}

// @ts-ignore: decorator
@inline function prolonged<T>(p: usize, k: usize, step: usize): v128 {
  const near = v128.mul<T>(v128.load(p, RA), v128.load(k, CX))
  return v128.add<T>(near, v128.mul<T>(v128.load(p, RB), v128.load(k + step, CX)))
}

function prolong<T>(j: i32): void {
  const step = between(j)
  let p = record(j, firstRed(j))
  let k = coarseRow(j >> 1) + <usize>firstRed(j) * NODE
  for (const end = p + countRed(j) * PAIR; p < end; p += PAIR) {
    v128.store(p, prolonged<T>(p, k, step), RZ)
    k += NODE
  }
}

/** T z of the red nodes around a black one. */
// @ts-ignore: decorator
@inline function pushRed<T>(q: usize, w: usize): v128 {
  return pushed<T>(q, v128.load(w, RZ), v128.load(w, PAIR + RZ), v128.load(q - up, RZ), v128.load(q + up, RZ))
}

/** z = r + T z on the black nodes of row j. */
function relaxBlack<T>(j: i32): void {
  let q = record(j, firstBlack(j))
  const west = <usize>(j & 1) * PAIR - PAIR
  for (const end = q + countBlack(j) * PAIR; q < end; q += PAIR) {
    v128.store(q, v128.add<T>(v128.load(q, R), pushRed<T>(q, q + west)), Z)
  }
}

/** z = Tᵀ z on the red nodes of row j. */
function relaxRed<T>(j: i32): void {
  let p = record(j, firstRed(j))
  const west = <usize>firstRed(j) * PAIR
  for (const end = p + countRed(j) * PAIR; p < end; p += PAIR) {
    v128.store(p, pull<T>(p - west, p - up, p + up, Z), RZ)
  }
}

/** w = z − T z on the black nodes of row j; their r z and w z are added to the sums. */
function schur<T>(j: i32, sums: usize): void {
  let gamma = splat<T>(0)
  let delta = splat<T>(0)
  let q = record(j, firstBlack(j))
  const west = <usize>(j & 1) * PAIR - PAIR
  for (const end = q + countBlack(j) * PAIR; q < end; q += PAIR) {
    const z = v128.load(q, Z)
    const w = v128.sub<T>(z, pushRed<T>(q, q + west))
    v128.store(q, w, Q)
    gamma = v128.add<T>(gamma, v128.mul<T>(v128.load(q, R), z))
    delta = v128.add<T>(delta, v128.mul<T>(w, z))
  }
  add<T>(sums, gamma, delta)
}

// @ts-ignore: decorator
@inline function add<T>(sums: usize, gamma: v128, delta: v128): void {
  v128.store(sums, v128.add<T>(v128.load(sums), gamma))
  v128.store(sums, v128.add<T>(v128.load(sums, 16), delta), 16)
}
