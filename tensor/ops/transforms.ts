/**
 * Truncated transforms along one axis as products with constant matrices: an FFT has no gradient here, and for a few modes
 * the product is cheap. All are orthonormal: with every mode kept the transpose is the inverse.
 */
import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '../types.ts'
import type { Complex } from './complex.ts'

/** y = M x along one axis of x: [m, n] × [.., n, ..] → [.., m, ..]. */
export function transformAlong(x: Tensor, matrix: Tensor, axis: number): Tensor {
  const at = axis < 0 ? axis + x.rank : axis
  const [m, n] = matrix.shape as [number, number]
  if (x.shape[at] !== n) throw new Error(`transformAlong: axis ${axis} of [${x.shape}] must have ${n} places`)
  const outer = x.shape.slice(0, at).reduce((product, side) => product * side, 1)
  const product = tf.matMul(matrix, x.reshape([outer, n, -1])) // [outer, m, inner]
  return product.reshape(x.shape.with(at, m))
}

/** Discrete cosine transform II, rows k < m: s_k cos(π k (j + ½) / n), s₀ = 1/√n, s_k = √(2/n). [m, n]. */
export function cosineMatrix(n: number, modes: number): Tensor {
  return matrix(modes, n, (k, j) => {
    const scale = Math.sqrt((k === 0 ? 1 : 2) / n)
    return scale * Math.cos((Math.PI * ((k * (2 * j + 1)) % (4 * n))) / (2 * n))
  })
}

/** Discrete sine transform I of the n inner points of a grid with zero ends, rows k = 1…m: √(2/(n+1)) sin(π k j / (n+1)). [m, n]. */
export function sineMatrix(n: number, modes: number): Tensor {
  const around = 2 * (n + 1)
  const scale = Math.sqrt(2 / (n + 1))
  return matrix(modes, n, (k, j) => scale * Math.sin((2 * Math.PI * (((k + 1) * (j + 1)) % around)) / around))
}

/** e^{−2πi k j / n} / √n for the given wave numbers, [m, n] each part. Its inverse is the conjugate transpose. */
export function fourierMatrix(n: number, waves: readonly number[]): Complex {
  const angle = (k: number, j: number) => (2 * Math.PI * ((waves[k]! * j) % n)) / n // reduced, so that no digits are lost
  return {
    re: matrix(waves.length, n, (k, j) => Math.cos(angle(k, j)) / Math.sqrt(n)),
    im: matrix(waves.length, n, (k, j) => -Math.sin(angle(k, j)) / Math.sqrt(n)),
  }
}

function matrix(rows: number, columns: number, entry: (row: number, column: number) => number): Tensor {
  const data = Float32Array.from({ length: rows * columns }, (_, at) =>
    entry(Math.floor(at / columns), at % columns),
  )
  return tf.tensor(data, [rows, columns])
}
