/**
 * The finest level in lanes, from the plain systems: coefficients, interpolation weights of the red nodes, the Galerkin operator
 * of the first coarse level, and the scaling by the diagonal. Weights and operator are those of the unscaled system.
 */
import { factorOf, firsts, lowerScaled, seconds, splat, upperScaled } from './lanes.as'
import { coarseRow, countBlack, countRed, endOf, firstBlack, firstRed, record } from './fine-level.as'
import {
  CE, CI, CN, CNE, CNW, CX, D, E, END, I, N, NODE, PAIR, Q, R, RA, RB, RF, RI, RZ, S, SCALES, W, Z,
  arrayBytes, evens, n, odds, plain, row, scratch, systemBytes, up,
} from './multigrid-memory.as'

/** Weights at a center of the coarse nodes around it, kept in vectors that the solution does not need yet. */
const SW: usize = R
const SE: usize = Z
const NW: usize = Q
const NE: usize = RF // of the red node of the same number, set to 0 before: a red node there may have no center beside it

/** Every row is visited by one step of the work as soon as those before it have what it needs: it is in the cache then. */
export function setUpFinest<T>(): void {
  clearSouth<T>()
  for (let j = 2; j <= n + 4; j += 2) {
    for (let i = j - 1; i <= min(j, n); i++) {
      loadRow<T>(i)
      weighRed<T>(i)
    }
    if (j - 1 <= n) weighCenters<T>(j - 1)
    if (j > 2 && j - 2 <= n) galerkinRow<T>(j - 2)
    for (let i = max(j - 4, 1); i <= min(j - 3, n); i++) {
      scaleBlack<T>(i)
      scaleRed<T>(i)
    }
  }
}

/** S in the first row. */
function clearSouth<T>(): void {
  let q = record(1, 0)
  for (const end = q + <usize>odds * PAIR; q < end; q += PAIR) v128.store(q, splat<T>(0), S)
}

// @ts-ignore: decorator
@inline function inverseRoot<T>(d: v128): v128 {
  return v128.div<T>(splat<T>(1), v128.sqrt<T>(d))
}

// @ts-ignore: decorator
@inline function putBlack<T>(p: usize, e: usize, d: v128): void {
  v128.store(p, d, D)
  v128.store(e, inverseRoot<T>(d), I)
}
// @ts-ignore: decorator
@inline function putRed<T>(p: usize, e: usize, d: v128): void {
  v128.store(p, d, RZ)
  v128.store(p, splat<T>(0), NE)
  v128.store(e, inverseRoot<T>(d), RI)
}

/**
 * Row j, two nodes at a time: number m of the color that it begins with, m + 1 of the other. What couples a red node to the east
 * or north is W or S of the black node there. No node writes what couples to the walls at the west and south, so zeros are written
 * for them: what lay there may be NaN of a sample that had no solution.
 */
function loadRow<T>(j: i32): void {
  const odd = j & 1
  const inner = j < n
  const black = odd ? <usize>0 : PAIR // to the black one of the two nodes, and to the red one
  const red = PAIR - black
  const blackEnd = odd ? <usize>0 : END
  const redEnd = END - blackEnd
  const one = factorOf(scratch + SCALES, 0)
  const two = factorOf(scratch + SCALES, 1)
  const three = factorOf(scratch + SCALES, 2)
  const four = factorOf(scratch + SCALES, 3)
  let p = record(j, 0)
  let e = endOf(j, 0)
  if (odd) v128.store(p, splat<T>(0), W)
  let a = plain(0) + <usize>(j - 1) * n * 8
  for (const end = p + <usize>evens * PAIR; p < end; p += PAIR) {
    const low = lowerScaled<T>(a, systemBytes, one, two)
    const high = upperScaled<T>(a, systemBytes, two, three, four)
    putBlack<T>(p + black, e + blackEnd, odd ? firsts<T>(low, high) : seconds<T>(low, high))
    putRed<T>(p + red, e + redEnd, odd ? seconds<T>(low, high) : firsts<T>(low, high))
    const lowEast = v128.neg<T>(lowerScaled<T>(a + arrayBytes, systemBytes, one, two))
    const highEast = v128.neg<T>(upperScaled<T>(a + arrayBytes, systemBytes, two, three, four))
    v128.store(p + black, odd ? firsts<T>(lowEast, highEast) : seconds<T>(lowEast, highEast), E)
    const west = odd ? seconds<T>(lowEast, highEast) : firsts<T>(lowEast, highEast)
    v128.store(p + PAIR, west, W)
    const lowNorth = v128.neg<T>(lowerScaled<T>(a + 2 * arrayBytes, systemBytes, one, two))
    const highNorth = v128.neg<T>(upperScaled<T>(a + 2 * arrayBytes, systemBytes, two, three, four))
    v128.store(p + black, odd ? firsts<T>(lowNorth, highNorth) : seconds<T>(lowNorth, highNorth), N)
    const south = odd ? seconds<T>(lowNorth, highNorth) : firsts<T>(lowNorth, highNorth)
    if (inner) v128.store(p + red + up, south, S)
    a += 16
    e += END
  }
  if (n & 1) loadLast<T>(p, e, a, j)
}

