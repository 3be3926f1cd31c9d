/**
 * Conjugate gradients on the black nodes, S = I − T Tᵀ of the scaled system, in the form of Chronopoulos and Gear (one pair of
 * sums a step), from x = 0. The red residual is 0 at every step, so ‖r‖ over the black nodes is that of the whole system.
 * A lane that is done is frozen by α = β = 0: it does not see for how long others go on.
 */
import { advance, ascend, countBlack, countRed, firstBlack, firstRed, push, relaxRed } from './fine-level.as'
import { plainBlack, plainRed } from './fine-setup.as'
import { cycle } from './coarse-cycle.as'
import { gatherScaled, scatterAdd, splat } from './lanes.as'
import {
  BLACK, FLOW, I, P, Q, R, RED, RF, RZ, SP, X, Z,
  black, coarse, evens, flow, n, plain, red, row, scales, scratch, systemBytes,
} from './multigrid-memory.as'

// vectors of the scratch: one number or mask a lane
export const LIMIT: usize = 0 // in: ‖r‖² to reach
export const STEPS: usize = 16 // in: the most steps to take
export const ACTIVE: usize = 32 // in: lanes to solve; out: those still above their limit
export const TAKEN: usize = 48 // out: steps taken
export const FAILED: usize = 64 // out: lanes that broke down
export const LOW: usize = 80 // in: f64 factors of r of lanes 0, 1
export const HIGH: usize = 96 // of lanes 2, 3
export const SUMS: usize = 128 // γ and δ, then α, β and ‖r‖² of the step
const STEP: usize = 160
const GAMMA: usize = 208 // of the last step of each lane
const ALPHA: usize = 224

/** Solves  r (times its factor) = A x  in every active lane; x̂ is then on the black nodes and the red part of r in place. */
export function solveReduced<T>(turns: i32): void {
  loadResidual<T>()
  let active = v128.load(scratch, ACTIVE)
  let failed = splat<T>(0)
  let taken = splat<T>(0)
  const limit = v128.load(scratch, LIMIT)
  v128.store(scratch, failed, STEP)
  v128.store(scratch, failed, STEP + 16)
  advance<T>(scratch + STEP)
  active = v128.and(active, v128.gt<T>(v128.load(scratch, STEP + 32), limit))
  for (let step = 0; ; step++) {
    active = v128.and(active, v128.lt<T>(taken, v128.load(scratch, STEPS)))
    if (!v128.any_true(active)) break
    if (evens > 0) cycle<T>(coarse, evens, turns)
    ascend<T>(scratch + SUMS)
    const broken = chooseStep<T>(step == 0, active)
    failed = v128.or(failed, broken)
    active = v128.andnot(active, broken)
    taken = v128.add<T>(taken, v128.and(active, splat<T>(1)))
    v128.store(scratch, v128.and(v128.load(scratch, STEP), active), STEP)
    v128.store(scratch, v128.and(v128.load(scratch, STEP + 16), active), STEP + 16)
    advance<T>(scratch + STEP)
    const norm = v128.load(scratch, STEP + 32)
    const lost = v128.and(active, v128.ne<T>(norm, norm))
    failed = v128.or(failed, lost)
    active = v128.and(v128.andnot(active, lost), v128.gt<T>(norm, limit))
  }
  v128.store(scratch, failed, FAILED)
  v128.store(scratch, taken, TAKEN)
}

