/**
 * Conjugate gradients on the black nodes, S = I − T Tᵀ of the scaled system, in the form of Chronopoulos and Gear (one pair of
 * sums a step), from x = 0. The red residual is 0 at every step, so ‖r‖ over the black nodes is that of the whole system.
 * A lane that is done is frozen by α = β = 0: it does not see for how long others go on.
 */
import { ascend } from './fine-ascent.as'
import { advance } from './fine-level.as'
import { clearMoves, loadResidual } from './fine-transfer.as'
import { cycle } from './coarse-cycle.as'
import { splat } from './lanes.as'
import { ACTIVE, FAILED, LIMIT, STEP, STEPS, SUMS, TAKEN, coarse, evens, scratch } from './multigrid-memory.as'

const GAMMA: usize = 208 // of the last step of each lane
const ALPHA: usize = 224

/**
 * Solves  r (times its factor) = A x  in every active lane, r in this plain array; x̂ is then on the black nodes and the red part of r
 * in place.
 */
export function solveReduced<T>(turns: i32, array: i32): void {
  loadResidual<T>(array, scratch + STEP + 32)
  let active = v128.load(scratch, ACTIVE)
  let failed = splat<T>(0)
  let taken = splat<T>(0)
  const limit = v128.load(scratch, LIMIT)
  active = v128.and(active, v128.gt<T>(v128.load(scratch, STEP + 32), limit))
  for (let step = 0; ; step++) {
    active = v128.and(active, v128.lt<T>(taken, v128.load(scratch, STEPS)))
    if (!v128.any_true(active)) {
      if (step == 0) clearMoves()
      break
    }
    if (evens > 0) cycle<T>(coarse, evens, turns)
    ascend<T>(scratch + SUMS)
    const broken = chooseStep<T>(step == 0, active)
    failed = v128.or(failed, broken)
    active = v128.andnot(active, broken)
    taken = v128.add<T>(taken, v128.and(active, splat<T>(1)))
    v128.store(scratch, v128.and(v128.load(scratch, STEP), active), STEP)
    v128.store(scratch, v128.and(v128.load(scratch, STEP + 16), active), STEP + 16)
    advance<T>(scratch + STEP, step == 0)
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