/** The node that is left where n is odd. What is read beyond it is not used. */
function loadLast<T>(p: usize, e: usize, a: usize, j: i32): void {
  const one = factorOf(scratch + SCALES, 0)
  const two = factorOf(scratch + SCALES, 1)
  const three = factorOf(scratch + SCALES, 2)
  const four = factorOf(scratch + SCALES, 3)
  const center = firsts<T>(lowerScaled<T>(a, systemBytes, one, two), upperScaled<T>(a, systemBytes, two, three, four))
  a += 2 * arrayBytes
  const along = firsts<T>(lowerScaled<T>(a, systemBytes, one, two), upperScaled<T>(a, systemBytes, two, three, four))
  const north = v128.neg<T>(along)
  if (j & 1) {
    putBlack<T>(p, e, center)
    v128.store(p, splat<T>(0), E)
    v128.store(p, north, N)
  } else {
    putRed<T>(p, e, center)
    v128.store(p + up, north, S)
  }
}

/** a / den, or 0 where den is not positive: a node without couplings that count. */
// @ts-ignore: decorator
@inline export function part<T>(a: v128, den: v128): v128 {
  return v128.and(v128.div<T>(a, den), v128.gt<T>(den, splat<T>(0)))
}

/** Weights {west, east} / (d − north − south) at horizontal edges, {south, north} / (d − east − west) at vertical ones. */
function weighRed<T>(j: i32): void {
  let p = record(j, firstRed(j))
  const west = <usize>firstRed(j) * PAIR
  const horizontal = !(j & 1)
  for (const end = p + countRed(j) * PAIR; p < end; p += PAIR) {
    const d = v128.load(p, RZ)
    const w = v128.load(p - west, E)
    const e = v128.load(p - west, PAIR + W)
    const s = v128.load(p - up, N)
    const t = v128.load(p + up, S)
    const across = v128.add<T>(w, e)
    const along = v128.add<T>(s, t)
    // The larger of two numbers that are equal but for rounding and what the walls add: the sum loses no digits.
    const den = horizontal ? v128.max<T>(v128.sub<T>(d, along), across) : v128.max<T>(v128.sub<T>(d, across), along)
    v128.store(p, part<T>(horizontal ? w : s, den), RA)
    v128.store(p, part<T>(horizontal ? e : t, den), RB)
  }
}

