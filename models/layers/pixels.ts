/** Squares of f × f places and f² times the channels, there and back. Letters: B batch, n grid, f factor, C channels. */
import type { Tensor } from '../../tensor/index.ts'

/** [B, n, n, f² C] → [B, f n, f n, C]; out[f r + i, f c + j] is channel block f i + j of x[r, c]. */
export function depthToSpace(x: Tensor, factor: number): Tensor {
  const [batch, height, width, deep] = x.shape as [number, number, number, number]
  const rows = x.reshape([batch * height, width, factor, deep / factor]) // [B n, n, i, (j, C)]
  const sorted = rows.transpose([0, 2, 1, 3]) // [B n, i, n, (j, C)]
  return sorted.reshape([batch, factor * height, factor * width, deep / factor ** 2])
}

/** [B, f n, f n, C] → [B, n, n, f² C]: undoes depthToSpace. */
export function spaceToDepth(x: Tensor, factor: number): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const [h, w] = [height / factor, width / factor]
  const rows = x.reshape([batch * h, factor, w, factor * channels]).transpose([0, 2, 1, 3]) // [B n, n, i, (j, C)]
  return rows.reshape([batch, h, w, factor ** 2 * channels])
}
