/**
 * Between the plain systems and the finest level in lanes: the residual goes in, the solution comes out. Rows are taken two nodes at a
 * time, number m of the color that the row begins with and m + 1 of the other; where n is odd, the last one is alone.
 */
import { addPair, firsts, lowerScaled, seconds, splat, upperScaled } from './lanes.as'
import { countBlack, firstBlack, pull, push, record, restrict, weighted } from './fine-level.as'
import { scaleOf } from './fine-setup.as'
import {
  ACTIVE, FACTORS, I, P, PAIR, R, RF, SP, X, evens, n, plain, scratch, systemBytes, up,
} from './multigrid-memory.as'

/**
 * b̂ = D^−½ r, times the factor of the lane, into the lanes: red nodes keep theirs, black ones get b + T b of the red, with the vectors
 * of the method at 0. Then the first half of a cycle, as advance() does it. Σ d r² is stored at `norm`.
 */
export function loadResidual<T>(norm: usize): void {
  v128.store(norm, splat<T>(0))
  for (let j = 1; j <= n + 2; j++) {
    if (j <= n) loadRow<T>(j)
    if (j > 1 && j <= n + 1) v128.store(norm, v128.add<T>(v128.load(norm), eliminateRed<T>(j - 1)))
    if (j > 2) restrict<T>(j - 2)
  }
}

function loadRow<T>(j: i32): void {
  const odd = j & 1
  const black = odd ? <usize>0 : PAIR // to the black one of the two records, and to the red one
  const red = PAIR - black
  const factors = scratch + FACTORS
  let p = record(j, 0)
  let a = rowOf(5, j)
  for (const end = p + <usize>evens * PAIR; p < end; p += PAIR) {
    const low = lowerScaled<T>(a, systemBytes, factors)
    const high = upperScaled<T>(a, systemBytes, factors)
    putBlack<T>(p + black, odd ? firsts<T>(low, high) : seconds<T>(low, high))
    putRed<T>(p + red, odd ? seconds<T>(low, high) : firsts<T>(low, high))
    a += 16
  }
  if (!(n & 1)) return
  const alone = firsts<T>(lowerScaled<T>(a, systemBytes, factors), upperScaled<T>(a, systemBytes, factors))
  if (odd) putBlack<T>(p, alone)
  else putRed<T>(p, alone)
}

/** Address of row j of a plain array. */
// @ts-ignore: decorator
@inline function rowOf(array: i32, j: i32): usize {
  return plain(array) + <usize>(j - 1) * n * 8
}

// @ts-ignore: decorator
@inline function putBlack<T>(p: usize, r: v128): void {
  v128.store(p, v128.mul<T>(v128.load(p, I), r), R)
}
// @ts-ignore: decorator
@inline function putRed<T>(p: usize, r: v128): void {
  v128.store(p, v128.mul<T>(v128.load(scaleOf(p)), r), RF)
}

/** The black nodes of row j; returns their part of the norm. */
function eliminateRed<T>(j: i32): v128 {
  const zero = splat<T>(0)
  const west = <usize>(j & 1) * PAIR - PAIR
  let sum = zero
  let q = record(j, firstBlack(j))
  for (const end = q + countBlack(j) * PAIR; q < end; q += PAIR) {
    const r = v128.add<T>(v128.load(q, R), push<T>(q, q + west, q - up, q + up, RF))
    v128.store(q, r, R)
    v128.store(q, zero, P)
    v128.store(q, zero, SP)
    v128.store(q, zero, X)
    sum = v128.add<T>(sum, weighted<T>(q, r))
  }
  return sum
}

/** Adds D^−½ x̂ of the active lanes, times their factors, to the plain x; on red nodes x̂ = b̂ + Tᵀ x̂. */
export function addSolution<T>(): void {
  for (let j = 1; j <= n; j++) addRow<T>(j)
}

function addRow<T>(j: i32): void {
  const odd = j & 1
  const black = odd ? <usize>0 : PAIR
  const red = PAIR - black
  const mask = v128.load(scratch, ACTIVE)
  const factors = scratch + FACTORS
  let p = record(j, 0)
  let a = rowOf(4, j)
  for (const end = p + <usize>evens * PAIR; p < end; p += PAIR) {
    const x = v128.and(blackOf<T>(p + black), mask)
    const y = v128.and(redOf<T>(p + red, p), mask)
    addPair<T>(a, systemBytes, odd ? x : y, odd ? y : x, factors)
    a += 16
  }
  if (!(n & 1)) return
  const alone = v128.and(odd ? blackOf<T>(p) : redOf<T>(p, p), mask)
  addPair<T>(a, systemBytes, alone, splat<T>(0), factors) // to what comes next in memory, 0 is added
}

// @ts-ignore: decorator
@inline function blackOf<T>(p: usize): v128 {
  return v128.mul<T>(v128.load(p, I), v128.load(p, X))
}

/** w: the record of the black node at the west. */
// @ts-ignore: decorator
@inline function redOf<T>(p: usize, w: usize): v128 {
  return v128.mul<T>(v128.load(scaleOf(p)), v128.add<T>(v128.load(p, RF), pull<T>(w, p - up, p + up, X)))
}
