/**
 * The loop that cg, ic0 and other preconditioned methods share: A x = f by conjugate gradients with a preconditioner M, in f64,
 *
 *   z = M⁻¹ r,  p ← z + (rᵀz / r₋ᵀz₋) p,  α = rᵀz / pᵀAp,  x ← x + α p,  r ← r − α A p,   from x = 0, r = f.
 *
 * Stops where the recursive ‖r‖ ≤ tolerance ‖f‖ (ε ‖f‖ at least: below, the recursion tells nothing). That r drifts from f − A x,
 * so the true residual is then computed; while it is above max(tolerance ‖f‖, 4 ε ‖ |A| |x| ‖) the method starts again from it,
 * at most ten times. 'converged' is always said of the true residual.
 * 'breakdown': pᵀAp ≤ 0 (A is not positive definite, or numbers near 1e-160 underflow), or no preconditioner.
 * 'max-iterations': out of iterations or restarts; x is then the last one.
 * Hestenes, Stiefel (doi:10.6028/jres.049.044).
 */
import type { Field, Preconditioner, Solution, Status, Stencil } from '../../contracts.ts'
import { acceptsOne, allFinite, apply, difference, norm } from './stencil.ts'

export type { Preconditioner }

export interface Limits {
  tolerance: number // of ‖f − A x‖ / ‖f‖
  iterations: number // at most, over all restarts
}

/** Every entry of the batch by itself; `preconditioner` gives that of entry b, or why there is none. It is asked of finite matrices alone. */
export function solveEntries(
  matrix: Stencil,
  rhs: Field,
  limits: Limits,
  preconditioner: (b: number) => Preconditioner | Status,
): Solution {
  const size = matrix.n * matrix.n
  const x = new Float64Array(matrix.batch * size)
  const entries = Array.from({ length: matrix.batch }, (_, b) => {
    const range = [b * size, (b + 1) * size] as const
    return solveOne(matrix, b, rhs.data.subarray(...range), x.subarray(...range), limits, preconditioner)
  })
  return {
    x: { batch: matrix.batch, n: matrix.n, data: x },
    status: entries.map((entry) => entry.status),
    iterations: Int32Array.from(entries, (entry) => entry.iterations),
    residual: Float64Array.from(entries, (entry) => entry.residual),
  }
}

const RESTARTS = 10

function solveOne(
  matrix: Stencil,
  b: number,
  f: Float64Array,
  x: Float64Array,
  { tolerance, iterations }: Limits,
  preconditioner: (b: number) => Preconditioner | Status,
): { status: Status; iterations: number; residual: number } {
  const judge = () => acceptsOne(matrix, x, f, tolerance, b)
  const stop = (status: Status, used: number) => ({ status, iterations: used, residual: judge().residual })
  if (!allFinite(matrix, f, b)) return stop('non-finite', 0)
  const precondition = preconditioner(b)
  if (typeof precondition === 'string') return stop(precondition, 0)
  const target = Math.max(tolerance, Number.EPSILON) * norm(f)
  let used = 0
  for (let restart = 0; restart <= RESTARTS; restart++) {
    const run = descend({ matrix, b, precondition, f }, x, target, iterations - used)
    used += run.iterations
    if (run.status !== 'converged') return stop(run.status, used)
    if (judge().accepted) return stop('converged', used)
  }
  return stop('max-iterations', used)
}

/** Entry `b` of a batch of systems, and its preconditioner. */
export interface Preconditioned {
  matrix: Stencil
  b: number
  precondition: Preconditioner
  f: Float64Array
}

/**
 * Conjugate gradients from the x given, which is overwritten, until the recursive ‖r‖ is at most `target`, an absolute number.
 * `hear` is told ‖r‖ before the first iteration and after each, with α and β of that one.
 */
export function descend(
  { matrix, b, precondition, f }: Preconditioned,
  x: Float64Array,
  target: number,
  limit: number,
  hear: (size: number, alpha: number, beta: number) => void = () => {},
): { status: Status; iterations: number } {
  const r = difference(matrix, x, f, b)
  const [z, p, q] = [new Float64Array(r.length), new Float64Array(r.length), new Float64Array(r.length)]
  let before = Infinity // rᵀz of the last step: the first direction is z alone
  let [alpha, beta] = [0, 0]
  for (let iterations = 0; ; iterations++) {
    const size = norm(r)
    hear(size, alpha, beta)
    if (!Number.isFinite(size)) return { status: 'non-finite', iterations }
    if (size <= target) return { status: 'converged', iterations }
    if (iterations >= limit) return { status: 'max-iterations', iterations }
    precondition(r, z)
    const now = inner(r, z)
    beta = now / before
    for (let s = 0; s < p.length; s++) p[s] = z[s]! + beta * p[s]!
    apply(matrix, p, q, b)
    const curvature = inner(p, q)
    if (!(curvature > 0)) return { status: 'breakdown', iterations }
    alpha = now / curvature
    for (let s = 0; s < p.length; s++) {
      x[s] = x[s]! + alpha * p[s]!
      r[s] = r[s]! - alpha * q[s]!
    }
    before = now
  }
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let s = 0; s < a.length; s++) sum += a[s]! * b[s]!
  return sum
}
