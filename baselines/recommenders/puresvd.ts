/**
 * PureSVD: X ≈ U Σ Vᵀ of the binary matrix of who took what, truncated at f; scores of a history x [N] are x V Vᵀ.
 *
 * V [N, f] by subspace iteration: Q ← orth(XᵀX Q) from a normal start with `oversample` more columns, then the eigenvectors of
 * (XQ)ᵀ(XQ) turn Q into singular vectors (Halko, Martinsson, Tropp, SIAM Review 2011, arXiv:0909.4061, algorithms 4.4 and 5.1).
 * Six iterations leave in the scores less than 1e-3 of what the gap between σ_f and σ_{f+1} decides.
 * [N + 1] f64, index 0 unused. Order and repeats do not matter. Cremonesi, Koren, Turrin, RecSys 2010
 * (doi:10.1145/1864708.1864721), section 3.2.
 */
import type { Ranker } from '../../contracts.ts'
import { symmetricEigen } from '../../math/dense.ts'
import { rng } from '../../math/rng.ts'
import { distinct, incidenceOf, type Rows } from '../incidence.ts'

const defaults = { factors: 64, oversample: 10, iterations: 6, seed: 0 }

const puresvd: Ranker<typeof defaults> = {
  about: 'Truncated singular value decomposition of who took what',
  cite: 'doi:10.1145/1864708.1864721',
  defaults,

  fit(train, { factors, oversample, iterations, seed }) {
    const { users, items } = incidenceOf(train)
    const width = Math.min(factors + oversample, items.count, users.count)
    const kept = Math.min(factors, width)
    const v = singularVectors(users, items, { width, kept, iterations, seed })
    const folded = new Float64Array(kept)
    return (history, scores) => {
      folded.fill(0)
      for (const i of distinct(history)) for (let f = 0; f < kept; f++) folded[f]! += v[i * kept + f]!
      for (let j = 0; j < items.count; j++) {
        let score = 0
        for (let f = 0; f < kept; f++) score += v[j * kept + f]! * folded[f]!
        scores[j + 1] = score
      }
      scores[0] = 0
    }
  },
}

export default puresvd

/** V [N, kept], row-major. */
function singularVectors(
  users: Rows,
  items: Rows,
  { width, kept, iterations, seed }: { width: number; kept: number; iterations: number; seed: number },
): Float64Array {
  const random = rng(seed, 'puresvd')
  const q = Float64Array.from({ length: items.count * width }, () => random.normal())
  orthonormalize(q, width)
  for (let n = 0; n < iterations; n++) {
    q.set(times(items, times(users, q, width), width)) // Xᵀ (X Q)
    orthonormalize(q, width)
  }
  const { vectors } = symmetricEigen(gram(times(users, q, width), width), width)
  const v = new Float64Array(items.count * kept)
  for (let i = 0; i < items.count; i++)
    for (let f = 0; f < kept; f++) {
      let value = 0
      for (let m = 0; m < width; m++) value += q[i * width + m]! * vectors[m * width + f]!
      v[i * kept + f] = value
    }
  return v
}

/** A M for a binary A in rows and M [·, width]. */
function times({ count, starts, columns }: Rows, m: Float64Array, width: number): Float64Array {
  const product = new Float64Array(count * width)
  for (let r = 0; r < count; r++)
    for (let n = starts[r]!; n < starts[r + 1]!; n++) {
      const from = columns[n]! * width
      for (let f = 0; f < width; f++) product[r * width + f]! += m[from + f]!
    }
  return product
}

/** Mᵀ M [width, width]. */
function gram(m: Float64Array, width: number): Float64Array {
  const product = new Float64Array(width * width)
  for (let at = 0; at < m.length; at += width)
    for (let f = 0; f < width; f++) {
      const value = m[at + f]!
      if (value !== 0) for (let g = 0; g < width; g++) product[f * width + g]! += value * m[at + g]!
    }
  return product
}

/** Columns of M [·, width], in place: modified Gram–Schmidt, twice, which is enough (Giraud et al. 2005). Dependent ones become 0. */
function orthonormalize(m: Float64Array, width: number): void {
  for (let f = 0; f < width; f++) {
    const before = norm(m, width, f)
    for (let pass = 0; pass < 2; pass++) for (let g = 0; g < f; g++) subtract(m, width, f, g)
    const length = norm(m, width, f)
    const scale = length > 1e-12 * before ? 1 / length : 0
    for (let at = f; at < m.length; at += width) m[at]! *= scale
  }
}

function norm(m: Float64Array, width: number, column: number): number {
  let total = 0
  for (let at = column; at < m.length; at += width) total += m[at]! * m[at]!
  return Math.sqrt(total)
}

/** Column f less its part along column g. */
function subtract(m: Float64Array, width: number, f: number, g: number): void {
  let along = 0
  for (let at = 0; at < m.length; at += width) along += m[at + f]! * m[at + g]!
  for (let at = 0; at < m.length; at += width) m[at + f]! -= along * m[at + g]!
}
