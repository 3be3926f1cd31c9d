/**
 * The truth that certificates are tested against: ∫ k |∇(u − v)|² where u solves −div(k ∇u) = f_c (k on cells, f_c = rhs on dual
 * cells) and v interpolates x linearly. Written apart from the code under test, slowly, on points instead of arrays of sides.
 */
import type { Field } from '../../../contracts.ts'
import { assemble } from '../../../solvers/diffusion/stencil.ts'
import ic0 from '../../../solvers/ic0.ts'

/** One row: k on (n+1)² cells, rhs and x on n² nodes. */
export interface Row {
  n: number
  k: Float64Array
  rhs: Float64Array
  x: Float64Array
}

/** x at node (i, j), 0 ≤ i, j ≤ n + 1; 0 on the walls. */
export function nodal({ n }: Row, values: Float64Array, i: number, j: number): number {
  return i < 1 || j < 1 || i > n || j > n ? 0 : values[(i - 1) * n + j - 1]!
}

/** f_c at a point in units of h. */
export function source(row: Row, s: number, t: number): number {
  return nodal(row, row.rhs, Math.floor(s + 0.5), Math.floor(t + 0.5))
}

/** v at a point in units of h: linear on the triangles below and above the line from corner (i, j) to corner (i+1, j+1). */
export function interpolant(row: Row, s: number, t: number): number {
  const [i, j] = [Math.min(Math.floor(s), row.n), Math.min(Math.floor(t), row.n)]
  const [p, q] = [s - i, t - j]
  const u = (a: number, b: number) => nodal(row, row.x, i + a, j + b)
  const along = p >= q ? [u(1, 0) - u(0, 0), u(1, 1) - u(1, 0)] : [u(1, 1) - u(0, 1), u(0, 1) - u(0, 0)]
  return u(0, 0) + along[0]! * p + along[1]! * q
}

/** (∫ k |∇(u_m − v)|²)^½, u_m the finite element solution on the m times finer grid, m even: from below, by orthogonality. */
export async function nestedError(row: Row, m: number): Promise<number> {
  const fine = m * (row.n + 1) - 1
  const matrix = assemble(refined(row, m))
  const rhs: Field = { batch: 1, n: fine, data: onNodes(fine, (i, j) => load(row, m, i, j)) }
  const params = { ...ic0.defaults, tolerance: 1e-9 }
  const { x, status } = await ic0.solve(await ic0.setup(matrix, params), rhs, params)
  if (status[0] !== 'converged') throw new Error(`reference: ${status[0]}`)
  const v = onNodes(fine, (i, j) => interpolant(row, i / m, j / m))
  return Math.sqrt(
    energy(
      refined(row, m).data,
      fine,
      x.data.map((value, p) => value - v[p]!),
    ),
  )
}

/** Σ over sides of cells of k/2 (difference)²: ∫ k |∇e|² of the linear interpolant, from the cells. */
export function energy(k: Float64Array, n: number, e: Float64Array): number {
  const row: Row = { n, k, rhs: e, x: e }
  let total = 0
  for (let i = 0; i <= n; i++) {
    for (let j = 0; j <= n; j++) {
      const u = (a: number, b: number) => nodal(row, e, i + a, j + b)
      const sides = [u(1, 0) - u(0, 0), u(1, 1) - u(0, 1), u(0, 1) - u(0, 0), u(1, 1) - u(1, 0)]
      total += (k[i * (n + 1) + j]! / 2) * sides.reduce((sum, side) => sum + side * side, 0)
    }
  }
  return total
}

/** ∫ f_c v, exact: on the grid of half cells f_c is constant on cells and v linear on triangles. */
export function work(row: Row): number {
  const fine = 2 * (row.n + 1) - 1
  const terms = onNodes(fine, (i, j) => load(row, 2, i, j) * interpolant(row, i / 2, j / 2))
  return terms.reduce((sum, term) => sum + term, 0) / (fine + 1) ** 2
}

/** ∫ k |∇(u − v)|² from ∫ k |∇u|² = ∫ f_c u: the square of the error, since u solves the problem. */
export function errorSquare(row: Row, solutionSquare: number): number {
  return solutionSquare - 2 * work(row) + energy(row.k, row.n, row.x)
}

/** ∫ f_c φ / h² for the hat function of a fine node: two of its six triangles lie in each cell on the diagonal, one in the others. */
function load(row: Row, m: number, i: number, j: number): number {
  const f = (a: number, b: number) => source(row, (i + a) / m, (j + b) / m)
  return (2 * f(0.5, 0.5) + 2 * f(-0.5, -0.5) + f(0.5, -0.5) + f(-0.5, 0.5)) / 6
}

function refined({ n, k }: Row, m: number): Field {
  const side = m * (n + 1)
  const data = Float64Array.from({ length: side * side }, (_, p) => {
    return k[Math.floor(Math.floor(p / side) / m) * (n + 1) + Math.floor((p % side) / m)]!
  })
  return { batch: 1, n: side, data }
}

/** value(i, j) at the interior nodes 1 ≤ i, j ≤ n. */
export function onNodes(n: number, value: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, p) => value(Math.floor(p / n) + 1, (p % n) + 1))
}

export function onCells(n: number, value: (i: number, j: number) => number): Float64Array {
  const side = n + 1
  return Float64Array.from({ length: side * side }, (_, p) => value(Math.floor(p / side), p % side))
}
