/**
 * One cycle of the lanes, seen from the plain systems: M as a preconditioner of the whole A, whose red nodes are eliminated exactly,
 *
 *   z_b = M_S (r_b + Tᵀ D_r⁻¹ r_r),   z_r = D_r⁻¹ (r_r + T z_b)
 */
import { ascend } from './fine-ascent.as'
import { cycle } from './coarse-cycle.as'
import { addPair, factorOf, lanesOf, splat } from './lanes.as'
import { endOf, record } from './fine-level.as'
import { loadResidual } from './fine-transfer.as'
import { setUpFinest } from './fine-setup.as'
import { setUpCoarse } from './coarse-setup.as'
import { SOUND, begin, finish } from './plain-system.as'
import {
  FACTORS, I, Q, RF, RI, RZ, SCALES, STEP, SUMS, Z, coarse, evens, n, odds, plain, scratch, systemBytes,
} from './multigrid-memory.as'

/** Reads the matrices, and right-hand sides that must not be 0; returns the first flaw that begin() finds. */
export function prepare<T>(): i32 {
  for (let lane = 0; lane < lanesOf<T>(); lane++) {
    const found = begin(lane)
    if (found != SOUND) return found
    memory.copy(plain(5, lane), plain(3, lane), <usize>n * n * 8)
  }
  setUpFinest<T>()
  if (evens > 0) setUpCoarse<T>(coarse, evens)
  return SOUND
}

/** x ← M r and, on the black nodes, r ← S M r divided by the unit of b; after prepare(), any number of times. */
export function once<T>(turns: i32): void {
  setFactors(false)
  loadResidual<T>(5, scratch + STEP)
  if (evens > 0) cycle<T>(coarse, evens, turns)
  ascend<T>(scratch + SUMS)
  for (let lane = 0; lane < lanesOf<T>(); lane++) {
    memory.fill(plain(4, lane), 0, <usize>n * n * 8)
    memory.fill(plain(5, lane), 0, <usize>n * n * 8)
  }
  for (let j = 1; j <= n; j++) unload<T>(j, 5)
  setFactors(true)
  for (let j = 1; j <= n; j++) unload<T>(j, 4)
  for (let lane = 0; lane < lanesOf<T>(); lane++) finish(lane)
}

/** What r is multiplied by, 1, or x, in whose unit that of A is. */
function setFactors(scaled: bool): void {
  for (let lane = 0; lane < 4; lane++) {
    const scale = load<f64>(scratch + SCALES + <usize>lane * 8)
    store<f64>(scratch + FACTORS + <usize>lane * 8, scaled ? scale : 1)
  }
}

/** Row j of array 4, x, or 5, S M r. Two nodes at a time, as in fine-transfer. */
function unload<T>(j: i32, array: i32): void {
  const odd = j & 1
  const one = factorOf(scratch + FACTORS, 0)
  const two = factorOf(scratch + FACTORS, 1)
  const three = factorOf(scratch + FACTORS, 2)
  const four = factorOf(scratch + FACTORS, 3)
  let a = plain(array) + <usize>(j - 1) * n * 8
  for (let m = 0; m < odds; m++) {
    const alone = m == evens
    const x = alone && !odd ? splat<T>(0) : blackOf<T>(j, odd ? m : m + 1, array)
    const y = alone && odd ? splat<T>(0) : redOf<T>(j, odd ? m + 1 : m, array)
    addPair<T>(a, systemBytes, odd ? x : y, odd ? y : x, one, two, three, four)
    a += 16
  }
}

function blackOf<T>(j: i32, m: i32, array: i32): v128 {
  const inverse = v128.load(endOf(j, m), I)
  if (array == 5) return v128.div<T>(v128.load(record(j, m), Q), inverse)
  return v128.mul<T>(v128.load(record(j, m), Z), inverse)
}

function redOf<T>(j: i32, m: i32, array: i32): v128 {
  if (array == 5) return splat<T>(0)
  const z = v128.add<T>(v128.load(record(j, m), RF), v128.load(record(j, m), RZ))
  return v128.mul<T>(z, v128.load(endOf(j, m), RI))
}
