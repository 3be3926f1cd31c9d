/**
 * Convolutions in the layout of blocks, [B, C/b, h, w, b]: b channels side by side, as many as a register of the processor
 * holds (channel-block.ts). ONNX Runtime's kernel for it reads each window where it lies; the one for [B, C, h, w] writes
 * all windows out first, which takes as long as their products: 1.9 ms against 0.7 for 16 channels on 16 images of 32 × 32, with the
 * transposes around it.
 *
 * An image [B, h, w, b] is in that layout as it is. A filter is [out/b, in/b, kh, kw, b of in, b of out]. Both go by the shapes that they
 * stand for, [B, C, h, w] and [out, in, kh, kw].
 *
 * The operator belongs to the optimizer of ONNX Runtime, which uses it where filters are constant; in a training step they are
 * fed. It is no part of ONNX: exported files never have it. For float32, two dimensions, every channel with all, and channels that come in whole blocks.
 */
import type { Shape, Value } from '../graph.ts'
import { BLOCKED } from '../onnx.ts'
import type { Window } from '../shapes/windows.ts'
import type { Builder } from './builder.ts'

type Sides = readonly [kh: number, kw: number, inputs: number, outputs: number]
type Geometry = Readonly<Record<string, readonly number[]>> // kernel_shape, pads, …

export function comesInBlocks({ channelBlock: b }: Builder, filter: Shape): boolean {
  if (b === 0 || filter.length !== 4) return false
  const [, , inputs, outputs] = filter as Sides
  return inputs % b === 0 && outputs % b === 0
}

/** x [B, h, w, in], filter [kh, kw, in, out], bias [out] → [B, places…, out]. */
export function convolvedInBlocks(
  g: Builder,
  x: Value,
  filter: Value,
  { places }: Window,
  geometry: Geometry,
  bias?: string,
): string {
  const [kh, kw, inputs, outputs] = filter.shape as Sides
  const blocks = g.transpose(filterBlocks(g, g.of(filter), filter.shape), [4, 2, 0, 1, 3, 5]) // [out/b, in/b, kh, kw, in, out]
  const operands = [toBlocks(g, x), g.reshape(blocks, [outputs, inputs, kh, kw])]
  if (bias !== undefined) operands.push(bias)
  const y = g.add('Conv', operands, geometry, BLOCKED)
  return fromBlocks(g, y, [x.shape[0]!, ...places, outputs])
}

/** The gradient by the image, with `turned` the filter turned half round: dy [B, places…, out] → [B, h, w, in]. */
export function spreadInBlocks(
  g: Builder,
  dy: Value,
  turned: string,
  filter: Shape,
  image: Shape,
  geometry: Geometry,
): string {
  const [kh, kw, inputs, outputs] = filter as Sides
  const blocks = g.transpose(filterBlocks(g, turned, filter), [2, 4, 0, 1, 5, 3]) // [in/b, out/b, kh, kw, out, in]
  const dx = g.add('Conv', [toBlocks(g, dy), g.reshape(blocks, [inputs, outputs, kh, kw])], geometry, BLOCKED)
  return fromBlocks(g, dx, image)
}

/** Whether an image has planes, and channels in whole blocks. */
export function imageInBlocks({ channelBlock: b }: Builder, { shape }: Value): boolean {
  return b > 0 && shape.length === 4 && shape.at(-1)! % b === 0
}

/** MaxPool or AveragePool: x [B, h, w, C] → [B, places…, C]. */
export function pooledInBlocks(
  g: Builder,
  op: string,
  x: Value,
  { places }: Window,
  geometry: Geometry,
): string {
  const y = g.add(op, [toBlocks(g, x)], geometry, BLOCKED)
  return fromBlocks(g, y, [x.shape[0]!, ...places, x.shape.at(-1)!])
}

/** [kh, kw, in, out] → [kh, kw, in/b, b, out/b, b]. */
function filterBlocks(g: Builder, filter: string, shape: Shape): string {
  const [kh, kw, inputs, outputs] = shape as Sides
  const b = g.channelBlock
  return g.reshape(filter, [kh, kw, inputs / b, b, outputs / b, b])
}

function toBlocks(g: Builder, image: Value): string {
  const [batch, height, width, channels] = image.shape as [number, number, number, number]
  const b = g.channelBlock
  const apart = g.reshape(g.of(image), [batch, height, width, channels / b, b])
  const blocks = channels === b ? g.of(image) : g.transpose(apart, [0, 3, 1, 2, 4]) // [B, C/b, h, w, b]
  return g.reshape(blocks, [batch, channels, height, width])
}

function fromBlocks(g: Builder, image: string, shape: Shape): string {
  const [batch, height, width, channels] = shape as [number, number, number, number]
  const b = g.channelBlock
  if (channels === b) return g.reshape(image, shape)
  const blocks = g.reshape(image, [batch, channels / b, height, width, b])
  return g.reshape(g.transpose(blocks, [0, 2, 3, 1, 4]), shape)
}
