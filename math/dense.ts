/** Small dense matrices in f64, row-major: a positive definite solve and the eigenvectors of a symmetric matrix. */

/**
 * x of A x = b for a symmetric positive definite A [n, n], whose lower triangle is read and overwritten by its Cholesky factor;
 * b [n] is overwritten by x. False, with both in an undefined state, where a pivot is not positive.
 */
export function solvePositive(a: Float64Array, b: Float64Array): boolean {
  const n = b.length
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let value = a[i * n + j]!
      for (let k = 0; k < j; k++) value -= a[i * n + k]! * a[j * n + k]!
      if (i !== j) a[i * n + j] = value / a[j * n + j]!
      else if (value > 0) a[i * n + i] = Math.sqrt(value)
      else return false
    }
  }
  for (let i = 0; i < n; i++) {
    let value = b[i]!
    for (let k = 0; k < i; k++) value -= a[i * n + k]! * b[k]!
    b[i] = value / a[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    let value = b[i]!
    for (let k = i + 1; k < n; k++) value -= a[k * n + i]! * b[k]!
    b[i] = value / a[i * n + i]!
  }
  return true
}

/**
 * A = V diag(values) Vᵀ of a symmetric A [n, n] by cyclic Jacobi rotations; values descending, vectors [n, n] with eigenvector m
 * in column m. Stops when the squares off the diagonal sum to less than ε² ‖A‖²; a dozen sweeps for n = 100.
 * Golub & Van Loan, Matrix Computations, 4th ed., section 8.5.
 */
export function symmetricEigen(
  matrix: Float64Array,
  n: number,
): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice()
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  const size = a.reduce((total, value) => total + value * value, 0)
  for (let sweep = 0; sweep < 60 && offDiagonal(a, n) > Number.EPSILON ** 2 * size; sweep++) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q)
  }
  const order = Array.from({ length: n }, (_, m) => m).sort((x, y) => a[y * n + y]! - a[x * n + x]!)
  const vectors = new Float64Array(n * n)
  for (const [to, from] of order.entries()) for (let i = 0; i < n; i++) vectors[i * n + to] = v[i * n + from]!
  return { values: Float64Array.from(order, (m) => a[m * n + m]!), vectors }
}

function offDiagonal(a: Float64Array, n: number): number {
  let total = 0
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) total += 2 * a[i * n + j]! ** 2
  return total
}

/** The rotation in the plane (p, q) that makes a[p][q] zero. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const off = a[p * n + q]!
  if (off === 0) return
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * off)
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  const turn = (m: Float64Array, first: number, second: number) => {
    const [x, y] = [m[first]!, m[second]!]
    m[first] = c * x - s * y
    m[second] = s * x + c * y
  }
  for (let k = 0; k < n; k++) turn(a, k * n + p, k * n + q)
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k)
  for (let k = 0; k < n; k++) turn(v, k * n + p, k * n + q)
}
