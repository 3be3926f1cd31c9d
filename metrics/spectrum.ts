/**
 * Errors by frequency, over the whole plane. The waves are those of the problem: on n × n nodes with walls at 0,
 *
 *   φ_pq(i, j) = 2/(n+1) sin(π p (i+1)/(n+1)) sin(π q (j+1)/(n+1)),   p, q = 1 … n
 *
 * are orthonormal and complete, p and q half-waves from wall to wall. Bands are thirds of the frequency axis, by the finer
 * of the two directions: low max(p, q) ≤ n/3 (a ninth of all waves), mid max(p, q) ≤ 2n/3 (a third), high the rest (five
 * ninths, corners of the plane included: rings that end at p = n would leave them out).
 *
 * The error in a band is √(Σ_band ⟨x̂ − x, φ⟩²) / ‖x‖, relative to the whole of x and not to its part in the band, so that
 * low² + mid² + high² = relative-l2² for every row.
 */
import type { Columns } from '../contracts.ts'
import { measureNorms } from './fields.ts'

export type Band = 'low' | 'mid' | 'high'

export function measureBand(predicted: Columns, truth: Columns, band: Band) {
  const transforms = new Map<number, Float64Array>()
  return measureNorms(predicted, truth, (u, { n, error }) => {
    if (u !== error) return u.reduce((sum, value) => sum + value * value, 0) // all of x
    if (!transforms.has(n)) transforms.set(n, sines(n))
    return coefficients(u, transforms.get(n)!, n).reduce((sum, value, at) => {
      return bandOf(Math.floor(at / n) + 1, (at % n) + 1, n) === band ? sum + value * value : sum
    }, 0)
  })
}

export function bandOf(p: number, q: number, n: number): Band {
  const finer = 3 * Math.max(p, q)
  return finer <= n ? 'low' : finer <= 2 * n ? 'mid' : 'high'
}

/** S[p, i] = √(2/(n+1)) sin(π (p+1)(i+1)/(n+1)): symmetric, its own inverse. */
function sines(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    const turns = ((Math.floor(at / n) + 1) * ((at % n) + 1)) % (2 * (n + 1)) // reduced first: no digits are lost
    return Math.sqrt(2 / (n + 1)) * Math.sin((Math.PI * turns) / (n + 1))
  })
}

/** S u S. */
function coefficients(u: Float64Array, transform: Float64Array, n: number): Float64Array {
  return product(product(transform, u, n), transform, n)
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let s = 0; s < n; s++) {
      const value = a[i * n + s]!
      for (let j = 0; j < n; j++) out[i * n + j] = out[i * n + j]! + value * b[s * n + j]!
    }
  return out
}
