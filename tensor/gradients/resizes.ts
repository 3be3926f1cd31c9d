/**
 * Gradients of resizes, [B, h, w, C].
 *
 * ResizeNearestNeighbor: upstream's kernel is wrong for every image of a batch but the first, in silence.
 * ResizeBilinear: upstream's kernel swaps height and width.
 */
import * as tf from '@tensorflow/tfjs'
import { bilinear, nearest, type Resize, transposed } from '../interpolation.ts'
import type { Tensor } from '../types.ts'
import { setGradient } from './register.ts'

type Image = [number, number, number, number]

setGradient('ResizeNearestNeighbor', ['images'], (dy, [images], attrs) => ({
  images: () => {
    const [batch, height, width, channels] = images!.shape as Image
    const [down, across] = [dy.shape[1]! / height, dy.shape[2]! / width]
    const plain = !attrs.alignCorners && !attrs.halfPixelCenters
    if (!plain || !Number.isInteger(down) || !Number.isInteger(across))
      return resizeBack(dy, images!.shape as Image, nearest, attrs as unknown as Resize)
    return dy.reshape([batch, height, down, width, across, channels]).sum([2, 4])
  },
}))

setGradient('ResizeBilinear', ['images'], (dy, [images], attrs) => ({
  images: () => resizeBack(dy, images!.shape as Image, bilinear, attrs as unknown as Resize),
}))

/** dx[b, i, j, c] = Σ A[p, i] B[q, j] dy[b, p, q, c]. */
function resizeBack(
  dy: Tensor,
  [batch, height, width, channels]: Image,
  law: typeof bilinear,
  attrs: Resize,
): Tensor {
  const [, tall, wide] = dy.shape as Image
  const rows = tf.tensor(transposed(law(height, tall, attrs), tall, height), [1, height, tall])
  const columns = tf.tensor(transposed(law(width, wide, attrs), wide, width), [1, width, wide])
  const down = rows.matMul(dy.reshape([batch, tall, wide * channels])) // [B, h, W C]
  const across = columns.matMul(down.reshape([batch * height, wide, channels])) // [B h, w, C]
  return across.reshape([batch, height, width, channels])
}
