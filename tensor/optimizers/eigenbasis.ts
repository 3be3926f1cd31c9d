/** Eigenvectors of small symmetric matrices on the host, in f64. Matrices are n × n, row-major; vectors are columns. */

/**
 * All eigenvectors of P, largest eigenvalue first, by Jacobi rotations: sweeps over all pairs until nothing is left off the
 * diagonal (below 1e-12 of the whole, squared). Golub & Van Loan, Matrix Computations, section 8.5. n³ a sweep, about 8 sweeps.
 */
export function eigenvectors(P: Float64Array, n: number): Float64Array {
  const a = Float64Array.from(P)
  const q = identity(n)
  const whole = a.reduce((sum, x) => sum + x * x, 0)
  for (let sweep = 0; sweep < 40 && offDiagonal(a, n) > 1e-24 * whole; sweep++)
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) rotate(a, q, { n, i, j })
  const order = [...Array(n).keys()].sort((i, j) => a[j * n + j]! - a[i * n + i]!)
  return Float64Array.from(q, (_, at) => q[at - (at % n) + order[at % n]!]!)
}

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

/** The rotation in the plane (i, j) that makes a[i, j] zero. */
function rotate(a: Float64Array, q: Float64Array, { n, i, j }: { n: number; i: number; j: number }): void {
  const off = a[i * n + j]!
  if (off === 0) return
  const theta = (a[j * n + j]! - a[i * n + i]!) / (2 * off)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  for (let k = 0; k < n; k++) turn(a, i * n + k, j * n + k, c, s)
  for (let k = 0; k < n; k++) turn(a, k * n + i, k * n + j, c, s)
  for (let k = 0; k < n; k++) turn(q, k * n + i, k * n + j, c, s)
}

function turn(x: Float64Array, at: number, to: number, c: number, s: number): void {
  const [u, v] = [x[at]!, x[to]!]
  x[at] = c * u - s * v
  x[to] = s * u + c * v
}

function offDiagonal(a: Float64Array, n: number): number {
  let sum = 0
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) if (i !== j) sum += a[i * n + j]! ** 2
  return sum
}

function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0))
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!
  return sum
}

function subtract(x: Float64Array, y: Float64Array, times: number): void {
  for (let i = 0; i < x.length; i++) x[i]! -= times * y[i]!
}
