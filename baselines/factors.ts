/**
 * Pairwise matrix factorization by stochastic gradient steps, for vectors that may be scaled element by element:
 *
 *   e = s ⊙ v of a user, an item;   loss of a triple (u, i, j):  softplus(−x) + ½ λ (|v_u|² + |v_i|²) + ½ λ_j |v_j|²,   x = e_u · (e_i − e_j)
 *
 * s [G, d] has a row for each group of vectors: one of ones for plain factors, one a block where sizes are searched, zeros where an
 * element is cut (it counts for nothing then, and only decays).
 */
import type { Rng } from '../contracts.ts'
import { other, type Pairs } from './pairs.ts'
import { descent } from './vectors.ts'

export interface Factors {
  vectors: Float64Array // [M, d]
  scales: Float64Array // [G, d]
  groups: Int32Array // [M] the row of `scales` of each
}
export interface Steps {
  dim: number
  rate: number
  regularization: number // λ
  negatives: number // λ_j
}

/** All e, [M, d]. */
export function scaled({ vectors, scales, groups }: Factors, dim: number): Float64Array {
  return vectors.map((value, n) => scales[groups[Math.floor(n / dim)]! * dim + (n % dim)]! * value)
}

/** One step on one triple; users alone where `fixed`. */
export function descend(
  users: Factors,
  items: Factors,
  triple: Int32Array,
  steps: Steps,
  fixed = false,
): void {
  const { dim, rate, regularization, negatives } = steps
  const [u, i, j] = [triple[0]! * dim, triple[1]! * dim, triple[2]! * dim]
  const [su, si, sj] = scaleRows(users, items, triple, dim)
  const [p, s, q, t] = [users.vectors, users.scales, items.vectors, items.scales]
  let x = 0
  for (let f = 0; f < dim; f++)
    x += s[su + f]! * p[u + f]! * (t[si + f]! * q[i + f]! - t[sj + f]! * q[j + f]!)
  const pull = descent(x)
  for (let f = 0; f < dim; f++) {
    const [a, b, c] = [p[u + f]!, q[i + f]!, q[j + f]!]
    const [sa, sb, sc] = [s[su + f]!, t[si + f]!, t[sj + f]!]
    p[u + f]! += rate * (pull * sa * (sb * b - sc * c) - regularization * a)
    if (fixed) continue
    q[i + f]! += rate * (pull * sb * sa * a - regularization * b)
    q[j + f]! -= rate * (pull * sc * sa * a + negatives * c)
  }
}

/** Where the scales of u, i, j begin. */
export function scaleRows(users: Factors, items: Factors, triple: Int32Array, dim: number) {
  return [
    users.groups[triple[0]!]! * dim,
    items.groups[triple[1]!]! * dim,
    items.groups[triple[2]!]! * dim,
  ] as const
}

/** As many steps as there are pairs, times `epochs`. */
export function descendAll(
  { users, items }: { users: Factors; items: Factors },
  pairs: Pairs,
  steps: Steps & { epochs: number },
  random: Rng,
): void {
  const triple = new Int32Array(3)
  for (let n = 0; n < steps.epochs * pairs.count; n++)
    if (pairs.draw(random, triple)) descend(users, items, triple, steps)
}

/** Writes the vector of somebody new who took these items: `epochs` steps for each, from zeros, the items fixed. */
export function foldIn(
  taken: Int32Array,
  to: Float64Array,
  items: Factors,
  steps: Steps & { epochs: number },
  random: Rng,
): void {
  const user = plain(to.fill(0), steps.dim)
  const triple = new Int32Array(3)
  for (let n = 0; n < steps.epochs * taken.length; n++) {
    triple[1] = taken[random.integer(taken.length)]!
    triple[2] = other(taken, items.groups.length, random)
    if (triple[2] >= 0) descend(user, items, triple, steps, true)
  }
}

/** Vectors as they are: all in one group that scales by 1. */
export function plain(vectors: Float64Array, dim: number): Factors {
  return { vectors, scales: new Float64Array(dim).fill(1), groups: new Int32Array(vectors.length / dim) }
}
