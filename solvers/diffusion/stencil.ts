/**
 * The matrix A of −div(k ∇u) = f on the unit square, u = 0 on its boundary, by finite volumes.
 *
 * k is constant on (n+1) × (n+1) cells; u lives on the n × n interior nodes, the corners that four cells share, h = 1/(n+1).
 * Row-major throughout: node (i, j), the number i n + j, has the cells k[i][j], k[i][j+1], k[i+1][j], k[i+1][j+1] around it.
 * Between two nodes flows the arithmetic mean of the two cells that the face crosses:
 *
 *   (i, j) — (i, j+1)   east    (k[i][j+1] + k[i+1][j+1]) / 2          west: the same seen from the other node
 *   (i, j) — (i+1, j)   north   (k[i+1][j] + k[i+1][j+1]) / 2          south likewise
 *
 * center = sum of the four faces = sum of the four cells; neighbors are stored with their minus sign; all times (n+1)², so that
 * A u = f carries no h. A face to the wall counts in the center alone: its neighbor, where u = 0, is stored as 0.
 * A is symmetric and positive definite; the error is of order h² for smooth k.
 *
 * ConDiff (arXiv:2406.04709), section 2. Its files number the nodes column by column and are read row by row by its baselines;
 * here k and u have the same orientation. (This file is what solvers share; it is none itself and has no default export.)
 */
import type { Field, Stencil } from '../../contracts.ts'

/** One matrix per field of `k`; the side of k is n + 1. `room`, if given, has place for them and is written over. */
export function assemble(k: Field, room = roomFor(k.batch, k.n - 1)): Stencil {
  const { batch, n: side } = k
  const n = side - 1
  if (n < 1 || k.data.length !== batch * side * side) {
    throw new Error(`assemble: ${k.data.length} coefficients, expected ${batch} × ${side}² with ${side} ≥ 2`)
  }
  const part = (values: Float64Array) => values.subarray(0, batch * n * n)
  const { center, west, east, south, north } = room
  const matrix: Stencil = {
    batch,
    n,
    center: part(center),
    west: part(west),
    east: part(east),
    south: part(south),
    north: part(north),
  }
  for (let b = 0; b < batch; b++) {
    assembleOne(k.data.subarray(b * side * side, (b + 1) * side * side), matrix, b)
  }
  return matrix
}

/** Numbers for the matrices of so many fields, from `numbers(length)`; see sharedNumbers() in kernels/shared.ts. */
export function roomFor(
  batch: number,
  n: number,
  numbers = (length: number): Float64Array => new Float64Array(length),
): Stencil {
  const part = () => numbers(batch * n * n)
  return { batch, n, center: part(), west: part(), east: part(), south: part(), north: part() }
}

/** out ← A x for entry `b` of the batch; `x` and `out` are single fields of n² values and must not be the same. */
export function apply(matrix: Stencil, x: Float64Array, out: Float64Array, b = 0): void {
  const { n, center, west, east, south, north } = matrix
  const at = b * n * n
  for (let i = 0, p = 0; i < n; i++) {
    for (let j = 0; j < n; j++, p++) {
      let sum = center[at + p]! * x[p]!
      if (j > 0) sum += west[at + p]! * x[p - 1]!
      if (j < n - 1) sum += east[at + p]! * x[p + 1]!
      if (i > 0) sum += south[at + p]! * x[p - n]!
      if (i < n - 1) sum += north[at + p]! * x[p + n]!
      out[p] = sum
    }
  }
}

/** ‖rhs − A x‖ / ‖rhs‖ of each entry, in f64. Where rhs = 0: 0 if A x = 0, else ∞. */
export function residual(matrix: Stencil, x: Field, rhs: Field): Float64Array {
  return Float64Array.from(accepts(matrix, x, rhs), (entry) => entry.residual)
}

export interface Acceptance {
  accepted: boolean
  residual: number // ‖rhs − A x‖ / ‖rhs‖
  floor: number // 4 ε ‖ |A| |x| ‖ / ‖rhs‖ with ε = 2⁻⁵²: what rounding alone may leave
}

/**
 * Whether each x of the batch solves its system: ‖rhs − A x‖ ≤ max(tolerance ‖rhs‖, 4 ε ‖ |A| |x| ‖), recomputed here in f64.
 * Both numbers come back relative to ‖rhs‖. A residual that is not a number is never accepted.
 */
export function accepts(matrix: Stencil, x: Field, rhs: Field, tolerance = 1e-10): Acceptance[] {
  const size = matrix.n * matrix.n
  if (x.data.length !== matrix.batch * size || rhs.data.length !== x.data.length) {
    throw new Error(`accepts: x ${x.data.length}, rhs ${rhs.data.length}, expected ${matrix.batch} × ${size}`)
  }
  return Array.from({ length: matrix.batch }, (_, b) => {
    const range = [b * size, (b + 1) * size] as const
    return acceptsOne(matrix, x.data.subarray(...range), rhs.data.subarray(...range), tolerance, b)
  })
}

