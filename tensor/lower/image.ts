/** Pools of images [B, sides…, C] in two and three dimensions, and resizes of [B, h, w, C]. */
import { type KernelNode, sizeOf } from '../graph.ts'
import { bilinear, nearest, type Resize } from '../interpolation.ts'
import { pool, type Window } from '../shapes/windows.ts'
import { imageInBlocks, pooledInBlocks } from './blocks.ts'
import type { Builder, LowerRule } from './builder.ts'
import { attributesOf, channelsFirst, channelsLast, named } from './convolution.ts'
import { slice } from './structure.ts'
import { averagedByTaps, sharedByTaps, tapsOf } from './taps.ts'

export const imageRules: Record<string, LowerRule> = {
  MaxPool: pooling('MaxPool'),
  AvgPool: pooling('AveragePool'), // pads are not counted, in both
  MaxPool3D: pooling('MaxPool'),
  AvgPool3D: pooling('AveragePool'),
  MaxPoolGrad: byLargest,
  AvgPoolGrad: byShare,
  MaxPool3DGrad: byLargest,
  AvgPool3DGrad: byShare,
  ResizeNearestNeighbor(node, g) {
    const [x] = node.inputs
    const [batch, height, width, channels] = x!.shape as [number, number, number, number]
    const [, tall, wide] = node.outputs[0]!.shape as [number, number, number, number]
    const [down, across] = [tall / height, wide / width]
    const plain = !node.attrs.alignCorners && !node.attrs.halfPixelCenters
    if (!plain || !Number.isInteger(down) || !Number.isInteger(across)) return interpolated(node, g, nearest)
    const apart = g.reshape(g.of(x!), [batch, height, 1, width, 1, channels])
    const copied = g.add('Expand', [apart, g.ints([batch, height, down, width, across, channels])])
    return g.reshape(copied, node.outputs[0]!.shape)
  },
  ResizeBilinear: (node, g) => interpolated(node, g, bilinear),
}

function pooling(op: string): LowerRule {
  return (node, g) => {
    const [x] = node.inputs
    const { window } = pool(x!.shape, node.attrs)
    if (op === 'AveragePool' && g.precision === 'float64') return averagedByTaps(g, x!, window)
    const attributes = attributesOf(window)
    if (g.precision === 'float32' && imageInBlocks(g, x!))
      return pooledInBlocks(g, op, x!, window, attributes)
    return channelsLast(g, g.add(op, [channelsFirst(g, g.of(x!), x!)], attributes), x!)
  }
}

/** To the first of the largest in each window, as in JavaScript. */
function byLargest(node: KernelNode, g: Builder): string {
  const x = named(node, 'input')
  const { window } = pool(x.shape, node.attrs)
  return tiles(window) ? scatterInTiles(node, g, window) : scatterAnywhere(node, g, window)
}

/** dy / (size of the window) to all of the window; gradients/pools.ts corrects it at the border. */
function byShare(node: KernelNode, g: Builder): string {
  const [dy, x] = [named(node, 'dy'), named(node, 'input')]
  const { window } = pool(x.shape, node.attrs)
  if (g.precision === 'float64') return sharedByTaps(g, dy, window)
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!]
  const planes = g.reshape(channelsFirst(g, g.of(dy), dy), [batch * channels, 1, ...window.places])
  const share = g.filled(1 / sizeOf(window.size), [1, 1, ...window.size])
  const attributes = { ...attributesOf(window), output_padding: window.unseen }
  const spread = g.add('ConvTranspose', [planes, share], attributes)
  return channelsLast(g, g.reshape(spread, [batch, channels, ...window.image]), x)
}

/** Windows side by side that fill the image. */
function tiles({ image, size, strides, before, after }: Window): boolean {
  const apart = size.every((k, i) => strides[i] === k && image[i]! % k === 0)
  return apart && [...before, ...after].every((pad) => pad === 0)
}

/**
 * Tap by tap: where it holds the largest, it takes what is left of dy there, which is all or nothing. Each tap is an image of
 * the size of dy, so no row of taps has to be gathered and searched.
 */
function scatterInTiles(node: KernelNode, g: Builder, { places, size }: Window): string {
  const [dy, x, y] = [named(node, 'dy'), named(node, 'input'), named(node, 'output')]
  const n = size.length
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!]
  const split = g.reshape(g.of(x), [batch, ...places.flatMap((count, i) => [count, size[i]!]), channels]) // [B, (place, tap)…, C]
  const axes = [...size.keys()].map((i) => 2 * i + 2)
  const apart = [batch, ...places.flatMap((count) => [count, 1]), channels]
  const [largest, zero] = [g.reshape(g.of(y), apart), g.scalar(0)]
  let left = g.reshape(g.of(dy), apart)
  const taps = tapsOf(size).map((at, t) => {
    const seen = slice(
      g,
      split,
      at,
      at.map((i) => i + 1),
      axes,
    ) // [B, (place, 1)…, C]
    const taken = g.add('Where', [g.add('Equal', [seen, largest]), left, zero])
    if (t < sizeOf(size) - 1) left = g.add('Sub', [left, taken])
    return taken
  })
  return g.reshape(joined(g, taps, size, 2 * n), x.shape)
}

/** Taps in the order of tapsOf side by side again: the last axis of the window first, its places at `axis`. */
function joined(g: Builder, taps: readonly string[], size: readonly number[], axis: number): string {
  if (size.length === 0) return taps[0]!
  const k = size.at(-1)!
  const lines = Array.from({ length: taps.length / k }, (_, i) => taps.slice(i * k, (i + 1) * k))
  const whole = lines.map((line) => (k === 1 ? line[0]! : g.add('Concat', line, { axis })))
  return joined(g, whole, size.slice(0, -1), axis - 2)
}

/** Windows that overlap: MaxPool tells the flat place of each maximum, counted over [B, C, sides…]. */
function scatterAnywhere(node: KernelNode, g: Builder, window: Window): string {
  const [dy, x] = [named(node, 'dy'), named(node, 'input')]
  const [, places] = g.addMany('MaxPool', [channelsFirst(g, g.of(x), x)], attributesOf(window), 2)
  const count = sizeOf(dy.shape)
  const flat = g.reshape(channelsFirst(g, g.of(dy), dy), [count])
  const inputs = [g.filled(0, [sizeOf(x.shape)]), g.reshape(places!, [count]), flat]
  const scattered = g.add('ScatterElements', inputs, { axis: 0, reduction: 'add' })
  return channelsLast(g, g.reshape(scattered, [x.shape[0]!, x.shape.at(-1)!, ...window.image]), x)
}

/** y[b, p, q, c] = Σ A[p, i] B[q, j] x[b, i, j, c] with A and B constant. */
function interpolated(node: KernelNode, g: Builder, law: typeof bilinear): string {
  const [x] = node.inputs
  const [batch, height, width, channels] = x!.shape as [number, number, number, number]
  const [, tall, wide] = node.outputs[0]!.shape as [number, number, number, number]
  const { alignCorners = false, halfPixelCenters = false } = node.attrs as Partial<Resize>
  const resize = { alignCorners, halfPixelCenters }
  const rows = g.tensor(law(height, tall, resize), [tall, height], 'float32')
  const columns = g.tensor(law(width, wide, resize), [wide, width], 'float32')
  const down = g.add('MatMul', [rows, g.reshape(g.of(x!), [batch, height, width * channels])])
  const across = g.add('MatMul', [columns, g.reshape(down, [batch * tall, width, channels])])
  return g.reshape(across, [batch, tall, wide, channels])
}
