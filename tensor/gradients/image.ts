/**
 * Gradients of image kernels, [B, h, w, C].
 *
 * AvgPool: the forward pass divides by the number of pixels in the image, upstream's gradient by the size of the window:
 *   wrong at a padded border, in silence.
 * ResizeNearestNeighbor: upstream's kernel is wrong for every image of a batch but the first, in silence.
 * ResizeBilinear: upstream's kernel swaps height and width.
 * Conv2D with dilation: upstream has none.
 */
import * as tf from '@tensorflow/tfjs'
import { bilinear, nearest, type Resize, transposed } from '../interpolation.ts'
import type { Tensor } from '../types.ts'
import { setGradient } from './register.ts'

type Image = [number, number, number, number]

const convGradient = tf.getGradient('Conv2D')

setGradient('Conv2D', ['x', 'filter'], (dy, saved, attrs) => {
  const [x, filter] = saved as [Tensor, Tensor]
  const { strides, pad, dilations, dimRoundingMode } = attrs as unknown as ConvolutionAttrs
  if (tf.backend_util.tupleValuesAreOne(dilations))
    return convGradient.gradFunc(dy, saved, attrs as tf.NamedAttrMap) as Record<string, () => Tensor>
  const window = tf.backend_util.computeConv2DInfo(
    x.shape as Image,
    filter.shape as Image,
    strides,
    dilations,
    pad,
    dimRoundingMode,
  )
  return { x: () => dilatedByImage(dy, filter, window), filter: () => dilatedByFilter(dy, x, filter, window) }
})

setGradient('AvgPool', ['x'], (dy, [x], attrs) => ({
  x: () => {
    const { filterSize, strides, pad, dimRoundingMode } = attrs as unknown as PoolAttrs
    const window = tf.backend_util.computePool2DInfo(
      x!.shape as Image,
      filterSize,
      strides,
      1,
      pad,
      dimRoundingMode,
    )
    const inputs = { dy: dy.mul(borderShare(window)), input: x! }
    return tf.engine().runKernel('AvgPoolGrad', inputs, attrs as tf.NamedAttrMap) as Tensor
  },
}))

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

type Pad = 'valid' | 'same' | number
type Pair = [number, number]
interface ConvolutionAttrs {
  strides: Pair | number
  pad: Pad
  dilations: Pair | number
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
}
interface PoolAttrs extends ConvolutionAttrs {
  filterSize: Pair | number
}

/** Full size of the window over the pixels of it that lie in the image, [1, h, w, 1]; 1 inside. */
function borderShare(window: tf.backend_util.Conv2DInfo): Tensor {
  const { outHeight, outWidth, padInfo, strideHeight, strideWidth, filterHeight, filterWidth } = window
  const rows = counts(outHeight, strideHeight, filterHeight, padInfo.top, window.inHeight)
  const columns = counts(outWidth, strideWidth, filterWidth, padInfo.left, window.inWidth)
  const size = filterHeight * filterWidth
  const shares = rows.flatMap((row) => columns.map((column) => size / (row * column)))
  return tf.tensor(shares, [1, outHeight, outWidth, 1])
}

function counts(places: number, stride: number, size: number, before: number, length: number): number[] {
  return Array.from({ length: places }, (_, i) => {
    const start = i * stride - before
    return Math.min(length, start + size) - Math.max(0, start)
  })
}

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

/** dy, padded so that every overlap counts, under the filter turned half round. Stride is 1 where dilation is not. */
function dilatedByImage(dy: Tensor, filter: Tensor, window: tf.backend_util.Conv2DInfo): Tensor {
  const { padInfo: pad, dilationHeight, dilationWidth, filterHeight, filterWidth } = window
  const [tall, wide] = [(filterHeight - 1) * dilationHeight, (filterWidth - 1) * dilationWidth]
  const padded = dy.pad([
    [0, 0],
    [tall - pad.top, tall - pad.bottom],
    [wide - pad.left, wide - pad.right],
    [0, 0],
  ])
  const turned = filter.reverse([0, 1]).transpose([0, 1, 3, 2])
  return tf.conv2d(padded as tf.Tensor4D, turned as tf.Tensor4D, 1, 'valid', 'NHWC', [
    dilationHeight,
    dilationWidth,
  ])
}

/** For each tap, the image shifted by it, as pixels × channels, transposed, times dy. */
function dilatedByFilter(dy: Tensor, x: Tensor, filter: Tensor, window: tf.backend_util.Conv2DInfo): Tensor {
  const { padInfo: pad, dilationHeight, dilationWidth, outHeight, outWidth } = window
  const [kh, kw, inputs, outputs] = filter.shape as Image
  const padded = x.pad([
    [0, 0],
    [pad.top, pad.bottom],
    [pad.left, pad.right],
    [0, 0],
  ])
  const errors = dy.reshape([-1, outputs]) // [P, out]
  const taps = Array.from({ length: kh * kw }, (_, k) => {
    const begin = [0, Math.floor(k / kw) * dilationHeight, (k % kw) * dilationWidth, 0]
    const seen = padded.slice(begin, [-1, outHeight, outWidth, -1]).reshape([-1, inputs]) // [P, in]
    return seen.matMul(errors, true, false) // [in, out]
  })
  return tf.stack(taps).reshape(filter.shape)
}
