/**
 * The graph of who took what, users 0 … U − 1 and items U … U + N − 1 in one array of vectors [U + N, d], and its normalized matrix
 *
 *   L = D^(−1/2) A D^(−1/2),   (L E)_u = Σ_{i in I_u} E_i / √(|I_u| |U_i|),   symmetric; a node without neighbors gives 0.
 */
import type { Incidence, Rows } from './incidence.ts'

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
  return {
    users: users.count,
    nodes: users.count + items.count,
    spread(from, to, dim) {
      to.fill(0)
      spreadSide(users, { at: 0, from: users.count }, weights, { from, to, dim })
      spreadSide(items, { at: users.count, from: 0 }, weights, { from, to, dim })
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

/** Rows of one side, which begins at node `at`, from the other, which begins at node `from`. */
function spreadSide(
  { count, starts, columns }: Rows,
  side: { at: number; from: number },
  weights: Float64Array,
  { from, to, dim }: { from: Float64Array; to: Float64Array; dim: number },
): void {
  for (let r = 0; r < count; r++) {
    const own = weights[side.at + r]!
    const at = (side.at + r) * dim
    for (let n = starts[r]!; n < starts[r + 1]!; n++) {
      const node = side.from + columns[n]!
      const weight = own * weights[node]!
      const base = node * dim
      for (let f = 0; f < dim; f++) to[at + f]! += weight * from[base + f]!
    }
  }
}
