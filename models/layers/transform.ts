/**
 * Linear transforms along the two axes of a field, as constant matrices: an FFT has no gradient here, and where few
 * modes of many points are kept a product is cheap. Letters: B batch, n grid, m modes, C channels.
 */
import { type Tensor, tf } from '../../tensor/index.ts'

/** y = T x Tᵀ for every row and channel: T [m, n], x [B, n, n, C] → [B, m, m, C]. */
export function transformAxes(matrix: Tensor, x: Tensor): Tensor {
  const [m] = matrix.shape as [number, number]
  const [batch, n, , channels] = x.shape as [number, number, number, number]
  const columns = tf.matMul(matrix, x.reshape([batch * n, n, channels])) // [B n, m, C]
  const rows = tf.matMul(matrix, columns.reshape([batch, n, m * channels])) // [B, m, m C]
  return rows.reshape([batch, m, m, channels])
}

/**
 * Real Fourier modes of n points j/n: cos 2πf x for f = 0 … ⌊m/2⌋ − 1 and sin 2πf x for f = 1 … m − ⌊m/2⌋, by rising f.
 * synthesis [n, m] has them as columns, analysis [m, n] = diag(1/n, 2/n, …) synthesisᵀ. m is at most n − 1, where
 * analysis · synthesis = 1.
 */
export function realFourier(n: number, modes: number): { analysis: Tensor; synthesis: Tensor } {
  const m = Math.max(1, Math.min(modes, n - 1))
  const half = m === 1 ? 1 : Math.floor(m / 2)
  const cosines = Array.from({ length: half }, (_, f) => ({ f, wave: Math.cos }))
  const sines = Array.from({ length: m - half }, (_, i) => ({ f: i + 1, wave: Math.sin }))
  const kept = [...cosines, ...sines].sort((a, b) => a.f - b.f)
  const value = (mode: number, j: number) => {
    const { f, wave } = kept[mode]!
    return wave((2 * Math.PI * ((f * j) % n)) / n) // reduced first, so that large products lose no digits
  }
  return {
    analysis: matrixOf(m, n, (mode, j) => (value(mode, j) * (mode === 0 ? 1 : 2)) / n),
    synthesis: matrixOf(n, m, (j, mode) => value(mode, j)),
  }
}

/** The m lowest rows of the orthonormal DCT-II of n points: [m, n], m ≤ n. Its transpose goes back. */
export function cosineTransform(n: number, modes: number): Tensor {
  return matrixOf(Math.min(modes, n), n, (f, j) => {
    const norm = Math.sqrt((f === 0 ? 1 : 2) / n)
    return norm * Math.cos((Math.PI * ((f * (2 * j + 1)) % (4 * n))) / (2 * n))
  })
}

export function matrixOf(
  rows: number,
  columns: number,
  entry: (row: number, column: number) => number,
): Tensor {
  const data = Float32Array.from({ length: rows * columns }, (_, at) =>
    entry(Math.floor(at / columns), at % columns),
  )
  return tf.tensor(data, [rows, columns])
}
