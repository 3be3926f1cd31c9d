/** Cases for windows beyond the common ones: one and three dimensions, depthwise, pads by hand, transposed in depth. */
import { tf } from '../../../tensor/index.ts'
import type { Tensor } from '../../../tensor/types.ts'
import { type Case, real, tied } from './harness.ts'

type Image = tf.Tensor4D
type Volume = tf.Tensor5D
type Pad = 'same' | 'valid' | number

export const windowCases: Case[] = [
  ...lines('conv1d 3 same', [3, 2, 3], 1, 'same', 1, [
    [2, 7, 2],
    [1, 1, 2],
  ]),
  ...lines('conv1d 4 valid by 2', [4, 1, 2], 2, 'valid', 1, [[2, 9, 1]]),
  ...lines('conv1d 3 dilated by 2', [3, 2, 2], 1, 'same', 2, [[2, 8, 2]]),
  ...volumes('conv3d 2×2×2 same', [2, 2, 2, 2, 3], 1, 'same', 1, [
    [2, 3, 4, 3, 2],
    [1, 1, 2, 1, 2],
  ]),
  ...volumes('conv3d 3×2×1 valid by 2', [3, 2, 1, 1, 2], 2, 'valid', 1, [[1, 5, 4, 3, 1]]),
  ...volumes('conv3d 2×2×2 same by 2', [2, 2, 2, 1, 2], 2, 'same', 1, [[1, 3, 4, 5, 1]]),
  ...volumes('conv3d dilated by 2', [2, 2, 2, 1, 2], 1, 'same', 2, [[1, 4, 3, 4, 1]]),
  {
    name: 'conv3d transposed by 2',
    inputs: [real([1, 2, 3, 2, 2]), real([2, 2, 2, 1, 2])],
    f: (x, w) => tf.conv3dTranspose(x as Volume, w as Volume, [1, 4, 6, 4, 1], 2, 'same'),
  },
  {
    name: 'conv3d transposed, odd',
    inputs: [real([1, 2, 2, 2, 1]), real([3, 3, 3, 2, 1])],
    f: (x, w) => tf.conv3dTranspose(x as Volume, w as Volume, [1, 3, 4, 3, 2], 2, 'same'),
  },
  ...depthwise('3×3 same', [3, 3, 2, 1], 1, 'same', 1, [
    [2, 4, 5, 2],
    [1, 1, 1, 2],
  ]),
  ...depthwise('3×2, two each', [3, 2, 3, 2], 1, 'valid', 1, [[2, 4, 3, 3]]),
  ...depthwise('3×3 by 2, two each', [3, 3, 2, 2], 2, 'same', 1, [[1, 5, 4, 2]]),
  ...depthwise('dilated by 2', [3, 2, 2, 1], 1, 'same', 2, [
    [1, 5, 4, 2],
    [2, 3, 3, 2],
  ]),
  {
    name: 'separable 3×3',
    inputs: [real([1, 4, 3, 2]), real([3, 3, 2, 2]), real([1, 1, 4, 3])],
    f: (x, d, p) => tf.separableConv2d(x as Image, d as Image, p as Image, 1, 'same'),
  },
  ...rounded('ceil'),
  ...rounded('floor'),
  ...planes('conv 1×1 padded by 1', [1, 1, 2, 2], 1, 1, [[1, 3, 2, 2]]),
  ...planes('conv 2×2 padded by hand', [2, 2, 1, 2], 1, HAND(), [[2, 3, 4, 1]]),
  ...planes('conv 3×3 by 2 padded by hand', [3, 3, 1, 2], 2, HAND(), [[1, 4, 5, 1]]),
  ...pools('2×2×2 by 2', 2, 2, 'valid', [
    [1, 4, 2, 4, 2],
    [1, 3, 5, 2, 1],
  ]),
  ...pools('2×2×2 by 1 same', 2, 1, 'same', [[1, 3, 2, 3, 1]]),
  ...pools('3×3×3 by 2 same', 3, 2, 'same', [[1, 4, 3, 5, 1]]),
  ...fused(),
  ...batchNorms(),
]

function HAND(): [[number, number], [number, number], [number, number], [number, number]] {
  return [
    [0, 0],
    [1, 0],
    [0, 2],
    [0, 0],
  ]
}

function lines(
  name: string,
  filter: number[],
  stride: number,
  pad: Pad,
  dilation: number,
  shapes: readonly number[][],
): Case[] {
  return shapes.map((shape) => ({
    name: `${name} [${shape}]`,
    inputs: [real(shape), real(filter)],
    f: (x, w) => tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, stride, pad, 'NWC', dilation),
  }))
}

function planes(
  name: string,
  filter: number[],
  stride: number,
  pad: Pad | ReturnType<typeof HAND>,
  shapes: readonly number[][],
): Case[] {
  return shapes.map((shape) => ({
    name: `${name} [${shape}]`,
    inputs: [real(shape), real(filter)],
    f: (x, w) => tf.conv2d(x as Image, w as Image, stride, pad),
  }))
}

/** Windows that do not fit: one more place that reaches beyond the image, or none. */
function rounded(mode: 'ceil' | 'floor'): Case[] {
  const [image, filter] = [
    [1, 6, 5, 1],
    [3, 3, 1, 2],
  ] as const
  return [
    {
      name: `conv 3×3 by 2 padded by 1, ${mode}`,
      inputs: [real(image), real(filter)],
      f: (x, w) => tf.conv2d(x as Image, w as Image, 2, 1, 'NHWC', 1, mode),
    },
    {
      name: `max pool 3×3 by 2 padded by 1, ${mode}`,
      inputs: [real(image)],
      f: (x) => tf.maxPool(x as Image, 3, 2, 1, mode),
      kinked: true,
    },
    {
      name: `avg pool 3×3 by 2 padded by 1, ${mode}`,
      inputs: [real(image)],
      f: (x) => tf.avgPool(x as Image, 3, 2, 1, mode),
    },
  ]
}

