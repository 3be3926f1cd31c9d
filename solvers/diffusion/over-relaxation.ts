/**
 * A x = f by successive over-relaxation from x = 0, one field:
 *
 *   x ← x + (D / ω + E)⁻¹ (f − A x),   E the strictly lower part of A, 0 < ω < 2,
 *
 * until ‖f − A x‖ ≤ tolerance ‖f‖. Takes about 1 / h sweeps at the best ω, 1 / h² at ω = 1; nothing here is to be solved by it: it is
 * the method whose parameter others learn to choose (Learning to Relax, arXiv:2310.02246), and what their numbers are compared with.
 * D. M. Young, Iterative Solution of Large Linear Systems (1971), chapter 6, for ω*.
 */
import type { Status, Stencil } from '../../contracts.ts'
import { difference, norm } from './stencil.ts'

export function overRelax(
  matrix: Stencil,
  b: number,
  f: Float64Array,
  omega: number,
  { tolerance, iterations }: { tolerance: number; iterations: number },
): { x: Float64Array; status: Status; iterations: number } {
  const x = new Float64Array(f.length)
  const target = tolerance * norm(f)
  for (let taken = 0; ; taken++) {
    const r = difference(matrix, x, f, b)
    const size = norm(r)
    if (!Number.isFinite(size)) return { x, status: 'non-finite', iterations: taken }
    if (size <= target) return { x, status: 'converged', iterations: taken }
    if (taken >= iterations) return { x, status: 'max-iterations', iterations: taken }
    sweep(matrix, b, r, omega)
    for (let p = 0; p < x.length; p++) x[p] = x[p]! + r[p]!
  }
}

/** r ← (D / ω + E)⁻¹ r, forwards through the nodes. */
function sweep({ n, center, west, south }: Stencil, b: number, r: Float64Array, omega: number): void {
  for (let p = 0, at = b * n * n; p < r.length; p++, at++) {
    let sum = r[p]!
    if (p % n > 0) sum -= west[at]! * r[p - 1]!
    if (p >= n) sum -= south[at]! * r[p - n]!
    r[p] = (omega * sum) / center[at]!
  }
}

/** ω* = 1 + (ρ / (1 + √(1 − ρ²)))², the best for consistently ordered matrices whose Jacobi iteration has the spectral radius ρ. */
export function bestOmega(rho: number): number {
  return 1 + (rho / (1 + Math.sqrt(1 - rho * rho))) ** 2
}
