/**
 * The two layouts in which ConDiff (arXiv:2406.04709) is met, from rows of ours. Letters: n nodes a side, k[i][j] the
 * (n+1) × (n+1) cells, x[i][j] and rhs[i][j] the n × n nodes, node (i, j) between the cells i, i+1 and j, j+1. Ours are
 * row-major, so that image and coefficient lie alike.
 *
 * Files ('flat', the published layout): k as it is; rhs and x as vectors in the order of the published matrix,
 *   v[p] = x[i][j], p = i + n j,
 * so that A(k) x = rhs holds for the matrix that ConDiff's code makes of k.
 *
 * Images ('images', --as-published): what ConDiff's notebooks feed to their networks. They reshape the vectors row-major,
 *   X[r][c] = v[n r + c] = x[c][r],
 * which is the transposed field, and put it beside k[r][c], which is not transposed, cut to its first n rows and columns.
 * The stencil of X therefore belongs to kᵀ. Published errors were measured on such pairs; nothing else is a reason to use them.
 */

export type Layout = 'flat' | 'images'

/** Sides of one row's value. */
export function sidesOf(layout: Layout, n: number): { k: readonly number[]; node: readonly number[] } {
  return layout === 'flat' ? { k: [n + 1, n + 1], node: [n * n] } : { k: [n, n], node: [n, n] }
}

/** `rows` fields on nodes, row-major → vectors v[i + n j]; read row-major as n × n, each is the transposed field. */
export function transposed(values: ArrayLike<number>, rows: number, n: number): Float64Array {
  const out = new Float64Array(rows * n * n)
  for (let r = 0; r < rows; r++) {
    const at = r * n * n
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[at + i + n * j] = values[at + i * n + j]!
  }
  return out
}

/** `rows` coefficients on (n+1) × (n+1) cells without their last row and column. */
export function cut(values: ArrayLike<number>, rows: number, n: number): Float64Array {
  const out = new Float64Array(rows * n * n)
  for (let r = 0; r < rows; r++) {
    const at = r * (n + 1) ** 2
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) out[(r * n + i) * n + j] = values[at + i * (n + 1) + j]!
  }
  return out
}
