/** Small matrices written out, and what is done with them by the definition: the oracle of toys and of tests. */

/** The matrix of -div(k grad x), rows and columns i n + j: faces carry the mean of their two cells. */
export function fivePoint(k: ArrayLike<number>, n: number): Float64Array[] {
  const cell = (i: number, j: number) => k[i * (n + 1) + j]!
  const scale = (n + 1) ** 2
  const matrix = Array.from({ length: n * n }, () => new Float64Array(n * n))
  const link = (i: number, j: number, di: number, dj: number, face: number) => {
    const row = matrix[i * n + j]!
    row[i * n + j]! += face * scale
    const inside = i + di >= 0 && i + di < n && j + dj >= 0 && j + dj < n
    if (inside) row[(i + di) * n + j + dj] = -face * scale
  }
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      link(i, j, -1, 0, (cell(i, j) + cell(i, j + 1)) / 2)
      link(i, j, 1, 0, (cell(i + 1, j) + cell(i + 1, j + 1)) / 2)
      link(i, j, 0, -1, (cell(i, j) + cell(i + 1, j)) / 2)
      link(i, j, 0, 1, (cell(i, j + 1) + cell(i + 1, j + 1)) / 2)
    }
  return matrix
}

/**
 * Gaussian elimination without pivoting, which a symmetric positive definite matrix does not need. Overwrites
 * both.
 */
export function eliminate(matrix: Float64Array[], right: Float64Array): Float64Array {
  const size = right.length
  for (let p = 0; p < size; p++)
    for (let r = p + 1; r < size; r++) {
      const factor = matrix[r]![p]! / matrix[p]![p]!
      if (factor === 0) continue
      for (let c = p; c < size; c++) matrix[r]![c]! -= factor * matrix[p]![c]!
      right[r]! -= factor * right[p]!
    }
  for (let r = size - 1; r >= 0; r--) {
    for (let c = r + 1; c < size; c++) right[r]! -= matrix[r]![c]! * right[c]!
    right[r]! /= matrix[r]![r]!
  }
  return right
}

/** L, dense, with the pattern of the lower triangle: Cholesky's algorithm, entries of the pattern alone. */
export function incompleteCholesky(dense: readonly Float64Array[]): Float64Array[] {
  const L = dense.map((row) => new Float64Array(row.length))
  for (let i = 0; i < L.length; i++)
    for (let j = 0; j <= i; j++) {
      if (dense[i]![j] === 0) continue
      let sum = dense[i]![j]!
      for (let s = 0; s < j; s++) sum -= L[i]![s]! * L[j]![s]!
      L[i]![j] = i === j ? Math.sqrt(sum) : sum / L[j]![j]!
    }
  return L
}

/** A dense lower triangle in rows of `width` slots, as tasks.ts says: the diagonal, the columns below it ascending, then 0s. */
export function inRows(L: readonly Float64Array[], width: number) {
  const factor = new Float64Array(L.length * width)
  const columns = new Int32Array(L.length * width)
  L.forEach((row, p) => {
    const below = [...row.keys()].filter((q) => q < p && row[q] !== 0)
    columns.fill(p, p * width, (p + 1) * width)
    ;[p, ...below].forEach((q, slot) => {
      factor[p * width + slot] = row[q]!
      columns[p * width + slot] = q
    })
  })
  return { factor, columns }
}
