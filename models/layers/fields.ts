/**
 * What networks of the operators track see and say: -div(k grad x) = rhs on n × n interior nodes, spacing h =
 * 1/(n + 1). k lives on the (n + 1)² cells around the nodes, so it is averaged to them: log k of the four cells
 * that meet there. The logarithm, because k is log-normal: it is symmetric about 0 and of order one at every
 * contrast.
 *
 * Scale. rhs is white noise of variance 1, of order one as it is. For k = 1 the discrete sine transform gives
 * mean x² = n⁻² Σ λ_ij⁻² with λ_ij ≈ π² (i² + j²), i, j ≥ 1, that is rms x ≈ h / 15 on any grid; in the plane
 * the effective coefficient of exp(Gaussian field) is exp(mean) = 1 as well (Dykhne 1971), so the size holds at
 * every variance. A network therefore says y of order one, and x = y h / 15. Fixed numbers, nothing is fitted
 * to the data. The published baselines of this track (arXiv:2406.04709) are fed unscaled k and say x itself.
 */
import { type Tensor, tf } from '../../tensor/index.ts'

/** k [B, n+1, n+1], rhs [B, n, n] → log k at the nodes and rhs, as channels: [B, n, n, 2]. */
export function featuresOf({ k, rhs }: { k: Tensor; rhs: Tensor }): Tensor {
  const [batch, n] = rhs.shape as [number, number]
  const log = k.log() // [B, n+1, n+1]
  const corner = (i: number, j: number) => log.slice([0, i, j], [batch, n, n]) // [B, n, n]
  const above = corner(0, 0).add(corner(0, 1))
  const below = corner(1, 0).add(corner(1, 1))
  return tf.stack([above.add(below).mul(0.25), rhs], -1) // [B, n, n, 2]
}

/** y [B, n, n, 1] of order one → x [B, n, n]. */
export function solutionOf(y: Tensor): Tensor {
  const n = y.shape[1]!
  return y.squeeze([-1]).mul(1 / (15 * (n + 1))) // [B, n, n]
}

/** Coordinates (i h, j h) of the nodes: [1, n, n, 2]. */
export function coordinates(n: number): Tensor {
  const at = Float32Array.from({ length: n * n * 2 }, (_, c) => {
    const node = c % 2 === 0 ? Math.floor(c / 2 / n) : Math.floor(c / 2) % n
    return (node + 1) / (n + 1)
  })
  return tf.tensor(at, [1, n, n, 2])
}

/** Zeros after the last row and column: [B, n, n, C] → [B, size, size, C]. */
export function padTo(x: Tensor, size: number): Tensor {
  const more = size - x.shape[1]!
  return more === 0
    ? x
    : tf.pad(x, [
        [0, 0],
        [0, more],
        [0, more],
        [0, 0],
      ])
}

/** The first n rows and columns: [B, size, size, C] → [B, n, n, C]. */
export function cropTo(x: Tensor, n: number): Tensor {
  const [batch, size, , channels] = x.shape as [number, number, number, number]
  return size === n ? x : x.slice([0, 0, 0, 0], [batch, n, n, channels])
}
