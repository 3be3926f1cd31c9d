/**
 * The finest level in lanes, from the plain systems: coefficients, interpolation weights of the red nodes, the Galerkin operator
 * of the first coarse level, and the scaling by the diagonal. Weights and operator are those of the unscaled system.
 */
import { gather, splat } from './lanes.as'
import { countBlack, countRed, firstBlack, firstRed } from './fine-level.as'
import {
  BLACK, CB, CE, CI, CN, CNE, CNW, CX, D, E, FLOW, I, N, NODE, P, Q, RA, RB, RED, RZ, S, W, Z,
  arrayBytes, black, coarse, evens, flow, levelRow, n, odds, origin, plain, red, row, scales, systemBytes,
} from './multigrid-memory.as'

/** Weights at a center of the coarse nodes around it, kept in vectors that the solution does not need yet. */
const SW: usize = Z
const SE: usize = Q
const NW: usize = P
const NE: usize = 64

export function setUpFinest<T>(): void {
  for (let j = 1; j <= n; j++) loadBlack<T>(j)
  for (let j = 1; j <= n; j++) weighRed<T>(j)
  for (let j = 1; j <= n; j += 2) weighCenters<T>(j)
  for (let j = 2; j <= n; j += 2) galerkinRow<T>(j)
  for (let j = 1; j <= n; j++) scaleBlack<T>(j)
  for (let j = 1; j <= n; j++) scaleRed<T>(j)
}

/** Address in the plain array `p` of the first black (or red) node of row j. */
// @ts-ignore: decorator
@inline export function plainBlack(p: usize, j: i32): usize {
  return p + (<usize>(j - 1) * n + (j & 1 ? 0 : 1)) * 8
}
// @ts-ignore: decorator
@inline export function plainRed(p: usize, j: i32): usize {
  return p + (<usize>(j - 1) * n + (j & 1 ? 1 : 0)) * 8
}

// @ts-ignore: decorator
@inline function inverseRoot<T>(d: v128): v128 {
  return v128.div<T>(splat<T>(1), v128.sqrt<T>(d))
}

function loadBlack<T>(j: i32): void {
  const up = <usize>n * 8
  const bytes = systemBytes
  let a = plainBlack(plain(0), j)
  let c = black + firstBlack(j) * BLACK
  let f = flow + firstBlack(j) * FLOW
  for (const end = c + countBlack(j) * BLACK; c < end; c += BLACK) {
    const east = a + arrayBytes
    const north = east + arrayBytes
    const d = gather<T>(a, bytes)
    v128.store(f, d, D)
    v128.store(f, inverseRoot<T>(d), I)
    v128.store(c, v128.neg<T>(gather<T>(east, bytes)), E)
    v128.store(c, v128.neg<T>(gather<T>(east - 8, bytes)), W)
    v128.store(c, v128.neg<T>(gather<T>(north, bytes)), N)
    v128.store(c, v128.neg<T>(gather<T>(north - up, bytes)), S)
    a += 16
    f += FLOW
  }
}

/** a / den, or 0 where den is not positive: a node without couplings that count. */
// @ts-ignore: decorator
@inline export function part<T>(a: v128, den: v128): v128 {
  return v128.and(v128.div<T>(a, den), v128.gt<T>(den, splat<T>(0)))
}

/** Weights {west, east} / (d − north − south) at horizontal edges, {south, north} / (d − east − west) at vertical ones. */
function weighRed<T>(j: i32): void {
  const first = firstRed(j)
  let a = plainRed(plain(0), j)
  let c = black + (first - (j & 1)) * BLACK
  let cs = black + (first - row) * BLACK
  let cn = black + (first + row) * BLACK
  let z = red + first * RED
  let s = scales + first * 16
  const horizontal = !(j & 1)
  for (const end = z + countRed(j) * RED; z < end; z += RED) {
    const d = gather<T>(a, systemBytes)
    const across = v128.add<T>(v128.load(c, E), v128.load(c, BLACK + W))
    const along = v128.add<T>(v128.load(cs, N), v128.load(cn, S))
    // The larger of two numbers that are equal but for rounding and what the walls add: the sum loses no digits.
    const den = horizontal ? v128.max<T>(v128.sub<T>(d, along), across) : v128.max<T>(v128.sub<T>(d, across), along)
    v128.store(z, d, RZ)
    v128.store(s, inverseRoot<T>(d))
    v128.store(z, part<T>(horizontal ? v128.load(c, E) : v128.load(cs, N), den), RA)
    v128.store(z, part<T>(horizontal ? v128.load(c, BLACK + W) : v128.load(cn, S), den), RB)
    a += 16
    s += 16
    c += BLACK
    cs += BLACK
    cn += BLACK
  }
}