/** Centers from their own equation: SW = (S · west weight of the red node south + W · south weight of the one west) / d, … */
function weighCenters<T>(j: i32): void {
  let q = record(j, 0)
  for (const end = q + countBlack(j) * PAIR; q < end; q += PAIR) {
    const inverse = v128.div<T>(splat<T>(1), v128.load(q, D))
    const east = v128.mul<T>(v128.load(q, E), inverse)
    const west = v128.mul<T>(v128.load(q, W), inverse)
    const north = v128.mul<T>(v128.load(q, N), inverse)
    const south = v128.mul<T>(v128.load(q, S), inverse)
    const s = q - up
    const t = q + up
    v128.store(q, both<T>(south, v128.load(s, RA), west, v128.load(q, RA)), SW)
    v128.store(q, both<T>(south, v128.load(s, RB), east, v128.load(q, PAIR + RA)), SE)
    v128.store(q, both<T>(north, v128.load(t, RA), west, v128.load(q, RB)), NW)
    v128.store(q, both<T>(north, v128.load(t, RB), east, v128.load(q, PAIR + RB)), NE)
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
 * around it, times their weights. q is the record of the node and of the red one east of it; a record back and those a row away
 * hold the other three, and the centers.
 */
function galerkinRow<T>(j: i32): void {
  let q = record(j, 1)
  let k = coarseRow(j >> 1) + NODE
  for (const end = q + <usize>evens * PAIR; q < end; q += PAIR) {
    own<T>(k, q)
    atEast<T>(k, q)
    atWest<T>(k, q)
    atNorth<T>(k, q)
    atSouth<T>(k, q)
    v128.store(k, v128.div<T>(splat<T>(1), v128.load(k, CX)), CI)
    k += NODE
  }
}

// @ts-ignore: decorator
@inline function own<T>(k: usize, q: usize): void {
  const east = v128.load(q, E)
  const north = v128.load(q, N)
  const across = both<T>(east, v128.load(q, RA), v128.load(q, W), v128.load(q - PAIR, RB))
  const along = both<T>(north, v128.load(q + up, RA), v128.load(q, S), v128.load(q - up, RB))
  v128.store(k, v128.sub<T>(v128.load(q, D), v128.add<T>(across, along)), CX)
  v128.store(k, v128.mul<T>(east, v128.load(q, RB)), CE)
  v128.store(k, v128.mul<T>(north, v128.load(q + up, RB)), CN)
  v128.store(k, splat<T>(0), CNE)
  v128.store(k, splat<T>(0), CNW)
}

/** The row of the horizontal edge east of the coarse node; t and s: the centers north and south of it. */
// @ts-ignore: decorator
@inline function atEast<T>(k: usize, q: usize): void {
  const t = q + up
  const s = q - up
  const weight = v128.load(q, RA)
  const north = v128.load(t, S)
  const south = v128.load(s, N)
  const d = v128.load(q, RZ)
  const west = v128.sub<T>(v128.mul<T>(d, weight), v128.load(q, E))
  const east = v128.sub<T>(v128.mul<T>(d, v128.load(q, RB)), v128.load(q, PAIR + W))
  gain<T>(k + CX, weight, v128.sub<T>(west, both<T>(north, v128.load(t, SW), south, v128.load(s, NW))))
  gain<T>(k + CE, weight, v128.sub<T>(both<T>(north, v128.load(t, SE), south, v128.load(s, NE)), east))
  gain<T>(k + CN, weight, v128.mul<T>(north, v128.load(t, NW)))
  gain<T>(k + CNE, weight, v128.mul<T>(north, v128.load(t, NE)))
}

// @ts-ignore: decorator
@inline function atWest<T>(k: usize, q: usize): void {
  const w = q - PAIR
  const t = w + up
  const s = w - up
  const weight = v128.load(w, RB)
  const north = v128.load(t, S)
  const south = v128.load(s, N)
  const east = v128.sub<T>(v128.mul<T>(v128.load(w, RZ), weight), v128.load(q, W))
  gain<T>(k + CX, weight, v128.sub<T>(east, both<T>(north, v128.load(t, SE), south, v128.load(s, NE))))
  gain<T>(k + CN, weight, v128.mul<T>(north, v128.load(t, NE)))
  gain<T>(k + CNW, weight, v128.mul<T>(north, v128.load(t, NW)))
}

/** The row of the vertical edge north of the coarse node, of record t with the center at its east; w: the center at its west. */
// @ts-ignore: decorator
@inline function atNorth<T>(k: usize, q: usize): void {
  const t = q + up
  const w = t - PAIR
  const weight = v128.load(t, RA)
  const west = v128.load(w, E)
  const east = v128.load(t, W)
  const d = v128.load(t, RZ)
  const south = v128.sub<T>(v128.mul<T>(d, weight), v128.load(q, N))
  const north = v128.sub<T>(v128.mul<T>(d, v128.load(t, RB)), v128.load(t + up, S))
  gain<T>(k + CX, weight, v128.sub<T>(south, both<T>(east, v128.load(t, SW), west, v128.load(w, SE))))
  gain<T>(k + CN, weight, v128.sub<T>(both<T>(east, v128.load(t, NW), west, v128.load(w, NE)), north))
  gain<T>(k + CE, weight, v128.mul<T>(east, v128.load(t, SE)))
  gain<T>(k + CNE, weight, v128.mul<T>(east, v128.load(t, NE)))
  gain<T>(k + CNW, weight, v128.mul<T>(west, v128.load(w, NW)))
}

// @ts-ignore: decorator
@inline function atSouth<T>(k: usize, q: usize): void {
  const s = q - up
  const w = s - PAIR
  const weight = v128.load(s, RB)
  const west = v128.load(w, E)
  const east = v128.load(s, W)
  const north = v128.sub<T>(v128.mul<T>(v128.load(s, RZ), weight), v128.load(q, S))
  gain<T>(k + CX, weight, v128.sub<T>(north, both<T>(east, v128.load(s, NW), west, v128.load(w, NE))))
  gain<T>(k + CE, weight, v128.mul<T>(east, v128.load(s, NE)))
}

/** Couplings of Â: t / √(d of both). */
function scaleBlack<T>(j: i32): void {
  const beside = row * END
  const west = <usize>(j & 1) * END - END
  let q = record(j, firstBlack(j))
  let e = endOf(j, firstBlack(j))
  for (const end = q + countBlack(j) * PAIR; q < end; q += PAIR) {
    const mine = v128.load(e, I)
    v128.store(q, v128.mul<T>(v128.mul<T>(v128.load(q, W), mine), v128.load(e + west, RI)), W)
    v128.store(q, v128.mul<T>(v128.mul<T>(v128.load(q, E), mine), v128.load(e + west, END + RI)), E)
    v128.store(q, v128.mul<T>(v128.mul<T>(v128.load(q, S), mine), v128.load(e - beside, RI)), S)
    v128.store(q, v128.mul<T>(v128.mul<T>(v128.load(q, N), mine), v128.load(e + beside, RI)), N)
    e += END
  }
}

/** Weights of √d x at red nodes. */
function scaleRed<T>(j: i32): void {
  let p = record(j, firstRed(j))
  let e = endOf(j, firstRed(j))
  for (const end = p + countRed(j) * PAIR; p < end; p += PAIR) {
    const inverse = v128.load(e, RI)
    v128.store(p, v128.div<T>(v128.load(p, RA), inverse), RA)
    v128.store(p, v128.div<T>(v128.load(p, RB), inverse), RB)
    e += END
  }
}