/** The same for entry `b` alone; `x` and `rhs` are single fields. */
export function acceptsOne(
  matrix: Stencil,
  x: Float64Array,
  rhs: Float64Array,
  tolerance: number,
  b = 0,
): Acceptance {
  const squares = sumsOfSquares(matrix, x, rhs, b)
  const inRange = squares.every((sum) => sum > 1e-280 && sum < 1e300) // 0 may be a square that was lost
  const [error, size, scale] = inRange ? squares.map(Math.sqrt) : norms(matrix, x, rhs, b)
  const floor = relative(4 * Number.EPSILON * size!, scale!)
  const residual = relative(error!, scale!)
  return { accepted: residual <= Math.max(tolerance, floor), residual, floor }
}

/** ‖rhs − A x‖², ‖ |A| |x| ‖², ‖rhs‖² in one pass, since every published row is judged by it. */
function sumsOfSquares(matrix: Stencil, x: Float64Array, rhs: Float64Array, b: number): number[] {
  const { n, center, west, east, south, north } = matrix
  let [error, size, scale] = [0, 0, 0]
  for (let i = 0, p = 0, at = b * n * n; i < n; i++) {
    for (let j = 0; j < n; j++, p++, at++) {
      const c = center[at]! * x[p]!
      const w = j > 0 ? west[at]! * x[p - 1]! : 0
      const e = j < n - 1 ? east[at]! * x[p + 1]! : 0
      const s = i > 0 ? south[at]! * x[p - n]! : 0
      const t = i < n - 1 ? north[at]! * x[p + n]! : 0
      const r = rhs[p]! - (c + w + e + s + t)
      const sum = Math.abs(c) + Math.abs(w) + Math.abs(e) + Math.abs(s) + Math.abs(t)
      error += r * r
      size += sum * sum
      scale += rhs[p]! * rhs[p]!
    }
  }
  return [error, size, scale]
}

/** Their roots, where squares leave the range of f64. */
function norms(matrix: Stencil, x: Float64Array, rhs: Float64Array, b: number): number[] {
  const size = new Float64Array(x.length)
  apply(magnitudes(matrix, b), x.map(Math.abs), size)
  return [norm(difference(matrix, x, rhs, b)), norm(size), norm(rhs)]
}

/** rhs − A x of entry `b`, in f64. */
export function difference(matrix: Stencil, x: Float64Array, rhs: Float64Array, b = 0): Float64Array {
  const out = new Float64Array(x.length)
  apply(matrix, x, out, b)
  for (let p = 0; p < out.length; p++) out[p] = rhs[p]! - out[p]!
  return out
}

/** Whether entry `b` of the matrix and its right-hand side hold nothing but finite numbers. */
export function allFinite(matrix: Stencil, rhs: Float64Array | null, b: number): boolean {
  const size = matrix.n * matrix.n
  for (const part of [matrix.center, matrix.west, matrix.east, matrix.south, matrix.north]) {
    if (!part.subarray(b * size, (b + 1) * size).every(Number.isFinite)) return false
  }
  return rhs === null || rhs.every(Number.isFinite)
}

/** ‖x‖₂; squares that leave the range of f64 are avoided, so that a tiny right-hand side is not taken for none. */
export function norm(x: Float64Array): number {
  let sum = 0
  for (let p = 0; p < x.length; p++) sum += x[p]! * x[p]!
  if (sum > 1e-280 && sum < 1e300) return Math.sqrt(sum)
  const largest = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (!(largest > 0 && largest < Infinity)) return largest
  return largest * Math.sqrt(x.reduce((total, value) => total + (value / largest) * (value / largest), 0))
}

function relative(size: number, scale: number): number {
  return size === 0 ? 0 : size / scale
}

function assembleOne(k: Float64Array, matrix: Stencil, b: number): void {
  const { n } = matrix
  const side = n + 1
  const scale = side * side
  for (let i = 0, p = b * n * n; i < n; i++) {
    for (let j = 0; j < n; j++, p++) {
      const k00 = k[i * side + j]!
      const k01 = k[i * side + j + 1]!
      const k10 = k[(i + 1) * side + j]!
      const k11 = k[(i + 1) * side + j + 1]!
      matrix.center[p] = scale * (k00 + k01 + (k10 + k11))
      matrix.west[p] = j > 0 ? -0.5 * scale * (k00 + k10) : 0
      matrix.east[p] = j < n - 1 ? -0.5 * scale * (k01 + k11) : 0
      matrix.south[p] = i > 0 ? -0.5 * scale * (k00 + k01) : 0
      matrix.north[p] = i < n - 1 ? -0.5 * scale * (k10 + k11) : 0
    }
  }
}

/** |A| of entry `b`, as a batch of one. */
function magnitudes(matrix: Stencil, b: number): Stencil {
  const size = matrix.n * matrix.n
  const part = (values: Float64Array) => values.subarray(b * size, (b + 1) * size).map(Math.abs)
  const { n, center, west, east, south, north } = matrix
  return {
    batch: 1,
    n,
    center: part(center),
    west: part(west),
    east: part(east),
    south: part(south),
    north: part(north),
  }
}
