/** Renews a basis of eigenvectors on the host, in f64. Matrices are n × n, row-major; vectors are columns. */

/** One power step and a QR factorization: the orthonormal factor of P Q, its triangular factor with a positive diagonal. */
export function powerStep(P: Float64Array, Q: Float64Array, n: number): Float64Array {
  const columns = Array.from({ length: n }, (_, j) => {
    const image = new Float64Array(n)
    for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) image[i]! += P[i * n + k]! * Q[k * n + j]!
    return image
  })
  for (const [j, column] of columns.entries()) {
    const before = columns.slice(0, j)
    const size = Math.sqrt(dot(column, column))
    for (let twice = 0; twice < 2; twice++)
      for (const other of before) subtract(column, other, dot(column, other)) // twice is enough, as Kahan says
    const rest = Math.sqrt(dot(column, column))
    // Nothing new in P Q: the old vector, as orthogonal as it can be made, keeps the basis whole.
    if (!(rest > 1e-10 * size)) refill(column, before, n)
    else for (let i = 0; i < n; i++) column[i]! /= rest
  }
  return Float64Array.from({ length: n * n }, (_, at) => columns[at % n]![Math.floor(at / n)]!)
}

/** The unit vector that is furthest from `before`, made orthogonal to it. */
function refill(column: Float64Array, before: readonly Float64Array[], n: number): void {
  const inside = Array.from({ length: n }, (_, i) => before.reduce((sum, other) => sum + other[i]! ** 2, 0))
  column.fill(0)[inside.indexOf(Math.min(...inside))] = 1
  for (let twice = 0; twice < 2; twice++)
    for (const other of before) subtract(column, other, dot(column, other))
  const size = Math.sqrt(dot(column, column))
  for (let i = 0; i < n; i++) column[i]! /= size
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!
  return sum
}

function subtract(x: Float64Array, y: Float64Array, times: number): void {
  for (let i = 0; i < x.length; i++) x[i]! -= times * y[i]!
}
