/** Cases for convolutions, pools and resizes: odd and even sides, strides that do not fit, padded borders, batches. */
import { tf } from '../../../tensor/index.ts'
import type { Tensor } from '../../../tensor/types.ts'
import { type Case, real, tied } from './harness.ts'

type Image = tf.Tensor4D
type Pad = 'same' | 'valid' | number
type Size = [number, number]

export const imageCases: Case[] = [
  ...convolutions('conv 3×3 same', [3, 3, 3, 4], 1, 'same', 1, [
    [2, 6, 6, 3],
    [1, 5, 7, 3],
    [2, 1, 4, 3],
  ]),
  ...convolutions('conv 3×3 same by 2', [3, 3, 2, 3], 2, 'same', 1, [
    [2, 8, 9, 2],
    [1, 5, 4, 2],
    [1, 2, 2, 2],
  ]),
  ...convolutions('conv 3×2 valid', [3, 2, 2, 1], 1, 'valid', 1, [
    [2, 6, 5, 2],
    [1, 3, 2, 2],
  ]),
  ...convolutions('conv 2×2 valid by 2', [2, 2, 2, 3], 2, 'valid', 1, [
    [2, 6, 8, 2],
    [1, 7, 5, 2],
  ]),
  ...convolutions('conv 1×1', [1, 1, 3, 2], 1, 'same', 1, [
    [2, 4, 5, 3],
    [1, 1, 1, 3],
  ]),
  ...convolutions('conv 1×1 by 2', [1, 1, 3, 2], 2, 'valid', 1, [[2, 5, 4, 3]]),
  ...convolutions('conv 5×5 by 3, padded by 1', [5, 5, 1, 2], 3, 1, 1, [[1, 9, 11, 1]]),
  ...convolutions('conv by 2 and 1', [3, 3, 2, 2], [2, 1], 'same', 1, [[1, 6, 5, 2]]),
  ...convolutions('conv dilated by 2, same', [3, 3, 2, 3], 1, 'same', 2, [
    [2, 9, 8, 2],
    [1, 4, 4, 2],
  ]),
  ...convolutions('conv dilated by 3 and 1, valid', [3, 2, 2, 2], 1, 'valid', [3, 1], [[1, 8, 5, 2]]),
  transposed('conv transposed 4×4 by 2', [4, 4, 3, 2], [2, 4, 5, 2], [2, 8, 10, 3], 2, 'same'),
  transposed('conv transposed 2×2 by 2', [2, 2, 3, 2], [1, 3, 4, 2], [1, 6, 8, 3], 2, 'valid'),
  transposed('conv transposed 3×3 by 2, odd', [3, 3, 1, 2], [1, 4, 4, 2], [1, 7, 8, 1], 2, 'same'),
  transposed('conv transposed 3×3', [3, 3, 3, 2], [1, 4, 5, 2], [1, 4, 5, 3], 1, 'same'),
  ...pools('2×2 by 2', 2, 2, 'valid', [
    [2, 8, 6, 3],
    [1, 2, 2, 1],
    [1, 5, 7, 2],
  ]),
  ...pools('2×2 by 2 same', 2, 2, 'same', [
    [2, 4, 4, 2],
    [1, 5, 7, 2],
  ]),
  ...pools('3×3 by 2 same', 3, 2, 'same', [
    [2, 9, 8, 3],
    [1, 4, 5, 1],
  ]),
  ...pools('3×2 by 1', [3, 2], 1, 'valid', [[1, 5, 4, 2]]),
  ...resizes('nearest', (x, size) => tf.image.resizeNearestNeighbor(x, size)),
  ...resizes('nearest, corners', (x, size) => tf.image.resizeNearestNeighbor(x, size, true)),
  ...resizes('nearest, half', (x, size) => tf.image.resizeNearestNeighbor(x, size, false, true)),
  ...resizes('bilinear', (x, size) => tf.image.resizeBilinear(x, size)),
  ...resizes('bilinear, corners', (x, size) => tf.image.resizeBilinear(x, size, true)),
  ...resizes('bilinear, half', (x, size) => tf.image.resizeBilinear(x, size, false, true)),
]

function convolutions(
  name: string,
  filter: Image['shape'],
  strides: number | Size,
  pad: Pad,
  dilations: number | Size,
  images: readonly number[][],
): Case[] {
  return images.map((image) => ({
    name: `${name} [${image}]`,
    inputs: [real(image), real(filter)],
    f: (x, w) => tf.conv2d(x as Image, w as Image, strides, pad, 'NHWC', dilations),
  }))
}

function transposed(
  name: string,
  filter: number[],
  image: number[],
  shape: Image['shape'],
  stride: number,
  pad: Pad,
): Case {
  const f = (x: Tensor, w: Tensor) => tf.conv2dTranspose(x as Image, w as Image, shape, stride, pad)
  return { name, inputs: [real(image), real(filter)], f }
}

function pools(
  name: string,
  window: number | Size,
  stride: number,
  pad: Pad,
  images: readonly number[][],
): Case[] {
  return images.flatMap((image) => [
    {
      name: `max pool ${name} [${image}]`,
      inputs: [real(image)],
      f: (x: Tensor) => tf.maxPool(x as Image, window, stride, pad),
      kinked: true,
    },
    {
      name: `max pool ${name} [${image}] of ties`,
      inputs: [tied(image)],
      f: (x: Tensor) => tf.maxPool(x as Image, window, stride, pad),
      kinked: true,
    },
    {
      name: `avg pool ${name} [${image}]`,
      inputs: [real(image)],
      f: (x: Tensor) => tf.avgPool(x as Image, window, stride, pad),
    },
  ])
}

function resizes(name: string, f: (x: Image, size: Size) => Tensor): Case[] {
  const of = (image: number[], size: Size): Case => ({
    name: `${name} [${image}] to [${size}]`,
    inputs: [real(image)],
    f: (x) => f(x as Image, size),
  })
  return [
    of([2, 4, 3, 2], [8, 9]),
    of([2, 4, 5, 1], [7, 3]),
    of([1, 1, 2, 2], [3, 2]),
    of([1, 4, 4, 1], [4, 4]),
  ]
}