/** Centers from their own equation: SW = (S · west weight of the red node south + W · south weight of the one west) / d, … */
function weighCenters<T>(j: i32): void {
  const first = firstBlack(j)
  let c = black + first * BLACK
  let f = flow + first * FLOW
  let v = red + first * RED
  let vs = v - row * RED
  let vn = v + row * RED
  for (const end = c + countBlack(j) * BLACK; c < end; c += BLACK) {
    const inverse = v128.div<T>(splat<T>(1), v128.load(f, D))
    const east = v128.mul<T>(v128.load(c, E), inverse)
    const west = v128.mul<T>(v128.load(c, W), inverse)
    const north = v128.mul<T>(v128.load(c, N), inverse)
    const south = v128.mul<T>(v128.load(c, S), inverse)
    v128.store(f, both<T>(south, v128.load(vs, RA), west, v128.load(v, RA)), SW)
    v128.store(f, both<T>(south, v128.load(vs, RB), east, v128.load(v, RED + RA)), SE)
    v128.store(f, both<T>(north, v128.load(vn, RA), west, v128.load(v, RB)), NW)
    v128.store(f, both<T>(north, v128.load(vn, RB), east, v128.load(v, RED + RB)), NE)
    f += FLOW
    v += RED
    vs += RED
    vn += RED
  }
}

/** a b + c d. */
// @ts-ignore: decorator
@inline export function both<T>(a: v128, b: v128, c: v128, d: v128): v128 {
  return v128.add<T>(v128.mul<T>(a, b), v128.mul<T>(c, d))
}

/** p[slot] += a b. */
// @ts-ignore: decorator
@inline export function gain<T>(p: usize, a: v128, b: v128): void {
  v128.store(p, v128.add<T>(v128.load(p), v128.mul<T>(a, b)))
}

/**
 * Row J = j / 2 of Pᵀ A P: rows of A P vanish at centers, so a coarse node takes its own row and those of the four red nodes
 * around it, times their weights.
 */
function galerkinRow<T>(j: i32): void {
  const first = firstBlack(j)
  let k = origin(coarse) + (<usize>(j >> 1) * levelRow(evens) + 1) * NODE
  for (let m = first; m < first + evens; m++) {
    const c = black + m * BLACK
    const w = red + m * RED
    own<T>(k, c, w)
    atEast<T>(k, m)
    atWest<T>(k, m)
    atNorth<T>(k, m)
    atSouth<T>(k, m)
    v128.store(k, v128.div<T>(splat<T>(1), v128.load(k, CX)), CI)
    k += NODE
  }
}

/** c: the coarse node; w: the red node east of it, with those at the west, north and south one record or one row away. */
// @ts-ignore: decorator
@inline function own<T>(k: usize, c: usize, w: usize): void {
  const up = row * RED
  const east = v128.load(c, E)
  const north = v128.load(c, N)
  const across = both<T>(east, v128.load(w, RA), v128.load(c, W), v128.load(w - RED, RB))
  const along = both<T>(north, v128.load(w + up, RA), v128.load(c, S), v128.load(w - up, RB))
  const d = v128.load(flow + ((c - black) << 1), D)
  v128.store(k, v128.sub<T>(d, v128.add<T>(across, along)), CX)
  v128.store(k, v128.mul<T>(east, v128.load(w, RB)), CE)
  v128.store(k, v128.mul<T>(north, v128.load(w + up, RB)), CN)
  v128.store(k, splat<T>(0), CNE)
  v128.store(k, splat<T>(0), CNW)
}

/** The row of the horizontal edge east of coarse node m; its centers are m, one row north and south. */
// @ts-ignore: decorator
@inline function atEast<T>(k: usize, m: usize): void {
  const w = red + m * RED
  const weight = v128.load(w, RA)
  const north = v128.load(black + (m + row) * BLACK, S)
  const south = v128.load(black + (m - row) * BLACK, N)
  const fn = flow + (m + row) * FLOW
  const fs = flow + (m - row) * FLOW
  const d = v128.load(w, RZ)
  const west = v128.sub<T>(v128.mul<T>(d, weight), v128.load(black + m * BLACK, E))
  const east = v128.sub<T>(v128.mul<T>(d, v128.load(w, RB)), v128.load(black + (m + 1) * BLACK, W))
  gain<T>(k + CX, weight, v128.sub<T>(west, both<T>(north, v128.load(fn, SW), south, v128.load(fs, NW))))
  gain<T>(k + CE, weight, v128.sub<T>(both<T>(north, v128.load(fn, SE), south, v128.load(fs, NE)), east))
  gain<T>(k + CN, weight, v128.mul<T>(north, v128.load(fn, NW)))
  gain<T>(k + CNE, weight, v128.mul<T>(north, v128.load(fn, NE)))
}

