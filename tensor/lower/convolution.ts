/**
 * Convolutions in two and three dimensions. TensorFlow.js keeps images as [B, sides…, C] and filters as [size…, in, out];
 * ONNX wants [B, C, sides…] and [out, in, size…]. Both correlate (no flip).
 */
import type { Attrs, KernelNode, Shape, Value } from '../graph.ts'
import { convolution, depthwise, type Window } from '../shapes/windows.ts'
import type { BiasRule } from './bias.ts'
import { comesInBlocks, convolvedInBlocks, separatedInBlocks, spreadInBlocks } from './blocks.ts'
import type { Builder, LowerRule } from './builder.ts'
import { channelsFirst, channelsLast } from './channels.ts'
import { byChannels, byProducts, type FilterGradient } from './filter-gradients.ts'
import { reversed } from './structure.ts'
import { convolvedByTaps, spreadByTaps } from './taps.ts'

const dense: Kind = {
  separate: false,
  geometry: convolution,
  groups: () => 1,
  outFirst,
  turned,
  filterGradient: byProducts,
}
const channelwise: Kind = {
  separate: true,
  geometry: depthwise,
  groups: (filter) => filter.at(-2)!,
  outFirst: channelByChannel,
  turned: undefined,
  filterGradient: byChannels,
}

export const convolutionRules: Record<string, LowerRule> = {
  Conv2D: forward(dense),
  Conv2DBackpropInput: byImage(dense),
  Conv2DBackpropFilter: byFilter(dense),
  Conv3D: forward(dense),
  Conv3DBackpropInputV2: byImage(dense),
  Conv3DBackpropFilterV2: byFilter(dense),
  DepthwiseConv2dNative: forward(channelwise),
  DepthwiseConv2dNativeBackpropInput: byImage(channelwise),
  DepthwiseConv2dNativeBackpropFilter: byFilter(channelwise),
}

/** How filters meet channels: all with all, or each with its own. */
interface Kind {
  separate: boolean
  geometry(x: Shape, filter: Shape, attrs: Attrs): { window: Window }
  groups(filter: Shape): number
  outFirst(g: Builder, filter: Value): string
  turned: ((g: Builder, filter: Value) => string) | undefined
  filterGradient(g: Builder, of: FilterGradient): string
}

/** With one number a channel added. In double precision there is no place for it. */
export const biasedConvolutions: Record<string, BiasRule> = {
  Conv2D: biased(dense),
  Conv3D: biased(dense),
  DepthwiseConv2dNative: biased(channelwise),
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

function byFilter({ geometry, filterGradient }: Kind): LowerRule {
  return (node, g) => {
    const [x, dy] = [named(node, 'x'), named(node, 'dy')]
    const filter = node.attrs.filterShape as number[]
    return filterGradient(g, { x, dy, filter, window: geometry(x.shape, filter, node.attrs).window })
  }
}

/** Window, stride, dilation and pads as ONNX spells them. */
export function attributesOf({ size, strides, dilations, before, after }: Window) {
  return { kernel_shape: size, strides, dilations, pads: [...before, ...after] }
}

export function named(node: KernelNode, name: string): Value {
  return node.inputs[node.names.indexOf(name)]!
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
