/**
 * A x = f by conjugate gradients with the incomplete Cholesky factor of A without fill, IC(0): the lower triangle of M = L Lᵀ agrees
 * with A wherever A has an entry, and L has no others. For five points, nodes in row-major order, L Lᵀ has products outside the
 * pattern alone besides, so that only the pivots d = L[p,p]² are unknown, W and S the strictly lower entries of A:
 *
 *   d[p] = A[p,p] − W[p]² / d[p−1] − S[p]² / d[p−n],   M = (D + W + S) D⁻¹ (D + W + S)ᵀ.
 *
 * n² numbers per matrix, 10 n² operations per application. Stops, and says how, as diffusion/conjugate-gradients.ts; 'breakdown' is
 * also a pivot that is not positive, which does not happen to the matrices of stencil.ts (they are M-matrices).
 * Counts grow as those of cg do, √(contrast) / h at worst, from about a third of those without preconditioner (k = 1, n = 64, from a
 * random x to ‖r‖ = 1e-3: 61 and 189).
 * Meijerink, van der Vorst (doi:10.1090/S0025-5718-1977-0438681-4).
 */
import type { Solver, Status, Stencil } from '../contracts.ts'
import { type Preconditioner, solveEntries } from './diffusion/conjugate-gradients.ts'
import { allFinite } from './diffusion/stencil.ts'

const defaults = {
  tolerance: 1e-10, // of ‖f − A x‖ / ‖f‖
  iterations: 20000, // at most, over all restarts
}

interface Factored {
  matrix: Stencil
  preconditioners: readonly (Preconditioner | Status)[] // [batch]
}

const ic0: Solver<typeof defaults, Factored> = {
  about: 'Conjugate gradients with incomplete Cholesky preconditioning, IC(0)',
  cite: 'doi:10.1090/S0025-5718-1977-0438681-4',
  defaults,

  async setup(matrix) {
    return { matrix, preconditioners: Array.from({ length: matrix.batch }, (_, b) => incomplete(matrix, b)) }
  },

  async solve({ matrix, preconditioners }, rhs, params) {
    return solveEntries(matrix, rhs, params, (b) => preconditioners[b]!)
  },
}

export default ic0

/** z ← M⁻¹ r for entry `b`, or why there is no M. */
export function incomplete(matrix: Stencil, b: number): Preconditioner | Status {
  const inverse = inversePivotsOf(matrix, b)
  if (typeof inverse === 'string') return inverse
  const { n } = matrix
  const sides = sidesOf(matrix, b)
  return (r, z) => substitute(n, inverse, sides, r, z)
}

/** 1 / d of entry `b`, or why there is none. */
export function inversePivotsOf(matrix: Stencil, b: number): Float64Array | Status {
  if (!allFinite(matrix, null, b)) return 'non-finite'
  const { n, center } = matrix
  return inversePivots(n, center.subarray(b * n * n, (b + 1) * n * n), sidesOf(matrix, b)) ?? 'breakdown'
}

function sidesOf({ n, west, east, south, north }: Stencil, b: number): Sides {
  const part = (values: Float64Array) => values.subarray(b * n * n, (b + 1) * n * n)
  return { west: part(west), east: part(east), south: part(south), north: part(north) }
}

type Sides = Pick<Stencil, 'west' | 'east' | 'south' | 'north'>

/** 1 / d, or null where a pivot is not positive. A neighbor beyond a wall is stored as 0. */
function inversePivots(n: number, center: Float64Array, { west, south }: Sides): Float64Array | null {
  const inverse = new Float64Array(n * n)
  for (let p = 0; p < n * n; p++) {
    let pivot = center[p]!
    if (p % n > 0) pivot -= west[p]! * west[p]! * inverse[p - 1]!
    if (p >= n) pivot -= south[p]! * south[p]! * inverse[p - n]!
    inverse[p] = 1 / pivot
    if (!(pivot > 0 && inverse[p]! < Infinity)) return null
  }
  return inverse
}

/** z ← (D + W + S)⁻ᵀ D (D + W + S)⁻¹ r, forwards and then backwards through the nodes. */
function substitute(
  n: number,
  inverse: Float64Array,
  { west, east, south, north }: Sides,
  r: Float64Array,
  z: Float64Array,
): void {
  for (let i = 0, p = 0; i < n; i++) {
    for (let j = 0; j < n; j++, p++) {
      let sum = r[p]!
      if (j > 0) sum -= west[p]! * z[p - 1]!
      if (i > 0) sum -= south[p]! * z[p - n]!
      z[p] = sum * inverse[p]!
    }
  }
  for (let i = n - 1, p = n * n - 1; i >= 0; i--) {
    for (let j = n - 1; j >= 0; j--, p--) {
      let sum = 0
      if (j < n - 1) sum += east[p]! * z[p + 1]!
      if (i < n - 1) sum += north[p]! * z[p + n]!
      z[p] = z[p]! - sum * inverse[p]!
    }
  }
}
