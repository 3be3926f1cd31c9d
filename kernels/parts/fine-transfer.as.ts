/**
 * Between the plain systems and the finest level in lanes: the residual goes in, the solution comes out. Rows are taken two nodes at a
 * time, number m of the color that the row begins with and m + 1 of the other; where n is odd, the last one is alone.
 */
import { addPair, factorOf, firsts, lowerScaled, seconds, splat, upperScaled } from './lanes.as'
import { countBlack, endOf, firstBlack, moveOf, pulled, pushed, record, restrict, weighted } from './fine-level.as'
import {
  ACTIVE, END, FACTORS, I, MOVE, PAIR, R, RF, RI, X, ends, evens, moves, n, plain, row, scratch, systemBytes, up,
} from './multigrid-memory.as'

/**
 * b̂ = D^−½ r, r of this plain array times the factor of the lane, into the lanes: red nodes keep theirs, black ones get b + T b of the
 * red. Then the first half of a cycle, as advance() does it. Σ d r² is stored at `norm`.
 */
export function loadResidual<T>(array: i32, norm: usize): void {
  v128.store(norm, splat<T>(0))
  for (let j = 1; j <= n + 2; j++) {
    if (j <= n) loadRow<T>(array, j)
    if (j > 1 && j <= n + 1) v128.store(norm, v128.add<T>(v128.load(norm), eliminateRed<T>(j - 1)))
    if (j > 2) restrict<T>(j - 2)
  }
}

function loadRow<T>(array: i32, j: i32): void {
  const odd = j & 1
  const black = odd ? <usize>0 : PAIR // to the black one of the two records, and to the red one
  const red = PAIR - black
  const blackEnd = odd ? <usize>0 : END
  const redEnd = END - blackEnd
  const one = factorOf(scratch + FACTORS, 0)
  const two = factorOf(scratch + FACTORS, 1)
  const three = factorOf(scratch + FACTORS, 2)
  const four = factorOf(scratch + FACTORS, 3)
  let p = record(j, 0)
  let e = endOf(j, 0)
  let a = rowOf(array, j)
  for (const end = p + <usize>evens * PAIR; p < end; p += PAIR) {
    const low = lowerScaled<T>(a, systemBytes, one, two)
    const high = upperScaled<T>(a, systemBytes, two, three, four)
    putBlack<T>(p + black, e + blackEnd, odd ? firsts<T>(low, high) : seconds<T>(low, high))
    putRed<T>(p + red, e + redEnd, odd ? seconds<T>(low, high) : firsts<T>(low, high))
    a += 16
    e += END
  }
  if (!(n & 1)) return
  const alone = firsts<T>(lowerScaled<T>(a, systemBytes, one, two), upperScaled<T>(a, systemBytes, two, three, four))
  if (odd) putBlack<T>(p, e, alone)
  else putRed<T>(p, e, alone)
}

/** Address of row j of a plain array. */
// @ts-ignore: decorator
@inline function rowOf(array: i32, j: i32): usize {
  return plain(array) + <usize>(j - 1) * n * 8
}

// @ts-ignore: decorator
@inline function putBlack<T>(p: usize, e: usize, r: v128): void {
  v128.store(p, v128.mul<T>(v128.load(e, I), r), R)
}
// @ts-ignore: decorator
@inline function putRed<T>(p: usize, e: usize, r: v128): void {
  v128.store(p, v128.mul<T>(v128.load(e, RI), r), RF)
}

/** The black nodes of row j; returns their part of the norm. */
function eliminateRed<T>(j: i32): v128 {
  const west = <usize>(j & 1) * PAIR - PAIR
  let sum = splat<T>(0)
  let q = record(j, firstBlack(j))
  for (const end = q + countBlack(j) * PAIR; q < end; q += PAIR) {
    const w = q + west
    const red = pushed<T>(q, v128.load(w, RF), v128.load(w, PAIR + RF), v128.load(q - up, RF), v128.load(q + up, RF))
    const r = v128.add<T>(v128.load(q, R), red)
    v128.store(q, r, R)
    sum = v128.add<T>(sum, weighted<T>(q, r))
  }
  return sum
}

/** x̂ = 0, where no step is taken. */
export function clearMoves(): void {
  memory.fill(moves, 0, ends - moves)
}

/** Adds D^−½ x̂ of the active lanes, times their factors, to the plain x; on red nodes x̂ = b̂ + Tᵀ x̂. */
export function addSolution<T>(): void {
  for (let j = 1; j <= n; j++) addRow<T>(j)
}

function addRow<T>(j: i32): void {
  const odd = j & 1
  const black = odd ? <usize>0 : MOVE
  const red = odd ? PAIR : <usize>0
  const blackEnd = odd ? <usize>0 : END
  const redEnd = END - blackEnd
  const beside = row * MOVE
  const mask = v128.load(scratch, ACTIVE)
  const one = factorOf(scratch + FACTORS, 0)
  const two = factorOf(scratch + FACTORS, 1)
  const three = factorOf(scratch + FACTORS, 2)
  const four = factorOf(scratch + FACTORS, 3)
  let p = record(j, 0)
  let v = moveOf(j, 0)
  let e = endOf(j, 0)
  let a = rowOf(4, j)
  for (const end = p + <usize>evens * PAIR; p < end; p += PAIR) {
    const x = v128.and(v128.mul<T>(v128.load(e + blackEnd, I), v128.load(v + black, X)), mask)
    const y = v128.and(redOf<T>(p + red, p, v, v + MOVE - black - beside, v + MOVE - black + beside, e + redEnd), mask)
    addPair<T>(a, systemBytes, odd ? x : y, odd ? y : x, one, two, three, four)
    a += 16
    v += MOVE
    e += END
  }
  if (!(n & 1)) return
  const alone = odd ? v128.mul<T>(v128.load(e, I), v128.load(v, X)) : redOf<T>(p, p, v, v - beside, v + beside, e)
  addPair<T>(a, systemBytes, v128.and(alone, mask), splat<T>(0), one, two, three, four) // to what comes next in memory, 0 is added
}

/** Of a red node p: w, vw the records at its west, vs, vn those south and north, e its own. */
// @ts-ignore: decorator
@inline function redOf<T>(p: usize, w: usize, vw: usize, vs: usize, vn: usize, e: usize): v128 {
  const around = pulled<T>(
    w, p - up, p + up,
    v128.load(vw, X), v128.load(vw, MOVE + X), v128.load(vs, X), v128.load(vn, X),
  )
  return v128.mul<T>(v128.load(e, RI), v128.add<T>(v128.load(p, RF), around))
}
