/**
 * The discrete problem as metrics see it, in f64: −div(k ∇u) on n × n nodes with walls at 0, h = 1/(n+1), k on (n+1)²
 * cells, the conductance of a face the mean of the two cells it crosses (arXiv:2406.04709, section 2). Written apart from
 * solvers/, so that a score does not rest on the code that made the truth.
 */

/** A single field on n × n nodes, 0 beyond the wall. */
export type Node = (i: number, j: number) => number

/** What a row of k on (n+1)² cells says of the faces: across the first axis behind row i − 1, across the second likewise. */
export interface Faces {
  first(i: number, j: number): number // between nodes (i − 1, j) and (i, j), i = 0 … n
  second(i: number, j: number): number // between nodes (i, j − 1) and (i, j), j = 0 … n
}

export function nodeOf(values: ArrayLike<number>, from: number, n: number): Node {
  return (i, j) => (i < 0 || j < 0 || i >= n || j >= n ? 0 : values[from + i * n + j]!)
}

export function facesOf(k: ArrayLike<number>, row: number, n: number): Faces {
  const cell = (i: number, j: number) => k[(row * (n + 1) + i) * (n + 1) + j]!
  return {
    first: (i, j) => (cell(i, j) + cell(i, j + 1)) / 2,
    second: (i, j) => (cell(i, j) + cell(i + 1, j)) / 2,
  }
}

export const ones: Faces = { first: () => 1, second: () => 1 }

/** (A u)(i, j) = (n+1)² Σ over the four faces of conductance × (u here − u there). */
export function applyAt(u: Node, { first, second }: Faces, n: number, i: number, j: number): number {
  const here = u(i, j)
  const down = first(i, j) * (here - u(i - 1, j)) + first(i + 1, j) * (here - u(i + 1, j))
  const across = second(i, j) * (here - u(i, j - 1)) + second(i, j + 1) * (here - u(i, j + 1))
  return (n + 1) ** 2 * (down + across)
}

/** Σ over all faces of conductance × slope², slope = (n+1) × difference: ⟨A u, u⟩. */
export function energyOf(u: Node, { first, second }: Faces, n: number): number {
  let total = 0
  for (let i = 0; i <= n; i++)
    for (let j = 0; j < n; j++) {
      total += first(i, j) * (u(i, j) - u(i - 1, j)) ** 2
      total += second(j, i) * (u(j, i) - u(j, i - 1)) ** 2
    }
  return (n + 1) ** 2 * total
}
