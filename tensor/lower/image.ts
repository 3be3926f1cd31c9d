/** Pools and resizes of images [B, h, w, C]. */
import { type KernelNode, type Shape, sizeOf } from '../graph.ts'
import { bilinear, nearest, type Resize } from '../interpolation.ts'
import { pool, type Window } from '../shapes/image.ts'
import type { Builder, LowerRule } from './builder.ts'
import { channelsFirst, channelsLast, geometry, leftOver, named } from './convolution.ts'

export const imageRules: Record<string, LowerRule> = {
  MaxPool: pooling('MaxPool'),
  AvgPool: pooling('AveragePool'), // pads are not counted, in both
  /** To the first of the largest in each window, as in JavaScript. */
  MaxPoolGrad(node, g) {
    const x = named(node, 'input')
    const window = pool(x.shape, node.attrs)
    return tiles(x.shape, window) ? scatterInTiles(node, g, window) : scatterAnywhere(node, g, window)
  },
  /** dy / (size of the window) to all of the window; gradients/image.ts corrects it at the border. */
  AvgPoolGrad(node, g) {
    const [dy, x] = [named(node, 'dy'), named(node, 'input')]
    const window = pool(x.shape, node.attrs)
    const [kh, kw] = [window.filterHeight, window.filterWidth]
    const [batch, height, width, channels] = x.shape as [number, number, number, number]
    const planes = g.reshape(channelsFirst(g, g.of(dy)), [batch * channels, 1, dy.shape[1]!, dy.shape[2]!])
    const share = g.filled(1 / (kh * kw), [1, 1, kh, kw])
    const attributes = { ...geometry(window), output_padding: leftOver(x.shape, dy.shape, window) }
    const spread = g.add('ConvTranspose', [planes, share], attributes)
    return channelsLast(g, g.reshape(spread, [batch, channels, height, width]))
  },
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
    return channelsLast(g, g.add(op, [channelsFirst(g, g.of(x!))], geometry(pool(x!.shape, node.attrs))))
  }
}

/** Windows side by side that fill the image. */
function tiles(image: Shape, window: Window): boolean {
  const { padInfo: pad, filterHeight, filterWidth, strideHeight, strideWidth } = window
  const apart = strideHeight === filterHeight && strideWidth === filterWidth
  return apart && image[1]! % filterHeight === 0 && image[2]! % filterWidth === 0 && !pad.top && !pad.left
}

/** The image as one row a window: dy where the row is largest. */
function scatterInTiles(node: KernelNode, g: Builder, window: Window): string {
  const [dy, x] = [named(node, 'dy'), named(node, 'input')]
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const [kh, kw] = [window.filterHeight, window.filterWidth]
  const [tall, wide] = [height / kh, width / kw]
  const apart = g.reshape(g.of(x), [batch, tall, kh, wide, kw, channels])
  const rows = g.reshape(g.transpose(apart, [0, 1, 3, 5, 2, 4]), [batch, tall, wide, channels, kh * kw])
  const first = g.add('ArgMax', [rows], { axis: -1, keepdims: 1 })
  const hit = g.add('Equal', [first, g.ints([...Array(kh * kw).keys()])])
  const placed = g.add('Where', [hit, g.add('Unsqueeze', [g.of(dy), g.ints([4])]), g.scalar(0)])
  const together = g.reshape(placed, [batch, tall, wide, channels, kh, kw])
  return g.reshape(g.transpose(together, [0, 1, 4, 2, 5, 3]), x.shape)
}

/** Windows that overlap: MaxPool tells the flat place of each maximum, counted over [B, C, h, w]. */
function scatterAnywhere(node: KernelNode, g: Builder, window: Window): string {
  const [dy, x] = [named(node, 'dy'), named(node, 'input')]
  const [batch, height, width, channels] = x.shape as [number, number, number, number]
  const [, places] = g.addMany('MaxPool', [channelsFirst(g, g.of(x))], geometry(window), 2)
  const count = sizeOf(dy.shape)
  const flat = g.reshape(channelsFirst(g, g.of(dy)), [count])
  const inputs = [g.filled(0, [sizeOf(x.shape)]), g.reshape(places!, [count]), flat]
  const scattered = g.add('ScatterElements', inputs, { axis: 0, reduction: 'add' })
  return channelsLast(g, g.reshape(scattered, [batch, channels, height, width]))
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