/** α and β of this step from γ = (r, z) and δ = (w, z); returns the lanes where they show that A or M is not positive definite. */
// @ts-ignore: decorator
@inline function chooseStep<T>(first: bool, active: v128): v128 {
  const gamma = v128.load(scratch, SUMS)
  let curvature = v128.load(scratch, SUMS + 16)
  let beta = splat<T>(0)
  if (!first) {
    beta = v128.div<T>(gamma, v128.load(scratch, GAMMA))
    curvature = v128.sub<T>(curvature, v128.div<T>(v128.mul<T>(beta, gamma), v128.load(scratch, ALPHA)))
  }
  const zero = splat<T>(0)
  v128.store(scratch, v128.bitselect(gamma, v128.load(scratch, GAMMA), active), GAMMA)
  const alpha = v128.div<T>(gamma, curvature)
  v128.store(scratch, alpha, STEP)
  v128.store(scratch, beta, STEP + 16)
  v128.store(scratch, v128.bitselect(alpha, v128.load(scratch, ALPHA), active), ALPHA)
  const sound = v128.and(v128.gt<T>(gamma, zero), v128.gt<T>(curvature, zero))
  return v128.andnot(active, sound)
}

/** b̂ = D^−½ r into the lanes: red nodes keep theirs, black ones get b + T b of the red, with the vectors of the method at 0. */
export function loadResidual<T>(): void {
  const low = v128.load(scratch, LOW)
  const high = v128.load(scratch, HIGH)
  const zero = splat<T>(0)
  for (let j = 1; j <= n + 1; j++) {
    if (j <= n) loadRed<T>(j, low, high)
    if (j > 1) loadBlack<T>(j - 1, low, high, zero)
  }
}

function loadRed<T>(j: i32, low: v128, high: v128): void {
  let a = plainRed(plain(5), j)
  let z = red + firstRed(j) * RED
  let s = scales + firstRed(j) * 16
  for (const end = z + countRed(j) * RED; z < end; z += RED) {
    v128.store(z, v128.mul<T>(v128.load(s), gatherScaled<T>(a, systemBytes, low, high)), RF)
    a += 16
    s += 16
  }
}

function loadBlack<T>(j: i32, low: v128, high: v128, zero: v128): void {
  const first = firstBlack(j)
  let a = plainBlack(plain(5), j)
  let c = black + first * BLACK
  let f = flow + first * FLOW
  let v = red + (first - 1 + (j & 1)) * RED + RF
  let vs = red + (first - row) * RED + RF
  let vn = red + (first + row) * RED + RF
  for (const end = c + countBlack(j) * BLACK; c < end; c += BLACK) {
    const own = v128.mul<T>(v128.load(f, I), gatherScaled<T>(a, systemBytes, low, high))
    v128.store(f, v128.add<T>(own, push<T>(c, v, vs, vn)), R)
    v128.store(f, zero, Z)
    v128.store(f, zero, Q)
    v128.store(f, zero, P)
    v128.store(f, zero, SP)
    v128.store(f, zero, X)
    a += 16
    f += FLOW
    v += RED
    vs += RED
    vn += RED
  }
}

/** Adds D^−½ x̂ of the active lanes, times their factors, to the plain x; on red nodes x̂ = b̂ + Tᵀ x̂. */
export function addSolution<T>(): void {
  const mask = v128.load(scratch, ACTIVE)
  const low = v128.load(scratch, LOW)
  const high = v128.load(scratch, HIGH)
  for (let j = 1; j <= n; j++) {
    let a = plainBlack(plain(4), j)
    let f = flow + firstBlack(j) * FLOW
    for (const end = f + countBlack(j) * FLOW; f < end; f += FLOW) {
      const x = v128.mul<T>(v128.load(f, I), v128.load(f, X))
      scatterAdd<T>(a, systemBytes, x, mask, low, high)
      a += 16
    }
    relaxRed<T>(j, X)
    addRed<T>(j, mask, low, high)
  }
}

function addRed<T>(j: i32, mask: v128, low: v128, high: v128): void {
  let a = plainRed(plain(4), j)
  let z = red + firstRed(j) * RED
  let s = scales + firstRed(j) * 16
  for (const end = z + countRed(j) * RED; z < end; z += RED) {
    const x = v128.mul<T>(v128.load(s), v128.add<T>(v128.load(z, RF), v128.load(z, RZ)))
    scatterAdd<T>(a, systemBytes, x, mask, low, high)
    a += 16
    s += 16
  }
}
