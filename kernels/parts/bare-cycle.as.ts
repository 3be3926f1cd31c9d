/**
 * One cycle of the lanes, seen from the plain systems: M as a preconditioner of the whole A, whose red nodes are eliminated exactly,
 *
 *   z_b = M_S (r_b + Tᵀ D_r⁻¹ r_r),   z_r = D_r⁻¹ (r_r + T z_b)
 */
import { ascend } from './fine-ascent.as'
import { cycle } from './coarse-cycle.as'
import { addPair, lanesOf, splat } from './lanes.as'
import { endOf, record } from './fine-level.as'
import { loadResidual } from './fine-transfer.as'
import { setUpFinest } from './fine-setup.as'
import { setUpCoarse } from './coarse-setup.as'
import { SOUND, begin, finish } from './plain-system.as'
import {
  FACTORS, I, Q, RF, RI, RZ, STEP, SUMS, Z, arrayBytes, coarse, evens, n, odds, plain, scratch, systemBytes,
} from './multigrid-memory.as'

/** Reads the matrices, and right-hand sides that must not be 0; returns the first flaw that begin() finds. */
export function prepare<T>(): i32 {
  for (let lane = 0; lane < lanesOf<T>(); lane++) {
    const found = begin(lane)
    if (found != SOUND) return found
  }
  setUpFinest<T>()
  if (evens > 0) setUpCoarse<T>(coarse, evens)
  return SOUND
}

/** x ← M r and, on the black nodes, r ← S M r divided by the unit of b; after prepare(), any number of times. */
export function once<T>(turns: i32): void {
  for (let lane = 0; lane < 4; lane++) store<f64>(scratch + FACTORS + <usize>lane * 8, 1)
  loadResidual<T>(scratch + STEP)
  if (evens > 0) cycle<T>(coarse, evens, turns)
  ascend<T>(scratch + SUMS)
  for (let lane = 0; lane < lanesOf<T>(); lane++) {
    memory.fill(plain(4, lane), 0, <usize>n * n * 8)
    memory.fill(plain(5, lane), 0, <usize>n * n * 8)
  }
  for (let j = 1; j <= n; j++) unload<T>(j)
  for (let lane = 0; lane < lanesOf<T>(); lane++) finish(lane)
}

/** Two nodes at a time, as in fine-transfer. */
function unload<T>(j: i32): void {
  const odd = j & 1
  const factors = scratch + FACTORS
  let a = plain(4) + <usize>(j - 1) * n * 8
  for (let m = 0; m < odds; m++) {
    const alone = m == evens
    const black = record(j, odd ? m : m + 1)
    const red = record(j, odd ? m + 1 : m)
    const i = v128.load(endOf(j, odd ? m : m + 1), I)
    const zero = splat<T>(0)
    const x = alone && !odd ? zero : v128.mul<T>(v128.load(black, Z), i)
    const w = alone && !odd ? zero : v128.div<T>(v128.load(black, Q), i)
    const z = v128.add<T>(v128.load(red, RF), v128.load(red, RZ))
    const y = alone && odd ? zero : v128.mul<T>(z, v128.load(endOf(j, odd ? m + 1 : m), RI))
    addPair<T>(a, systemBytes, odd ? x : y, odd ? y : x, factors)
    addPair<T>(a + arrayBytes, systemBytes, odd ? w : zero, odd ? zero : w, factors)
    a += 16
  }
}
