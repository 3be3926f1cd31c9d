/**
 * Convolutions in two and three dimensions. TensorFlow.js keeps images as [B, sides…, C] and filters as [size…, in, out];
 * ONNX wants [B, C, sides…] and [out, in, size…]. Both correlate (no flip). Letters: P places of the output, batch included.
 */
import { type Attrs, type KernelNode, type Shape, sizeOf, type Value } from '../graph.ts'
import { convolution, depthwise, type Window } from '../shapes/windows.ts'
import type { BiasRule } from './bias.ts'
import { comesInBlocks, convolvedInBlocks, separatedInBlocks, spreadInBlocks } from './blocks.ts'
import type { Builder, LowerRule } from './builder.ts'
import { reversed } from './structure.ts'
import { convolvedByTaps, padImage, spreadByTaps, tap, tapsOf } from './taps.ts'

const dense: Kind = {
  separate: false,
  geometry: convolution,
  groups: () => 1,
  outFirst,
  turned,
  tapGradient: byProduct,
}
const byChannels: Kind = {
  separate: true,
  geometry: depthwise,
  groups: (filter) => filter.at(-2)!,
  outFirst: channelByChannel,
  turned: undefined,
  tapGradient: byChannel,
}

export const convolutionRules: Record<string, LowerRule> = {
  Conv2D: forward(dense),
  Conv2DBackpropInput: byImage(dense),
  Conv2DBackpropFilter: byFilter(dense),
  Conv3D: forward(dense),
  Conv3DBackpropInputV2: byImage(dense),
  Conv3DBackpropFilterV2: byFilter(dense),
  DepthwiseConv2dNative: forward(byChannels),
  DepthwiseConv2dNativeBackpropInput: byImage(byChannels),
  DepthwiseConv2dNativeBackpropFilter: byFilter(byChannels),
}

/** How filters meet channels: all with all, or each with its own. */
interface Kind {
  separate: boolean
  geometry(x: Shape, filter: Shape, attrs: Attrs): { window: Window }
  groups(filter: Shape): number
  outFirst(g: Builder, filter: Value): string
  turned: ((g: Builder, filter: Value) => string) | undefined
  /** Gradient by one tap of the filter: what the tap sees [P, in], and dy [P, out]. */
  tapGradient(g: Builder, seen: string, dy: string, sides: TapSides): string
}
interface TapSides {
  pixels: number
  inputs: number
  outputs: number // of the filter: its last side
}

/** With one number a channel added. In double precision there is no place for it. */
export const biasedConvolutions: Record<string, BiasRule> = {
  Conv2D: biased(dense),
  Conv3D: biased(dense),
  DepthwiseConv2dNative: biased(byChannels),
}

function biased(kind: Kind): BiasRule {
  return (node, bias, g) => (g.precision === 'float64' ? undefined : (forward(kind, bias)(node, g) as string))
}

function forward({ separate, geometry, groups, outFirst }: Kind, bias?: string): LowerRule {
  return (node, g) => {
    const [x, filter] = [named(node, 'x'), named(node, 'filter')]
    const { window } = geometry(x.shape, filter.shape, node.attrs)
    if (g.precision === 'float64') return convolvedByTaps(g, x, { value: filter, separate }, window)
    if (comesInBlocks(g, filter.shape, separate)) {
      const geometry = attributesOf(window)
      if (!separate) return convolvedInBlocks(g, x, filter, window, geometry, bias)
      return separatedInBlocks(g, x, g.of(filter), filter.shape, node.outputs[0]!.shape, geometry, bias)
    }
    const attributes = { ...attributesOf(window), group: groups(filter.shape) }
    const operands = [
      channelsFirst(g, g.of(x), x),
      outFirst(g, filter),
      ...(bias === undefined ? [] : [bias]),
    ]
    return channelsLast(g, g.add('Conv', operands, attributes), x)
  }
}

/** The gradient by the image; also the transposed convolution. */
function byImage({ separate, geometry, groups, outFirst, turned }: Kind): LowerRule {
  return (node, g) => {
    const [dy, filter] = [named(node, 'dy'), named(node, 'filter')]
    const [dx] = node.outputs
    const { window } = geometry(dx!.shape, filter.shape, node.attrs)
    if (g.precision === 'float64') return spreadByTaps(g, dy, { value: filter, separate }, window)
    const around = full(window)
    const isTurned = window.strides.every((by) => by === 1) && around.pads.every((pad) => pad >= 0)
    if (isTurned && comesInBlocks(g, filter.shape, separate)) {
      const backwards = halfTurned(g, filter)
      if (!separate) return spreadInBlocks(g, dy, backwards, filter.shape, dx!.shape, around)
      return separatedInBlocks(g, dy, backwards, filter.shape, dx!.shape, around)
    }
    const dyFirst = channelsFirst(g, g.of(dy), dy)
    if (turned !== undefined && isTurned)
      return channelsLast(g, g.add('Conv', [dyFirst, turned(g, filter)], around), dy)
    const attributes = { ...attributesOf(window), output_padding: window.unseen, group: groups(filter.shape) }
    return channelsLast(g, g.add('ConvTranspose', [dyFirst, outFirst(g, filter)], attributes), dy)
  }
}

