/**
 * A x = f by the banded Cholesky factor A = L Lᵀ, in f64, and iterative refinement x += A⁻¹(f − A x).
 *
 *   L[p,q] = (A[p,q] − Σ_{s<q} L[p,s] L[q,s]) / L[q,q],   L[p,p] = √(A[p,p] − Σ_{s<p} L[p,s]²),   p − n ≤ q < p.
 *
 * n⁴ / 2 multiplications and 8 n² (n+1) bytes per matrix (n = 64: 8 million, 2 MB; n = 128: 134 million, 17 MB), so hand it
 * small batches; beyond MOST_SIDE it is refused. A solution costs 2 n³ multiplications, a refinement as many; it is kept if the residual got smaller, and
 * `iterations` counts those kept.
 * 'converged' is ‖f − A x‖ ≤ max(tolerance ‖f‖, 4 ε ‖ |A| |x| ‖); 'breakdown' is a pivot that is not positive (A is not
 * positive definite), 'max-iterations' an x that stays above the tolerance. Without an x, x is 0.
 * Golub, Van Loan, Matrix Computations (4th ed.), algorithm 4.3.5 and section 3.5.3.
 */
import type { Preconditioner, Solver, Status, Stencil } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { type Acceptance, acceptsOne, allFinite, difference } from './diffusion/stencil.ts'

/** A factor of 0.5 GB, after 13 billion multiplications. */
export const MOST_SIDE = 400

const defaults = {
  tolerance: 1e-10, // of ‖f − A x‖ / ‖f‖
  refinements: 1, // at most
}

interface Factors {
  matrix: Stencil
  factors: readonly Factor[]
}
/** Row p of L is band[p (n+1) … p (n+1) + n], its diagonal last; or why there is none. */
type Factor = Float64Array | 'breakdown' | 'non-finite'

const cholesky: Solver<typeof defaults, Factors> = {
  about: 'Banded Cholesky factorization with iterative refinement',
  defaults,

  async setup(matrix) {
    if (matrix.n > MOST_SIDE) {
      const gigabytes = (8e-9 * matrix.n ** 2 * (matrix.n + 1)).toFixed(1)
      throw new UserError(
        `solver cholesky: at most ${MOST_SIDE} nodes a side, where a factor takes 0.5 GB (got ${matrix.n}: ${gigabytes} GB). ` +
          'Take multigrid',
      )
    }
    return { matrix, factors: Array.from({ length: matrix.batch }, (_, b) => factor(matrix, b)) }
  },

  async solve({ matrix, factors }, rhs, params) {
    const size = matrix.n * matrix.n
    const x = new Float64Array(matrix.batch * size)
    const entries = factors.map((factor, b) => {
      const f = rhs.data.subarray(b * size, (b + 1) * size)
      return solveOne(matrix, b, factor, f, x.subarray(b * size, (b + 1) * size), params)
    })
    return {
      x: { batch: matrix.batch, n: matrix.n, data: x },
      status: entries.map((entry) => entry.status),
      iterations: Int32Array.from(entries, (entry) => entry.iterations),
      residual: Float64Array.from(entries, (entry) => entry.residual),
    }
  },
}

export default cholesky

/** z ← A⁻¹ r for entry `b` by the factor alone, or why there is none. */
export function exact(matrix: Stencil, b: number): Preconditioner | Status {
  const band = factor(matrix, b)
  if (typeof band === 'string') return band
  return (r, z) => {
    z.set(r)
    substitute(band, matrix.n, z)
  }
}

function solveOne(
  matrix: Stencil,
  b: number,
  factor: Factor,
  f: Float64Array,
  x: Float64Array,
  { tolerance, refinements }: typeof defaults,
): { status: Status; iterations: number; residual: number } {
  const judge = () => acceptsOne(matrix, x, f, tolerance, b)
  if (typeof factor === 'string') return { status: factor, iterations: 0, residual: judge().residual }
  if (!allFinite(matrix, f, b)) return { status: 'non-finite', iterations: 0, residual: judge().residual }
  x.set(f)
  substitute(factor, matrix.n, x)
  let best: Acceptance = judge()
  let iterations = 0
  while (iterations < refinements) {
    const step = difference(matrix, x, f, b)
    const before = x.slice()
    substitute(factor, matrix.n, step)
    for (let p = 0; p < x.length; p++) x[p] = x[p]! + step[p]!
    const after = judge()
    if (!(after.residual < best.residual)) {
      x.set(before)
      break
    }
    best = after
    iterations++
  }
  const failed = Number.isFinite(best.residual) ? 'max-iterations' : 'non-finite'
  return { status: best.accepted ? 'converged' : failed, iterations, residual: best.residual }
}

/** L of entry `b`, row by row: two rows of L meet in a dot product over memory that lies side by side. */
function factor(matrix: Stencil, b: number): Factor {
  if (!allFinite(matrix, null, b)) return 'non-finite'
  const { n } = matrix
  const width = n + 1
  const band = lowerBand(matrix, b)
  for (let p = 0; p < n * n; p++) {
    const first = Math.max(0, p - n)
    const row = p * width + n - p // band[row + s] is L[p, s]
    for (let q = first; q < p; q++) {
      const other = q * width + n - q
      const sum = dot(band, row + first, other + first, q - first)
      band[row + q] = (band[row + q]! - sum) / band[other + q]!
    }
    const pivot = band[row + p]! - dot(band, row + first, row + first, p - first)
    if (!(pivot > 0)) return Number.isNaN(pivot) ? 'non-finite' : 'breakdown'
    band[row + p] = Math.sqrt(pivot)
  }
  return band
}

/** A[p,q] for p − n ≤ q ≤ p in the layout of the factor. */
function lowerBand({ n, center, west, south }: Stencil, b: number): Float64Array {
  const width = n + 1
  const band = new Float64Array(n * n * width)
  for (let p = 0, at = b * n * n; p < n * n; p++, at++) {
    band[p * width + n] = center[at]!
    if (p >= n) band[p * width] = south[at]!
    if (p % n > 0) band[p * width + n - 1] = west[at]!
  }
  return band
}

/** Σ band[i + s] band[j + s], s < count, in four sums that run beside each other. */
function dot(band: Float64Array, i: number, j: number, count: number): number {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let s = 0
  for (; s + 3 < count; s += 4) {
    a += band[i + s]! * band[j + s]!
    b += band[i + s + 1]! * band[j + s + 1]!
    c += band[i + s + 2]! * band[j + s + 2]!
    d += band[i + s + 3]! * band[j + s + 3]!
  }
  for (; s < count; s++) a += band[i + s]! * band[j + s]!
  return a + b + (c + d)
}

/** x ← L⁻ᵀ L⁻¹ x. */
function substitute(band: Float64Array, n: number, x: Float64Array): void {
  const width = n + 1
  for (let p = 0; p < x.length; p++) {
    const row = p * width + n - p
    let sum = x[p]!
    for (let q = Math.max(0, p - n); q < p; q++) sum -= band[row + q]! * x[q]!
    x[p] = sum / band[row + p]!
  }
  for (let p = x.length - 1; p >= 0; p--) {
    const row = p * width + n - p
    const value = x[p]! / band[row + p]!
    x[p] = value
    for (let q = Math.max(0, p - n); q < p; q++) x[q] = x[q]! - band[row + q]! * value
  }
}
