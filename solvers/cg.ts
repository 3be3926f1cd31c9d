/**
 * A x = f by conjugate gradients, preconditioned by the diagonal D of A, in f64:
 *
 *   z = D⁻¹ r,  p ← z + (rᵀz / r₋ᵀz₋) p,  α = rᵀz / pᵀAp,  x ← x + α p,  r ← r − α A p,   from x = 0, r = f.
 *
 * Stops where the recursive ‖r‖ ≤ tolerance ‖f‖ (ε ‖f‖ at least: below, the recursion tells nothing). That r drifts from f − A x,
 * so the true residual is then computed; while it is above max(tolerance ‖f‖, 4 ε ‖ |A| |x| ‖) the method starts again from it,
 * at most ten times. 'converged' is always said of the true residual.
 * 'breakdown': pᵀAp ≤ 0 or a diagonal that is not positive (A is not positive definite, or numbers near 1e-160 underflow).
 * 'max-iterations': out of iterations or restarts; x is then the last one.
 * About √(contrast) / h iterations: for contrast above 1e6 take cholesky.
 * Hestenes, Stiefel (doi:10.6028/jres.049.044), section 10 for the preconditioner.
 */
import type { Solver, Status, Stencil } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { acceptsOne, allFinite, apply, difference, norm } from './diffusion/stencil.ts'

const defaults = {
  tolerance: 1e-10, // of ‖f − A x‖ / ‖f‖
  iterations: 20000, // at most, over all restarts
  preconditioner: 'jacobi', // or none
}

const cg: Solver<typeof defaults, Stencil> = {
  about: 'Conjugate gradients with diagonal preconditioning',
  cite: 'doi:10.6028/jres.049.044',
  defaults,

  async setup(matrix, { preconditioner }) {
    if (!PRECONDITIONERS.includes(preconditioner)) {
      throw new UserError(
        `solver cg: preconditioner '${preconditioner}' not found (${PRECONDITIONERS.join(', ')}).` +
          suggest(preconditioner, PRECONDITIONERS),
      )
    }
    return matrix
  },

  async solve(matrix, rhs, params) {
    const size = matrix.n * matrix.n
    const x = new Float64Array(matrix.batch * size)
    const entries = Array.from({ length: matrix.batch }, (_, b) => {
      const range = [b * size, (b + 1) * size] as const
      return solveOne(matrix, b, rhs.data.subarray(...range), x.subarray(...range), params)
    })
    return {
      x: { batch: matrix.batch, n: matrix.n, data: x },
      status: entries.map((entry) => entry.status),
      iterations: Int32Array.from(entries, (entry) => entry.iterations),
      residual: Float64Array.from(entries, (entry) => entry.residual),
    }
  },
}

export default cg

const PRECONDITIONERS: readonly string[] = ['jacobi', 'none']
const RESTARTS = 10

function solveOne(
  matrix: Stencil,
  b: number,
  f: Float64Array,
  x: Float64Array,
  { tolerance, iterations, preconditioner }: typeof defaults,
): { status: Status; iterations: number; residual: number } {
  const judge = () => acceptsOne(matrix, x, f, tolerance, b)
  const stop = (status: Status, used: number) => ({ status, iterations: used, residual: judge().residual })
  if (!allFinite(matrix, f, b)) return stop('non-finite', 0)
  const inverse = matrix.center.slice(b * f.length, (b + 1) * f.length).map((d) => 1 / d)
  if (!inverse.every((d) => d > 0)) return stop('breakdown', 0)
  if (preconditioner === 'none') inverse.fill(1)
  const target = Math.max(tolerance, Number.EPSILON) * norm(f)
  let used = 0
  for (let restart = 0; restart <= RESTARTS; restart++) {
    const run = descend(matrix, b, inverse, f, x, target, iterations - used)
    used += run.iterations
    if (run.status !== 'converged') return stop(run.status, used)
    if (judge().accepted) return stop('converged', used)
  }
  return stop('max-iterations', used)
}

/** Conjugate gradients from the x given until the recursive residual is at most `target`. */
function descend(
  matrix: Stencil,
  b: number,
  inverse: Float64Array,
  f: Float64Array,
  x: Float64Array,
  target: number,
  limit: number,
): { status: Status; iterations: number } {
  const r = difference(matrix, x, f, b)
  const p = new Float64Array(r.length)
  const q = new Float64Array(r.length)
  let before = Infinity // rᵀz of the last step: the first direction is z alone
  for (let iterations = 0; ; iterations++) {
    const size = norm(r)
    if (!Number.isFinite(size)) return { status: 'non-finite', iterations }
    if (size <= target) return { status: 'converged', iterations }
    if (iterations >= limit) return { status: 'max-iterations', iterations }
    const now = weighted(r, inverse)
    const beta = now / before
    for (let s = 0; s < p.length; s++) p[s] = inverse[s]! * r[s]! + beta * p[s]!
    apply(matrix, p, q, b)
    const curvature = inner(p, q)
    if (!(curvature > 0)) return { status: 'breakdown', iterations }
    const alpha = now / curvature
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

/** Σ rₛ² wₛ. */
function weighted(r: Float64Array, w: Float64Array): number {
  let sum = 0
  for (let s = 0; s < r.length; s++) sum += r[s]! * r[s]! * w[s]!
  return sum
}