/**
 * The gradient by the filter: for each tap the image shifted by it, as a matrix of pixels × channels, transposed,
 * times dy. One Gemm a tap is faster here, and leaner, than one Gemm over all shifts side by side.
 */
function byFilter({ geometry, tapGradient }: Kind): LowerRule {
  return (node, g) => {
    const [x, dy] = [named(node, 'x'), named(node, 'dy')]
    const filterShape = node.attrs.filterShape as number[]
    const { window } = geometry(x.shape, filterShape, node.attrs)
    const sides: TapSides = {
      pixels: sizeOf(dy.shape.slice(0, -1)),
      inputs: filterShape.at(-2)!,
      outputs: filterShape.at(-1)!,
    }
    const padded = padImage(g, g.of(x), window)
    const columns = g.reshape(g.of(dy), [sides.pixels, dy.shape.at(-1)!])
    const taps = tapsOf(window.size).map((at) => {
      const seen = g.reshape(tap(g, padded, at, window), [sides.pixels, sides.inputs])
      return tapGradient(g, seen, columns, sides)
    })
    const stacked = taps.length > 1 ? g.add('Concat', taps, { axis: 0 }) : taps[0]!
    return g.reshape(stacked, filterShape)
  }
}

/** [B, sides…, C] → [B, C, sides…]; `like` has the rank. */
export function channelsFirst(g: Builder, image: string, { shape: { length } }: { shape: Shape }): string {
  return g.transpose(image, [0, length - 1, ...spatial(length)])
}

export function channelsLast(g: Builder, image: string, { shape: { length } }: { shape: Shape }): string {
  return g.transpose(image, [0, ...spatial(length).map((axis) => axis + 1), 1])
}

/** Window, stride, dilation and pads as ONNX spells them. */
export function attributesOf({ size, strides, dilations, before, after }: Window) {
  return { kernel_shape: size, strides, dilations, pads: [...before, ...after] }
}

export function named(node: KernelNode, name: string): Value {
  return node.inputs[node.names.indexOf(name)]!
}

function spatial(rank: number): number[] {
  return [...Array(rank - 2).keys()].map((i) => i + 1)
}

function outFirst(g: Builder, filter: Value): string {
  const n = filter.shape.length - 2
  return g.transpose(g.of(filter), [n + 1, n, ...Array(n).keys()]) // [out, in, size…]
}

/** [kh, kw, in, multiplier] → [in · multiplier, 1, kh, kw]. */
function channelByChannel(g: Builder, filter: Value): string {
  const [kh, kw, inputs, multiplier] = filter.shape as [number, number, number, number]
  return g.reshape(g.transpose(g.of(filter), [2, 3, 0, 1]), [inputs * multiplier, 1, kh, kw])
}

/** The filter turned half round, with inputs for outputs: [in, out, size…]. */
function turned(g: Builder, filter: Value): string {
  const n = filter.shape.length - 2
  return g.transpose(halfTurned(g, filter), [n, n + 1, ...Array(n).keys()])
}

/** [size…, in, out] → the same, backwards on all axes of the window. */
function halfTurned(g: Builder, filter: Value): string {
  const axes = [...Array(filter.shape.length - 2).keys()].filter((axis) => filter.shape[axis] !== 1)
  return reversed(g, g.of(filter), axes)
}

/** Every overlap of filter and dy counts: pads are (k − 1) · dilation less those of the forward pass. */
function full({ size, dilations, before, after }: Window) {
  const reach = size.map((k, i) => (k - 1) * dilations[i]!)
  const pads = [...reach.map((r, i) => r - before[i]!), ...reach.map((r, i) => r - after[i]!)]
  return { kernel_shape: size, dilations, pads }
}

function byProduct(g: Builder, seen: string, dy: string): string {
  return g.add('Gemm', [seen, dy], { transA: 1 }) // [in, out]
}

/** Σ over pixels of what a channel saw times each of its own outputs: [in, multiplier]. */
function byChannel(g: Builder, seen: string, dy: string, { pixels, inputs, outputs }: TapSides): string {
  const products = g.add('Mul', [
    g.reshape(seen, [pixels, inputs, 1]),
    g.reshape(dy, [pixels, inputs, outputs]),
  ])
  return g.add('ReduceSum', [products, g.ints([0])], { keepdims: 0 })
}
