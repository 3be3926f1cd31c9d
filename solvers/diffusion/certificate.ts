/**
 * Guaranteed bounds on the error of a row, for any x: nothing is assumed of how x was found.
 *
 *   algebraic   ≥ √(h² eᵀA e), e = x − A⁻¹ rhs, the energy norm of its linear interpolant
 *   majorant    ≥ (∫ k |∇(u − v)|²)^½, v the linear interpolant of x, u the solution of the continuous problem
 *                 −div(k ∇u) = f_c, u = 0 on the walls; k constant on cells, f_c = rhs on the h × h dual cell of each node, 0 in the
 *                 strip of width h/2 along the walls.
 *
 * **Algebraic.** A e = −r, r = rhs − A x, so h² eᵀA e = h² rᵀA⁻¹ r ≤ h² ‖r‖² / λ, λ the smallest eigenvalue of A. With T the
 * face means, xᵀA x = (n+1)² Σ_faces T (difference of x)² ≥ min k · (n+1)² Σ_faces (difference)², for a mean of two cells is at least
 * min k; the last sum is the form of the Poisson matrix, whose eigenvalues are 4 (n+1)² (sin² pπh/2 + sin² qπh/2). Hence
 *
 *   λ ≥ min k · 8 (n+1)² sin²(πh/2),   algebraic = h ‖r‖ / √(min k · 8 (n+1)² sin²(πh/2)).
 *
 * **Majorant.** For every w in H(div), with e = u − v, ∫ k |∇e|² = ∫ (f_c + div w) e − ∫ (k ∇v − w)·∇e. Cauchy–Schwarz, and
 * ‖e‖ ≤ ‖∇e‖ / (π√2) ≤ C (∫ k |∇e|²)^½ (Friedrichs on the unit square), give
 *
 *   majorant = C ‖f_c + div w‖ + (∫ |k ∇v − w|² / k)^½,   C = 1 / (π √(2 min k)),
 *
 * which is the sum below at its best β. w of fluxes.ts has f_c + div w = r on dual cells and 0 in the strip, so the first term is
 * C h ‖r‖. Repin's functional majorant, as in Astral (arXiv:2406.02645), whose constant lacks a factor √2.
 *
 * **Rounding slack.** x, k and rhs are exact as stored; ε = 2⁻⁵², one operation errs by ε/2 at most, relatively.
 *  · A side's flux errs by 3 operations, r by at most 9 of Σ|fluxes| at its node and one of |r|: 6 ε (n+1)² ‖Σ|fluxes|‖ is added.
 *  · In g − w, g errs by 2 operations, w by 5 of the mean modulus of two sides, whose norm is at most √12 that of w (worked out on half
 *    a dual cell). With ‖w‖ ≤ energy + mismatch, both in the norm weighed by 1/k, 16 ε (energy + mismatch) is added.
 *  · Sums of at most 16 (n+2)² terms ≥ 0, and the few operations after them: all times 1 + 16 (n+2)² ε.
 * Squares below the range of f64 are not in this count: where they could matter (∫ k |∇v|² below 1e-280 though x ≠ 0), and for
 * whatever is not finite, and for k ≤ 0, the bound is ∞, which is true and useless.
 * Will not say how sharp it is. At jumps of k the mean flux is crude: it then bounds loosely.
 */
import type { Field } from '../../contracts.ts'
import { sincos2pi } from '../../math/elementary.ts'
import { type Fluxes, fillFluxes, fluxesOn, mismatch } from './fluxes.ts'
import { norm } from './stencil.ts'

/** In the units of √∫ k |∇u|². */
export interface Certificate {
  algebraic: number
  majorant: number
}

/** One certificate per entry of the batch: k on (n+1)² cells, x and rhs on n² nodes. */
export function certify(k: Field, x: Field, rhs: Field): Certificate[] {
  const n = x.n
  const [cells, nodes] = [(n + 1) * (n + 1), n * n]
  if (
    k.data.length !== x.batch * cells ||
    rhs.data.length !== x.batch * nodes ||
    x.data.length !== rhs.data.length
  ) {
    throw new Error(
      `certify: k ${k.data.length}, x ${x.data.length}, rhs ${rhs.data.length}, expected ${x.batch} × ${cells}, ${nodes}, ${nodes}`,
    )
  }
  const fluxes = fluxesOn(n)
  return Array.from({ length: x.batch }, (_, b) => {
    const of = ({ data }: Field, size: number) => data.subarray(b * size, (b + 1) * size)
    return certifyOne(fluxes, of(k, cells), of(x, nodes), of(rhs, nodes))
  })
}

function certifyOne(fluxes: Fluxes, k: Float64Array, x: Float64Array, rhs: Float64Array): Certificate {
  const { n } = fluxes
  const least = k.reduce((so, value) => Math.min(so, value), Infinity)
  const square = fillFluxes(fluxes, k, x)
  const lost = square < LEAST_SQUARE && x.some((value) => value !== 0)
  if (!(least > 0) || lost) return { algebraic: Infinity, majorant: Infinity }
  const sums = 1 + 16 * (n + 2) * (n + 2) * Number.EPSILON
  const residual = residualBound(fluxes, rhs) / (n + 1)
  const flux = Math.sqrt(mismatch(fluxes, k))
  const slack = 16 * Number.EPSILON * (Math.sqrt(square) + flux)
  return {
    algebraic: bound((sums * residual) / Math.sqrt(least * poissonEigenvalue(n))),
    majorant: bound(sums * (residual / (Math.PI * Math.sqrt(2 * least)) + flux + slack)),
  }
}

/** ∫ k |∇v|² below which squares of its parts may have been lost. */
const LEAST_SQUARE = 1e-280

/** ‖rhs − A x‖, and what rounding may have hidden of it. r at a node is rhs + div w. */
function residualBound({ n, east, north }: Fluxes, rhs: Float64Array): number {
  const row = n + 2
  const scale = (n + 1) * (n + 1)
  const r = new Float64Array(n * n)
  const moduli = new Float64Array(n * n)
  for (let i = 1, at = 0; i <= n; i++) {
    for (let j = 1; j <= n; j++, at++) {
      const p = i * row + j
      const divergence = east[p]! - east[p - 1]! + (north[p]! - north[p - row]!)
      r[at] = rhs[at]! + scale * divergence
      const sum =
        Math.abs(east[p]!) + Math.abs(east[p - 1]!) + (Math.abs(north[p]!) + Math.abs(north[p - row]!))
      moduli[at] = scale * sum
    }
  }
  return norm(r) + 6 * Number.EPSILON * norm(moduli)
}

/** Smallest eigenvalue of A for k = 1: 8 (n+1)² sin²(πh/2). */
export function poissonEigenvalue(n: number): number {
  const parts = new Float64Array(2)
  sincos2pi(0.25 / (n + 1), parts)
  return 8 * (n + 1) * (n + 1) * parts[0]! * parts[0]!
}

function bound(value: number): number {
  return Number.isFinite(value) ? value : Infinity
}