function volumes(
  name: string,
  filter: number[],
  stride: number,
  pad: 'same' | 'valid',
  dilation: number,
  shapes: readonly number[][],
): Case[] {
  return shapes.map((shape) => ({
    name: `${name} [${shape}]`,
    inputs: [real(shape), real(filter)],
    f: (x, w) => tf.conv3d(x as Volume, w as Volume, stride, pad, 'NDHWC', dilation),
  }))
}

function depthwise(
  name: string,
  filter: number[],
  stride: number,
  pad: Pad,
  dilation: number,
  shapes: readonly number[][],
): Case[] {
  return shapes.map((shape) => ({
    name: `depthwise ${name} [${shape}]`,
    inputs: [real(shape), real(filter)],
    f: (x, w) => tf.depthwiseConv2d(x as Image, w as Image, stride, pad, 'NHWC', dilation),
  }))
}

function pools(
  name: string,
  size: number,
  stride: number,
  pad: 'same' | 'valid',
  shapes: readonly number[][],
): Case[] {
  const max = (x: Tensor) => tf.maxPool3d(x as Volume, size, stride, pad)
  return shapes.flatMap((shape) => [
    { name: `max pool ${name} [${shape}]`, inputs: [real(shape)], f: max, kinked: true },
    { name: `max pool ${name} [${shape}] of ties`, inputs: [tied(shape)], f: max, kinked: true },
    {
      name: `avg pool ${name} [${shape}]`,
      inputs: [real(shape)],
      f: (x) => tf.avgPool3d(x as Volume, size, stride, pad),
    },
  ])
}

/** Forward alone: with a gradient TensorFlow.js takes them apart itself. */
function fused(): Case[] {
  const activations = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const
  return activations.flatMap((activation, i): Case[] => [
    {
      name: `fused conv, ${activation}`,
      inputs: [real([2, 4, 1 + (i % 3), 2]), real([3, 3, 2, 3]), real([3]), real([3])],
      f: (x, filter, bias, slopes) =>
        tf.fused.conv2d({
          x: x as Image,
          filter: filter as Image,
          strides: 1,
          pad: 'same',
          bias,
          activation,
          leakyreluAlpha: 0.3,
          preluActivationWeights: slopes,
        }),
      gradient: false,
    },
    {
      name: `fused depthwise, ${activation}`,
      inputs: [real([1, 4, 1 + (i % 3), 2]), real([3, 3, 2, 1]), real([2]), real([2])],
      f: (x, filter, bias, slopes) =>
        tf.fused.depthwiseConv2d({
          x: x as Image,
          filter: filter as Image,
          strides: 1,
          pad: 'same',
          bias,
          activation,
          leakyreluAlpha: 0.3,
          preluActivationWeights: slopes,
        }),
      gradient: false,
    },
    {
      name: `fused matMul, ${activation}`,
      inputs: [real([1 + (i % 3), 3]), real([3, 2]), real([2]), real([2])],
      f: (a, b, bias, slopes) =>
        tf.fused.matMul({ a, b, bias, activation, preluActivationWeights: slopes, leakyreluAlpha: 0.3 }),
      gradient: false,
    },
  ])
}

function batchNorms(): Case[] {
  const of = (shape: number[], f: Case['f'], inputs: Case['inputs']): Case => ({
    name: `batchNorm [${shape}] of ${inputs.length}`,
    inputs,
    f,
  })
  return [
    of([2, 3, 2, 4], (x, m, v) => tf.batchNorm(x, m as tf.Tensor1D, v as tf.Tensor1D), [
      real([2, 3, 2, 4]),
      real([4]),
      real([4], 0.5, 2),
    ]),
    of(
      [3, 1, 1, 2],
      (x, m, v, o, s) =>
        tf.batchNorm(x, m as tf.Tensor1D, v as tf.Tensor1D, o as tf.Tensor1D, s as tf.Tensor1D),
      [real([3, 1, 1, 2]), real([2]), real([2], 0.5, 2), real([2]), real([2])],
    ),
    ...[
      [2, 3, 1, 2],
      [1, 2, 2, 1],
      [2, 2, 3, 3],
    ].map((shape) => {
      const row = [shape.at(-1)!]
      const inputs = [real(shape), real(row), real(row, 0.5, 2), real(row), real(row)]
      return of(shape, upstreamNorm, inputs)
    }),
    of(
      [5, 3],
      (x, m, v, o, s) =>
        tf.batchNorm(x, m as tf.Tensor1D, v as tf.Tensor1D, o as tf.Tensor1D, s as tf.Tensor1D, 1e-3),
      [real([5, 3]), real([3]), real([3], 0.5, 2), real([3]), real([3])],
    ),
  ]
}

/** The one that the kernel of TensorFlow.js does; it needs a scale. */
function upstreamNorm(x: Tensor, mean: Tensor, variance: Tensor, offset: Tensor, scale: Tensor): Tensor {
  const [m, v] = [mean, variance] as [tf.Tensor1D, tf.Tensor1D]
  return tf.batchNorm4d(x as Image, m, v, offset as tf.Tensor1D, scale as tf.Tensor1D)
}
