/** One preconditioner and one operator of the lanes, seen from the plain systems: for tests. */
import { HIGH, LOW, SUMS, loadResidual } from './reduced-cg.as'
import { advance, ascend, countBlack, countRed, firstBlack, firstRed } from './fine-level.as'
import { cycle } from './coarse-cycle.as'
import { lanesOf, scatterAdd, splat } from './lanes.as'
import { plainBlack, plainRed, setUpFinest } from './fine-setup.as'
import { setUpCoarse } from './coarse-setup.as'
import { begin, finish } from './plain-system.as'
import {
  FLOW, I, Q, RED, RZ, Z, arrayBytes, coarse, evens, flow, n, plain, red, scales, scratch, systemBytes,
} from './multigrid-memory.as'

/** x ← M b and, on the black nodes, r ← S M b divided by the unit of b; b must be 0 on the red nodes. */
export function probe<T>(turns: i32): void {
  for (let lane = 0; lane < lanesOf<T>(); lane++) begin(lane)
  setUpFinest<T>()
  if (evens > 0) setUpCoarse<T>(coarse, evens)
  v128.store(scratch, f64x2.splat(1), LOW)
  v128.store(scratch, f64x2.splat(1), HIGH)
  loadResidual<T>()
  v128.store(scratch, splat<T>(0), SUMS)
  v128.store(scratch, splat<T>(0), SUMS + 16)
  advance<T>(scratch + SUMS)
  if (evens > 0) cycle<T>(coarse, evens, turns)
  ascend<T>(scratch + SUMS)
  for (let lane = 0; lane < lanesOf<T>(); lane++) memory.fill(plain(5, lane), 0, <usize>n * n * 8)
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
    scatterAdd<T>(a, systemBytes, v128.mul<T>(v128.load(z, RZ), v128.load(s)), all, one, one)
    a += 16
    s += 16
  }
}
