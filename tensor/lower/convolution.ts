/**
 * Convolutions. TensorFlow.js keeps images as [B, h, w, C] and filters as [kh, kw, in, out]; ONNX wants [B, C, h, w] and
 * [out, in, kh, kw]. Both correlate (no flip), and 'same' pads the bottom right when it cannot be even, which `pads` says.
 */
import type { KernelNode, Shape, Value } from '../graph.ts'
import { convolution, type Window } from '../shapes/image.ts'
import type { Builder, LowerRule } from './builder.ts'
import { reversed, slice } from './structure.ts'

export const convolutionRules: Record<string, LowerRule> = {
  Conv2D(node, g) {
    const [x, filter] = [named(node, 'x'), named(node, 'filter')]
    const window = convolution(x.shape, filter.shape, node.attrs)
    const attributes = { ...geometry(window), dilations: [window.dilationHeight, window.dilationWidth] }
    return channelsLast(g, g.add('Conv', [channelsFirst(g, g.of(x)), outFirst(g, filter)], attributes))
  },
  /** The gradient by the image; also the transposed convolution. */
  Conv2DBackpropInput(node, g) {
    const [dy, filter] = [named(node, 'dy'), named(node, 'filter')]
    const [dx] = node.outputs
    const window = convolution(dx!.shape, filter.shape, node.attrs)
    const dyFirst = channelsFirst(g, g.of(dy))
    if (window.strideHeight === 1 && window.strideWidth === 1)
      return channelsLast(g, g.add('Conv', [dyFirst, turned(g, filter)], full(window)))
    const attributes = { ...geometry(window), output_padding: leftOver(dx!.shape, dy.shape, window) }
    return channelsLast(g, g.add('ConvTranspose', [dyFirst, outFirst(g, filter)], attributes))
  },
  /**
   * The gradient by the filter: for each tap (i, j) the image shifted by it, as a matrix of pixels × channels, transposed,
   * times dy. One Gemm a tap is faster here, and leaner, than one Gemm over all shifts side by side.
   */
  Conv2DBackpropFilter(node, g) {
    const [x, dy] = [named(node, 'x'), named(node, 'dy')]
    const filterShape = node.attrs.filterShape as number[]
    const window = convolution(x.shape, filterShape, node.attrs)
    const [kh, kw, inputs, outputs] = filterShape as [number, number, number, number]
    const pixels = dy.shape[0]! * dy.shape[1]! * dy.shape[2]!
    const padded = padImage(g, g.of(x), window)
    const columns = g.reshape(g.of(dy), [pixels, outputs])
    const taps: string[] = []
    for (let i = 0; i < kh; i++)
      for (let j = 0; j < kw; j++) {
        const shifted = tap(g, padded, i, j, window)
        taps.push(g.add('Gemm', [g.reshape(shifted, [pixels, inputs]), columns], { transA: 1 }))
      }
    const stacked = taps.length > 1 ? g.add('Concat', taps, { axis: 0 }) : taps[0]!
    return g.reshape(stacked, filterShape)
  },
}

export function channelsFirst(g: Builder, image: string): string {
  return g.transpose(image, [0, 3, 1, 2])
}

export function channelsLast(g: Builder, image: string): string {
  return g.transpose(image, [0, 2, 3, 1])
}

export function pads({ padInfo: { top, left, bottom, right } }: Window): number[] {
  return [top, left, bottom, right]
}

/** Window, stride and pads as ONNX spells them. */
export function geometry(window: Window) {
  return {
    kernel_shape: [window.filterHeight, window.filterWidth],
    strides: [window.strideHeight, window.strideWidth],
    pads: pads(window),
  }
}

/** Rows and columns at the end of the image that no window reached: a transposed convolution must add them. */
export function leftOver(image: Shape, small: Shape, window: Window): number[] {
  const { padInfo: pad, strideHeight, strideWidth, filterHeight, filterWidth } = window
  const reached = (count: number, stride: number, size: number) => (count - 1) * stride + size
  return [
    image[1]! - (reached(small[1]!, strideHeight, filterHeight) - pad.top - pad.bottom),
    image[2]! - (reached(small[2]!, strideWidth, filterWidth) - pad.left - pad.right),
  ]
}

export function named(node: KernelNode, name: string): Value {
  return node.inputs[node.names.indexOf(name)]!
}

function outFirst(g: Builder, filter: Value): string {
  return g.transpose(g.of(filter), [3, 2, 0, 1]) // [out, in, kh, kw]
}

/** The filter turned half round, with inputs for outputs: [in, out, kh, kw]. */
function turned(g: Builder, filter: Value): string {
  const axes = [0, 1].filter((axis) => filter.shape[axis] !== 1)
  return g.transpose(reversed(g, g.of(filter), axes), [2, 3, 0, 1])
}

/** Every overlap of filter and dy counts: pads are k − 1 less those of the forward pass. */
function full({ filterHeight: kh, filterWidth: kw, padInfo: { top, left, bottom, right } }: Window) {
  return { kernel_shape: [kh, kw], pads: [kh - 1 - top, kw - 1 - left, kh - 1 - bottom, kw - 1 - right] }
}

function padImage(g: Builder, image: string, window: Window): string {
  const [top, left, bottom, right] = pads(window)
  if (!top && !left && !bottom && !right) return image
  return g.add('Pad', [image, g.ints([0, top!, left!, 0, 0, bottom!, right!, 0])])
}

/** The pixel that tap (i, j) sees from each place of the output. */
function tap(g: Builder, image: string, i: number, j: number, window: Window): string {
  const { outHeight, outWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = window
  const [top, left] = [i * dilationHeight, j * dilationWidth]
  const end = [top + (outHeight - 1) * strideHeight + 1, left + (outWidth - 1) * strideWidth + 1]
  return slice(g, image, [top, left], end, [1, 2], [strideHeight, strideWidth])
}
