/**
 * Spectral convolution along one axis: Fourier coefficients up to a cut-off, a complex matrix per mode, and back.
 *
 *   X[k] = n^−½ Σ_p x[p] e^{−2πi k p/n},   Y[k] = X[k] R[k],   y[p] = n^−½ Σ_k w(k) Re(Y[k] e^{+2πi k p/n})
 *
 * for k = 0 … m−1, w as in spectral.ts. The complex product is folded into the first matrix, which hands out the rows
 * [Re, −Im] and [Im, Re] of X; with R stored as [Re R over Im R] a mode is one real product.
 *
 * Tran et al., arXiv:2111.13802, section 3. Letters: B batch, n grid, m modes, C channels.
 */
import type { Init } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { modesOf, modesToColumns, type SpectralShape, wave } from './spectral.ts'
import { matrixOf } from './transform.ts'

/** Along `axis` 1 or 2: [B, n, n, C] → [B, n, n, C]. R starts as complex noise of variance 2/C, as ConDiff has it. */
export function spectralLine(init: Init, name: string, axis: 1 | 2, shape: SpectralShape) {
  const { channels: C, grid: n, modes } = shape
  const { second } = modesOf(n, modes)
  const m = second.length
  const mixing = init.weight(`${name}/mixing`, [m, 2 * C, C], { normal: Math.sqrt(1 / C) })
  return (x: Tensor): Tensor => {
    const [outer, inner] = axis === 1 ? [x.shape[0]!, n] : [x.shape[0]! * n, 1]
    const all = tf.matMul(lineToModes(n, second), x.reshape([outer, n, inner * C])) // [outer, 4 m, inner C]
    const byMode = all.reshape([outer, 4, m, inner, C]).transpose([2, 0, 3, 1, 4]) // [m, outer, inner, 4, C]
    const mixed = tf.matMul(byMode.reshape([m, outer * inner * 2, 2 * C]), mixing) // [m, (outer, inner, part), C]
    const byPart = mixed.reshape([m, outer, inner, 2, C]).transpose([1, 3, 0, 2, 4]) // [outer, part, m, inner, C]
    const y = tf.matMul(modesToColumns(n, second), byPart.reshape([outer, 2 * m, inner * C])) // [outer, n, inner C]
    return y.reshape(x.shape)
  }
}

/** (product row, factor, k) from p: [4m, n], the rows (cos, sin, −sin, cos) / √n. */
function lineToModes(n: number, kept: readonly number[]): Tensor {
  const m = kept.length
  return matrixOf(4 * m, n, (row, p) => {
    const { cos, sin } = wave(n, kept[row % m]! * p)
    return [cos, sin, -sin, cos][Math.floor(row / m)]!
  })
}
