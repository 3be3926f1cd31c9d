/**
 * One cycle of the lanes, seen from the plain systems: M as a preconditioner of the whole A, whose red nodes are eliminated exactly,
 *
 *   z_b = M_S (r_b + Tᵀ D_r⁻¹ r_r),   z_r = D_r⁻¹ (r_r + T z_b)
 */
import { HIGH, LOW, SUMS, loadResidual } from './reduced-cg.as'
import { advance, ascend, countBlack, countRed, firstBlack, firstRed } from './fine-level.as'
import { cycle } from './coarse-cycle.as'
import { lanesOf, scatterAdd, splat } from './lanes.as'
import { plainBlack, plainRed, setUpFinest } from './fine-setup.as'
import { setUpCoarse } from './coarse-setup.as'
import { SOUND, begin, finish } from './plain-system.as'
import {
  FLOW, I, Q, RED, RF, RZ, Z, arrayBytes, coarse, evens, flow, n, plain, red, scales, scratch, systemBytes,
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
  v128.store(scratch, f64x2.splat(1), LOW)
  v128.store(scratch, f64x2.splat(1), HIGH)
  loadResidual<T>()
  v128.store(scratch, splat<T>(0), SUMS)
  v128.store(scratch, splat<T>(0), SUMS + 16)
  advance<T>(scratch + SUMS)
  if (evens > 0) cycle<T>(coarse, evens, turns)
  ascend<T>(scratch + SUMS)
  for (let lane = 0; lane < lanesOf<T>(); lane++) {
    memory.fill(plain(4, lane), 0, <usize>n * n * 8)
    memory.fill(plain(5, lane), 0, <usize>n * n * 8)
  }
  for (let j = 1; j <= n; j++) unload<T>(j)
  for (let lane = 0; lane < lanesOf<T>(); lane++) finish(lane)
}

function unload<T>(j: i32): void {
  const all = v128.not(splat<T>(0))
  const one = f64x2.splat(1)
  let a = plainBlack(plain(4), j)
  let f = flow + firstBlack(j) * FLOW
  for (const end = f + countBlack(j) * FLOW; f < end; f += FLOW) {
    scatterAdd<T>(a, systemBytes, v128.mul<T>(v128.load(f, Z), v128.load(f, I)), all, one, one)
    const w = v128.div<T>(v128.load(f, Q), v128.load(f, I))
    scatterAdd<T>(a + arrayBytes, systemBytes, w, all, one, one)
    a += 16
  }
  a = plainRed(plain(4), j)
  let z = red + firstRed(j) * RED
  let s = scales + firstRed(j) * 16
  for (const end = z + countRed(j) * RED; z < end; z += RED) {
    const x = v128.add<T>(v128.load(z, RF), v128.load(z, RZ))
    scatterAdd<T>(a, systemBytes, v128.mul<T>(x, v128.load(s)), all, one, one)
    a += 16
    s += 16
  }
}
