/**
 * Spectral convolution: Fourier coefficients up to a cut-off, a complex matrix per mode, and back.
 *
 *   X[k₁,k₂] = 1/n Σ_pq x[p,q] e^{−2πi (k₁p + k₂q)/n}      p, q = 0…n−1
 *   Y[k₁,k₂] = X[k₁,k₂] R[k₁,k₂]                           R complex [C, C]
 *   y[p,q]   = 1/n Σ_k w(k₂) Re(Y[k₁,k₂] e^{+2πi (k₁p + k₂q)/n})
 *
 * Modes: k₁ = 0…m−1 and −(m−1)…−1, k₂ = 0…m−1; x is real, so negative k₂ are conjugates and w(k₂) = 2 stands
 * for them, but w = 1 for k₂ = 0 and for k₂ = n/2, which are their own partners. m is at most ⌊n/2⌋ + 1, and
 * then nothing is cut: y = x for R = 1. For n even, k₁ = n/2 and −n/2 are the same mode and kept once. 1/n on
 * both sides makes the transform orthonormal.
 *
 * The Fourier matrices are real constants (an FFT has no gradient here, and with m ≪ n the products are cheap):
 * columns are transformed to (part, k₂), then rows to (part, k₁), part = real or imaginary. The complex product
 * is folded into the second matrix, which hands out the rows [Re, −Im] and [Im, Re]; with R stored as [Re R
 * over Im R] a mode is then one real product.
 *
 * Li et al., arXiv:2010.08895, section 4. Letters: B batch, n grid, C channels, m modes of the second axis, K
 * of the first.
 */
import type { Init } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { matrixOf } from './transform.ts'

export interface SpectralShape {
  channels: number
  grid: number // n
  modes: number // m, clipped to ⌊n/2⌋ + 1
}

/** [B, n, n, C] → [B, n, n, C]. R starts as complex noise that keeps the variance of each mode: 1/(2C) per part. */
export function spectral(init: Init, name: string, { channels: C, grid, modes }: SpectralShape) {
  const { first, second } = modesOf(grid, modes)
  const shape = [first.length * second.length, 2 * C, C]
  const mixing = init.weight(`${name}/mixing`, shape, { normal: Math.sqrt(0.5 / C) })
  return (x: Tensor): Tensor => mixModes(x, mixing, modes)
}

/** The same with R given: x [B, n, n, C], mixing [K m, 2C, D] holding Re R over Im R of each mode → [B, n, n, D]. */
export function mixModes(x: Tensor, mixing: Tensor, modes: number): Tensor {
  const [batch, n, , C] = x.shape as [number, number, number, number]
  const { first, second } = modesOf(n, modes)
  const [K, m, D] = [first.length, second.length, mixing.shape[2]!]
  const columns = tf.matMul(columnsToModes(n, second), x.reshape([batch * n, n, C])) // [B n, (part, m), C]
  const all = tf.matMul(rowsToModes(n, first), columns.reshape([batch, n * 2, m * C])) // [B, 4 K, m C]
  const byMode = all.reshape([batch, 4, K * m, C]).transpose([2, 0, 1, 3]) // [K m, B, 4, C]
  const mixed = tf.matMul(byMode.reshape([K * m, batch * 2, 2 * C]), mixing) // [K m, (B, part), D]
  const byPart = mixed.reshape([K * m, batch, 2, D]).transpose([1, 2, 0, 3]) // [B, part, K m, D]
  const rows = tf.matMul(modesToRows(n, first), byPart.reshape([batch, 2 * K, m * D])) // [B, (n, part), m D]
  const y = tf.matMul(modesToColumns(n, second), rows.reshape([batch * n, 2 * m, D])) // [B n, n, D]
  return y.reshape([batch, n, n, D])
}

/** The modes kept on each axis of n points. */
export function modesOf(n: number, modes: number): { first: number[]; second: number[] } {
  const m = Math.min(modes, Math.floor(n / 2) + 1)
  const second = [...Array(m).keys()]
  const negative = second
    .slice(1)
    .reverse()
    .filter((k) => 2 * k !== n)
  return { first: [...second, ...negative.map((k) => -k)], second }
}

/** (part, k₂) from q: [2m, n]. */
function columnsToModes(n: number, second: readonly number[]): Tensor {
  return matrixOf(2 * second.length, n, (row, q) => {
    const { cos, sin } = wave(n, second[row % second.length]! * q)
    return row < second.length ? cos : -sin
  })
}

/** (product row, factor, k₁) from (p, part): [4K, 2n]. e^{−iθ} (u + iv) = (c u + s v) + i (c v − s u). */
function rowsToModes(n: number, first: readonly number[]): Tensor {
  const [real, imaginary] = [0, 1]
  const factors = [
    { part: real, sign: 1 },
    { part: imaginary, sign: -1 },
    { part: imaginary, sign: 1 },
    { part: real, sign: 1 },
  ]
  return matrixOf(4 * first.length, 2 * n, (row, column) => {
    const { cos, sin } = wave(n, first[row % first.length]! * Math.floor(column / 2))
    const { part, sign } = factors[Math.floor(row / first.length)]!
    const from = column % 2
    return sign * (part === from ? cos : part === real ? sin : -sin)
  })
}

/** (p, part) from (part, k₁): [2n, 2K]. e^{+iθ} (u + iv) = (c u − s v) + i (c v + s u). */
function modesToRows(n: number, first: readonly number[]): Tensor {
  return matrixOf(2 * n, 2 * first.length, (row, column) => {
    const { cos, sin } = wave(n, first[column % first.length]! * Math.floor(row / 2))
    const [to, from] = [row % 2, column < first.length ? 0 : 1]
    return to === from ? cos : to === 0 ? -sin : sin
  })
}

/** q from (part, k₂), real part only, w(k₂) times: [n, 2m]. */
export function modesToColumns(n: number, second: readonly number[]): Tensor {
  return matrixOf(n, 2 * second.length, (q, column) => {
    const k = second[column % second.length]!
    const { cos, sin } = wave(n, k * q)
    const weight = k === 0 || 2 * k === n ? 1 : 2
    return weight * (column < second.length ? cos : -sin)
  })
}

/** (cos, sin)(2π t / n) / √n; t is reduced first, so that large products lose no digits. */
export function wave(n: number, t: number): { cos: number; sin: number } {
  const angle = (2 * Math.PI * (t % n)) / n
  return { cos: Math.cos(angle) / Math.sqrt(n), sin: Math.sin(angle) / Math.sqrt(n) }
}