// @ts-ignore: decorator
@inline function atWest<T>(k: usize, m: usize): void {
  const w = red + (m - 1) * RED
  const weight = v128.load(w, RB)
  const north = v128.load(black + (m - 1 + row) * BLACK, S)
  const south = v128.load(black + (m - 1 - row) * BLACK, N)
  const fn = flow + (m - 1 + row) * FLOW
  const fs = flow + (m - 1 - row) * FLOW
  const east = v128.sub<T>(v128.mul<T>(v128.load(w, RZ), weight), v128.load(black + m * BLACK, W))
  gain<T>(k + CX, weight, v128.sub<T>(east, both<T>(north, v128.load(fn, SE), south, v128.load(fs, NE))))
  gain<T>(k + CN, weight, v128.mul<T>(north, v128.load(fn, NE)))
  gain<T>(k + CNW, weight, v128.mul<T>(north, v128.load(fn, NW)))
}

/** The row of the vertical edge north of coarse node m; its centers are m − 1 at the west and m at the east. */
// @ts-ignore: decorator
@inline function atNorth<T>(k: usize, m: usize): void {
  const w = red + (m + row) * RED
  const weight = v128.load(w, RA)
  const west = v128.load(black + (m - 1 + row) * BLACK, E)
  const east = v128.load(black + (m + row) * BLACK, W)
  const fw = flow + (m - 1 + row) * FLOW
  const fe = fw + FLOW
  const d = v128.load(w, RZ)
  const south = v128.sub<T>(v128.mul<T>(d, weight), v128.load(black + m * BLACK, N))
  const north = v128.sub<T>(v128.mul<T>(d, v128.load(w, RB)), v128.load(black + (m + 2 * row) * BLACK, S))
  gain<T>(k + CX, weight, v128.sub<T>(south, both<T>(east, v128.load(fe, SW), west, v128.load(fw, SE))))
  gain<T>(k + CN, weight, v128.sub<T>(both<T>(east, v128.load(fe, NW), west, v128.load(fw, NE)), north))
  gain<T>(k + CE, weight, v128.mul<T>(east, v128.load(fe, SE)))
  gain<T>(k + CNE, weight, v128.mul<T>(east, v128.load(fe, NE)))
  gain<T>(k + CNW, weight, v128.mul<T>(west, v128.load(fw, NW)))
}

// @ts-ignore: decorator
@inline function atSouth<T>(k: usize, m: usize): void {
  const w = red + (m - row) * RED
  const weight = v128.load(w, RB)
  const west = v128.load(black + (m - 1 - row) * BLACK, E)
  const east = v128.load(black + (m - row) * BLACK, W)
  const fw = flow + (m - 1 - row) * FLOW
  const fe = fw + FLOW
  const north = v128.sub<T>(v128.mul<T>(v128.load(w, RZ), weight), v128.load(black + m * BLACK, S))
  gain<T>(k + CX, weight, v128.sub<T>(north, both<T>(east, v128.load(fe, NW), west, v128.load(fw, NE))))
  gain<T>(k + CE, weight, v128.mul<T>(east, v128.load(fe, NE)))
}

/** Couplings of Â: t / √(d of both). */
function scaleBlack<T>(j: i32): void {
  const first = firstBlack(j)
  let c = black + first * BLACK
  let f = flow + first * FLOW
  let s = scales + (first - 1 + (j & 1)) * 16
  let ss = scales + (first - row) * 16
  let sn = scales + (first + row) * 16
  for (const end = c + countBlack(j) * BLACK; c < end; c += BLACK) {
    const mine = v128.load(f, I)
    v128.store(c, v128.mul<T>(v128.mul<T>(v128.load(c, W), mine), v128.load(s)), W)
    v128.store(c, v128.mul<T>(v128.mul<T>(v128.load(c, E), mine), v128.load(s, 16)), E)
    v128.store(c, v128.mul<T>(v128.mul<T>(v128.load(c, S), mine), v128.load(ss)), S)
    v128.store(c, v128.mul<T>(v128.mul<T>(v128.load(c, N), mine), v128.load(sn)), N)
    f += FLOW
    s += 16
    ss += 16
    sn += 16
  }
}

/** Weights of √d x at red nodes. */
function scaleRed<T>(j: i32): void {
  let z = red + firstRed(j) * RED
  let s = scales + firstRed(j) * 16
  for (const end = z + countRed(j) * RED; z < end; z += RED) {
    v128.store(z, v128.div<T>(v128.load(z, RA), v128.load(s)), RA)
    v128.store(z, v128.div<T>(v128.load(z, RB), v128.load(s)), RB)
    s += 16
  }
}
