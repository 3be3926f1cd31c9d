/**
 * The graph of who took what, users 0 … U − 1 and items U … U + N − 1 in one array of vectors [U + N, d], and its normalized matrix
 *
 *   L = D^(−1/2) A D^(−1/2),   (L E)_u = Σ_{i in I_u} E_i / √(|I_u| |U_i|),   symmetric; a node without neighbors gives 0.
 */
import { addRows, type Incidence, type Rows } from './incidence.ts'

export interface Graph {
  users: number
  nodes: number // U + N
  /** to = L from, both [U + N, dim]. */
  spread(from: Float64Array, to: Float64Array, dim: number): void
  /** The row of L for a new user who took these items, times `from`; items keep the degrees they have. */
  gather(taken: Int32Array, from: Float64Array, to: Float64Array): void
}

export function graphOf({ users, items }: Incidence): Graph {
  const weights = Float64Array.from([...degrees(users), ...degrees(items)], (degree) =>
    degree > 0 ? 1 / Math.sqrt(degree) : 0,
  )
  let scaled = new Float64Array(0)
  return {
    users: users.count,
    nodes: users.count + items.count,
    spread(from, to, dim) {
      const split = users.count * dim
      if (scaled.length !== from.length) scaled = new Float64Array(from.length)
      scale(from, weights, dim, scaled)
      to.fill(0)
      addRows(users, scaled.subarray(split), to.subarray(0, split), dim)
      addRows(items, scaled.subarray(0, split), to.subarray(split), dim)
      scale(to, weights, dim, to)
    },
    gather(taken, from, to) {
      const dim = to.length
      to.fill(0)
      const own = 1 / Math.sqrt(Math.max(1, taken.length))
      for (const i of taken) {
        const node = users.count + i
        const weight = own * weights[node]!
        for (let f = 0; f < dim; f++) to[f]! += weight * from[node * dim + f]!
      }
    },
  }
}

function degrees({ count, starts }: Rows): Int32Array {
  return Int32Array.from({ length: count }, (_, r) => starts[r + 1]! - starts[r]!)
}

/** to[r] = weights[r] · from[r] */
function scale(from: Float64Array, weights: Float64Array, dim: number, to: Float64Array): void {
  for (let r = 0, at = 0; r < weights.length; r++)
    for (const end = at + dim; at < end; at++) to[at] = weights[r]! * from[at]!
}
