/**
 * Factors with the pattern of the lower triangle of a five-point matrix A = D + W + S + (W + S)ᵀ (west and south couplings, ≤ 0), or less:
 *
 *   ic0     L[p,p] = √d[p],  L[p,q] = A[p,q] / √d[q],  d[p] = A[p,p] − W[p]² / d[p−1] − S[p]² / d[p−n]   (solvers/ic0.ts)
 *   jacobi  L = D^½
 *   ssor    L = (D + ω (W + S)) D^−½ / √(ω (2 − ω)),  0 < ω < 2:  L Lᵀ = (D + ω (W + S)) D⁻¹ (D + ω (W + S))ᵀ / (ω (2 − ω))
 *
 * No entry is stored for a neighbor beyond a wall, nor one that is 0. 'breakdown' is a pivot, or a diagonal, that is not positive.
 * Meijerink, van der Vorst (doi:10.1090/S0025-5718-1977-0438681-4); D. M. Young, Iterative Solution of Large Linear Systems
 * (1971), chapter 15, for SSOR.
 */
import type { Status, Stencil } from '../../contracts.ts'
import { allFinite } from '../diffusion/stencil.ts'
import { inversePivotsOf } from '../ic0.ts'
import { type Lower, lowerOf } from './lower.ts'

export function ic0(matrix: Stencil, b: number): Lower | Status {
  const inverse = inversePivotsOf(matrix, b)
  if (typeof inverse === 'string') return inverse
  const roots = inverse.map(Math.sqrt) // 1 / √d
  return lowerTriangle(
    matrix,
    b,
    roots.map((root) => 1 / root),
    roots,
  )
}

export function jacobi(matrix: Stencil, b: number): Lower | Status {
  const roots = rootsOf(matrix, b)
  return typeof roots === 'string' ? roots : lowerTriangle(matrix, b, roots, new Float64Array(roots.length))
}

export function ssor(matrix: Stencil, b: number, omega: number): Lower | Status {
  const roots = rootsOf(matrix, b)
  if (typeof roots === 'string') return roots
  const scale = 1 / Math.sqrt(omega * (2 - omega))
  return lowerTriangle(
    matrix,
    b,
    roots.map((root) => scale * root),
    roots.map((root) => (scale * omega) / root),
  )
}

/** √D, or why there is none. */
function rootsOf(matrix: Stencil, b: number): Float64Array | Status {
  if (!allFinite(matrix, null, b)) return 'non-finite'
  const center = matrix.center.subarray(b * matrix.n ** 2, (b + 1) * matrix.n ** 2)
  return center.every((value) => value > 0) ? center.map(Math.sqrt) : 'breakdown'
}

/** L[p,p] = diagonal[p], L[p,q] = A[p,q] scale[q]. */
function lowerTriangle(
  { n, south, west }: Stencil,
  b: number,
  diagonal: Float64Array,
  scale: Float64Array,
): Lower {
  const from = b * n * n
  return lowerOf(n * n, 3, (p, first, columns, values) => {
    let at = first
    columns[at] = p
    values[at++] = diagonal[p]!
    const below = p >= n ? south[from + p]! * scale[p - n]! : 0
    if (below !== 0) {
      columns[at] = p - n
      values[at++] = below
    }
    const before = p % n > 0 ? west[from + p]! * scale[p - 1]! : 0
    if (before !== 0) {
      columns[at] = p - 1
      values[at++] = before
    }
    return at
  })
}
