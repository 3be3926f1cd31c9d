/**
 * One multigrid cycle and some iterations of conjugate gradients, in float32 tensor ops.
 *
 * z = M r is a symmetric V-cycle: two steps of Chebyshev's smoother before and after the correction from the coarser level,
 *
 *   y ← y + ω D⁻¹ (r − A y),   ω₁, ω₂ = the inverse roots of the Chebyshev polynomial on [LOW, 2] × the diagonal.
 *
 * It is a polynomial in D⁻¹A, the same before and after, so M is symmetric; D bounds A (hierarchy.ts), so M is positive.
 * Points are smoothed all at once: on a device a color at a time would be four times the kernels for the same work.
 */
import { type Tensor, tf } from '../../tensor/index.ts'
import { applyOperator, type Grid, type Placed, prolong, restrict } from './hierarchy.ts'

/** Below it errors are smooth enough for the coarser level; a quarter of the largest eigenvalue is the model problem's half band. */
const LOW = 0.5
const ROOTS = [-1, 1].map((sign) => (2 + LOW) / 2 + (sign * (2 - LOW) * Math.SQRT1_2) / 2)

export function vCycle(grids: readonly Grid[], levels: readonly Placed[], r: Tensor): Tensor {
  const [grid, level] = [grids[0]!, levels[0]!]
  if (level.transfer === null) return grid.inverse.mul(r)
  const residual = (y: Tensor) => r.sub(applyOperator(grid, level, y))
  const scaled = ROOTS.map((root) => grid.inverse.mul(1 / root))
  let y = scaled[0]!.mul(r)
  y = y.add(scaled[1]!.mul(residual(y)))
  const coarse = vCycle(grids.slice(1), levels.slice(1), restrict(grid, level, residual(y)))
  y = y.add(prolong(grid, level, coarse))
  y = y.add(scaled[1]!.mul(residual(y)))
  return y.add(scaled[0]!.mul(residual(y)))
}

export interface Descent {
  x: Tensor // [N, B]
  r: Tensor // [N, B]
  p: Tensor // [N, B]
  rz: Tensor // [B] rᵀ M r of the last iteration
  used: Tensor // [B] iterations
}

/**
 * `count` iterations of preconditioned conjugate gradients. A lane whose ‖r‖² is at most `stop` or that has used `limit`
 * iterations stands still, so that x of a lane does not depend on the others.
 * `report` [3, B]: ‖r‖², the least pᵀAp and rᵀMr on the way (not above 0: A is not positive definite), iterations used.
 */
export function descend(
  grids: readonly Grid[],
  levels: readonly Placed[],
  start: Descent,
  { stop, limit, count }: { stop: Tensor; limit: Tensor; count: number },
): { end: Descent; report: Tensor } {
  const [grid, level] = [grids[0]!, levels[0]!]
  const dot = (a: Tensor, b: Tensor) => a.mul(b).reshape([level.n, level.n, -1]).sum(1).sum(0) // [N, B] → [B], in two sums: fewer roundings
  let { x, r, p, rz, used } = start
  let size = dot(r, r)
  let least = tf.onesLike(rz)
  for (let i = 0; i < count; i++) {
    const active = size.greater(stop).logicalAnd(used.less(limit)) // [B]
    const only = (value: Tensor, otherwise: number) =>
      tf.where(active, value, tf.fill(value.shape, otherwise))
    const z = vCycle(grids, levels, r)
    const now = dot(r, z)
    p = z.add(p.mul(only(now.div(rz), 0)))
    const q = applyOperator(grid, level, p)
    const curvature = dot(p, q)
    const alpha = only(now.div(curvature), 0)
    x = x.add(p.mul(alpha))
    r = r.sub(q.mul(alpha))
    least = least.minimum(only(curvature, 1)).minimum(only(now, 1))
    rz = now
    used = used.add(active.toFloat())
    size = dot(r, r)
  }
  return { end: { x, r, p, rz, used }, report: tf.stack([size, least, used]) }
}
