/** The second half of the cycle on the finest level, and S z: prolongation, black nodes, red nodes, operator, each as soon as it can. */
import { coarseRow, coarseUp, countBlack, countRed, firstBlack, firstRed, pull, push, record } from './fine-level.as'
import { splat } from './lanes.as'
import { CX, E, N, NODE, PAIR, Q, R, RA, RB, RZ, S, W, Z, n, up } from './multigrid-memory.as'

/** z = M r and w = S z. Adds up gamma = (r, z) and delta = (w, z), stored at `sums`. */
export function ascend<T>(sums: usize): void {
  v128.store(sums, splat<T>(0))
  v128.store(sums, splat<T>(0), 16)
  prolong<T>(1)
  for (let j = 2; j <= n + 3; j++) {
    if (j <= n) prolongAndRelax<T>(j)
    else if (j == n + 1) relaxBlack<T>(n)
    if (j == 3) relaxRed<T>(1, Z)
    else if (j == n + 3) schur<T>(n, sums)
    else if (j > 3) relaxAndSchur<T>(j - 2, sums)
  }
}

/** From a coarse node to the next that red nodes of row j lie between. */
// @ts-ignore: decorator
@inline function between(j: i32): usize {
  return j & 1 ? coarseUp() : NODE
}

function prolong<T>(j: i32): void {
  const step = between(j)
  let p = record(j, firstRed(j))
  let k = coarseRow(j >> 1) + <usize>firstRed(j) * NODE
  for (const end = p + countRed(j) * PAIR; p < end; p += PAIR) {
    const near = v128.mul<T>(v128.load(p, RA), v128.load(k, CX))
    v128.store(p, v128.add<T>(near, v128.mul<T>(v128.load(p, RB), v128.load(k + step, CX))), RZ)
    k += NODE
  }
}

/** z = r + T z on the black nodes of row j. */
function relaxBlack<T>(j: i32): void {
  let q = record(j, firstBlack(j))
  const west = <usize>(j & 1) * PAIR - PAIR
  for (const end = q + countBlack(j) * PAIR; q < end; q += PAIR) {
    v128.store(q, v128.add<T>(v128.load(q, R), push<T>(q, q + west, q - up, q + up, RZ)), Z)
  }
}

/** The red nodes of row j, and the black ones of row j − 1. */
function prolongAndRelax<T>(j: i32): void {
  const step = between(j)
  const down: usize = 0 - up
  let p = record(j, firstRed(j))
  const end = p + countRed(j) * PAIR
  let k = coarseRow(j >> 1) + <usize>firstRed(j) * NODE
  const side: usize = down - <usize>firstRed(j) * PAIR // to the red node at the west of the black one
  let east = v128.load(p + side, RZ)
  for (; p < end; p += PAIR) {
    const q = p + down
    const near = v128.mul<T>(v128.load(p, RA), v128.load(k, CX))
    const z = v128.add<T>(near, v128.mul<T>(v128.load(p, RB), v128.load(k + step, CX)))
    const west = east
    east = v128.load(p + side, PAIR + RZ)
    const across = v128.add<T>(v128.mul<T>(v128.load(q, W), west), v128.mul<T>(v128.load(q, E), east))
    const along = v128.add<T>(v128.mul<T>(v128.load(q, S), v128.load(q + down, RZ)), v128.mul<T>(v128.load(q, N), z))
    v128.store(p, z, RZ)
    v128.store(q, v128.add<T>(v128.load(q, R), v128.add<T>(across, along)), Z)
    k += NODE
  }
}

/** z = Tᵀ z on the red nodes of row j, from the vector `slot` of the black ones. */
export function relaxRed<T>(j: i32, slot: usize): void {
  let p = record(j, firstRed(j))
  const west = <usize>firstRed(j) * PAIR
  for (const end = p + countRed(j) * PAIR; p < end; p += PAIR) {
    v128.store(p, pull<T>(p - west, p - up, p + up, slot), RZ)
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
    const w = v128.sub<T>(z, push<T>(q, q + west, q - up, q + up, RZ))
    v128.store(q, w, Q)
    gamma = v128.add<T>(gamma, v128.mul<T>(v128.load(q, R), z))
    delta = v128.add<T>(delta, v128.mul<T>(w, z))
  }
  add<T>(sums, gamma, delta)
}

/** Both: the red nodes of row j, and the black ones of row j − 1. */
function relaxAndSchur<T>(j: i32, sums: usize): void {
  const down: usize = 0 - up
  let gamma = splat<T>(0)
  let delta = splat<T>(0)
  let p = record(j, firstRed(j))
  const end = p + countRed(j) * PAIR
  const side: usize = 0 - <usize>firstRed(j) * PAIR // to the nodes at the west: black ones here, red ones a row below
  let blackEast = v128.load(p + side, Z)
  let redEast = v128.load(p + side + down, RZ)
  for (; p < end; p += PAIR) {
    const q = p + down
    const w = p + side
    const blackWest = blackEast
    blackEast = v128.load(w, PAIR + Z)
    const north = v128.load(q, N)
    const z = v128.load(q, Z)
    const across = v128.add<T>(v128.mul<T>(v128.load(w, E), blackWest), v128.mul<T>(v128.load(w, PAIR + W), blackEast))
    const along = v128.add<T>(v128.mul<T>(north, z), v128.mul<T>(v128.load(p + up, S), v128.load(p + up, Z)))
    const red = v128.add<T>(across, along)
    v128.store(p, red, RZ)
    const redWest = redEast
    redEast = v128.load(w + down, PAIR + RZ)
    const sides = v128.add<T>(v128.mul<T>(v128.load(q, W), redWest), v128.mul<T>(v128.load(q, E), redEast))
    const rows = v128.add<T>(v128.mul<T>(v128.load(q, S), v128.load(q + down, RZ)), v128.mul<T>(north, red))
    const own = v128.sub<T>(z, v128.add<T>(sides, rows))
    v128.store(q, own, Q)
    gamma = v128.add<T>(gamma, v128.mul<T>(v128.load(q, R), z))
    delta = v128.add<T>(delta, v128.mul<T>(own, z))
  }
  add<T>(sums, gamma, delta)
}

// @ts-ignore: decorator
@inline function add<T>(sums: usize, gamma: v128, delta: v128): void {
  v128.store(sums, v128.add<T>(v128.load(sums), gamma))
  v128.store(sums, v128.add<T>(v128.load(sums, 16), delta), 16)
}
