/**
 * Implicit alternating least squares: vectors u of users and v of items that minimize
 *
 *   Σ_{u took i} (u·v − 1)² + α Σ_{all u, i} (u·v)² + λ ( Σ_u (|I_u| + α N)^ν |u|² + Σ_i (|U_i| + α U)^ν |v|² ),
 *
 * one side at a time, each vector exactly: (Σ_{i in I_u} v vᵀ + α Σ_all v vᵀ + λ (|I_u| + α N)^ν 1) u = Σ_{i in I_u} v.
 * A history is folded in by the same equation; score(j) = u · v_j, [N + 1] f64, index 0 unused. Order and repeats do not matter.
 * Hu, Koren, Volinsky, ICDM 2008 (doi:10.1109/ICDM.2008.22) with the weights of Rendle et al., RecSys 2022 (arXiv:2110.14037),
 * whose code starts from N(0, 0.1² / d).
 */
import type { Ranker } from '../../contracts.ts'
import { solvePositive } from '../../math/dense.ts'
import { rng } from '../../math/rng.ts'
import { distinct, incidenceOf, type Rows } from '../incidence.ts'

const defaults = { dim: 64, epochs: 16, unobserved: 0.1, regularization: 0.003, power: 1, seed: 0 } // d, α, λ, ν
type Settings = typeof defaults

const ials: Ranker<Settings> = {
  about: 'Matrix factorization of who took what by alternating least squares',
  cite: 'arXiv:2110.14037',
  defaults,

  fit(train, settings) {
    const { users, items } = incidenceOf(train)
    const { dim, epochs, seed } = settings
    const random = rng(seed, 'ials')
    const itemVectors = Float64Array.from(
      { length: items.count * dim },
      () => (0.1 / Math.sqrt(dim)) * random.normal(),
    )
    const userVectors = new Float64Array(users.count * dim)
    for (let epoch = 0; epoch < epochs; epoch++) {
      solveAll(users, userVectors, solverOf(itemVectors, settings))
      solveAll(items, itemVectors, solverOf(userVectors, settings))
    }
    const fold = solverOf(itemVectors, settings)
    const user = new Float64Array(dim)
    return (history, scores) => {
      fold(distinct(history), user)
      for (let j = 0; j < items.count; j++) {
        let score = 0
        for (let f = 0; f < dim; f++) score += itemVectors[j * dim + f]! * user[f]!
        scores[j + 1] = score
      }
      scores[0] = 0
    }
  },
}

export default ials

/** Writes the vector of somebody who is joined to the given rows of the other side. */
type Solve = (joined: Int32Array, to: Float64Array) => void

function solveAll({ count, starts, columns }: Rows, vectors: Float64Array, solve: Solve): void {
  const dim = vectors.length / count
  for (let r = 0; r < count; r++)
    solve(columns.subarray(starts[r], starts[r + 1]), vectors.subarray(r * dim, (r + 1) * dim))
}

/** Solves against a fixed other side [M, d]. */
export function solverOf(other: Float64Array, { dim, unobserved, regularization, power }: Settings): Solve {
  const all = new Float64Array(dim * dim) // α Σ v vᵀ, lower triangle
  const count = other.length / dim
  for (let r = 0; r < count; r++) addOuter(all, other, r, dim)
  for (let n = 0; n < all.length; n++) all[n]! *= unobserved
  const matrix = new Float64Array(dim * dim)
  return (joined, to) => {
    matrix.set(all)
    to.fill(0)
    for (const r of joined) {
      addOuter(matrix, other, r, dim)
      for (let f = 0; f < dim; f++) to[f]! += other[r * dim + f]!
    }
    const weight = regularization * (joined.length + unobserved * count) ** power
    for (let f = 0; f < dim; f++) matrix[f * dim + f]! += weight
    if (!solvePositive(matrix, to)) to.fill(0) // λ = 0 and too few rows: no direction is better than another
  }
}

/** Lower triangle of v vᵀ, v row r of `vectors`. */
function addOuter(matrix: Float64Array, vectors: Float64Array, r: number, dim: number): void {
  const at = r * dim
  for (let f = 0; f < dim; f++) {
    const value = vectors[at + f]!
    for (let g = 0; g <= f; g++) matrix[f * dim + g]! += value * vectors[at + g]!
  }
}
