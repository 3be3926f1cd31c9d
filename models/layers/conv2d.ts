import type { Init } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { linear } from './linear.ts'
import { depthToSpace } from './pixels.ts'

export interface ConvShape {
  inputs: number
  outputs: number
  dilation?: number // places between the taps of the window, 1 by default
}

/** Cross-correlation with a 3 × 3 window and a bias, zeros outside: [B, h, w, inputs] → [B, h, w, outputs]. */
export function conv2d(init: Init, name: string, shape: ConvShape): (x: Tensor) => Tensor {
  const { inputs, outputs, dilation = 1 } = shape
  const filter = init.weight(`${name}/filter`, [3, 3, inputs, outputs], 'he')
  const bias = init.weight(`${name}/bias`, [outputs], 'zeros')
  return (x) => tf.conv2d(x as Tensor4D, filter as Tensor4D, 1, 'same', 'NHWC', dilation).add(bias)
}

/** The largest of each 2 × 2 window: [B, h, w, C] → [B, h/2, w/2, C]. h and w even. */
export function halve(x: Tensor): Tensor {
  return tf.maxPool(x as Tensor4D, 2, 2, 'valid')
}

/**
 * Transposed convolution with a 2 × 2 window and stride 2: [B, h, w, inputs] → [B, 2h, 2w, outputs]. Windows do
 * not overlap, so it is a linear map to the four pixels (i, j) of each window, out[2r + i, 2c + j] = x[r, c]
 * W_ij + b, followed by sorting the pixels into rows: one matrix product and one transpose.
 */
export function double(
  init: Init,
  name: string,
  { inputs, outputs }: Omit<ConvShape, 'dilation'>,
): (x: Tensor) => Tensor {
  const pixels = linear(init, name, { inputs, outputs: 4 * outputs, bias: false, scheme: 'he' })
  const bias = init.weight(`${name}/bias`, [outputs], 'zeros')
  return (x) => depthToSpace(pixels(x), 2).add(bias)
}

type Tensor4D = Parameters<typeof tf.conv2d>[1]
