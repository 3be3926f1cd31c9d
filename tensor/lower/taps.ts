/**
 * Convolutions as sums over the taps of the window, for double precision: ONNX Runtime has Conv, ConvTranspose and
 * AveragePool for float32 alone. Images stay [B, sides…, C].
 */
import { sizeOf, type Value } from '../graph.ts'
import type { Window } from '../shapes/windows.ts'
import type { Builder } from './builder.ts'
import { slice } from './structure.ts'

/** Filters where every channel meets every other, or where each has `multiplier` outputs of its own. */
export interface Filters {
  value: Value
  separate: boolean
}

/** y[p] = Σ_t x[p · stride + t · dilation] W_t. */
export function convolvedByTaps(g: Builder, x: Value, filters: Filters, window: Window): string {
  const padded = padImage(g, g.of(x), window)
  const [batch, inputs] = [x.shape[0]!, x.shape.at(-1)!]
  const parts = tapsOf(window.size).map((at, t) => {
    const rows = g.reshape(tap(g, padded, at, window), [-1, inputs]) // [P, in]
    const weights = weightsOf(g, filters, t)
    if (!filters.separate) return g.add('MatMul', [rows, weights])
    return g.add('Mul', [g.reshape(rows, [-1, inputs, 1]), weights]) // [P, in, multiplier]
  })
  return g.reshape(total(g, parts), [batch, ...window.places, -1])
}

/** The other way: dy[p] W_tᵀ is added to pixel p · stride + t · dilation. */
export function spreadByTaps(g: Builder, dy: Value, filters: Filters, window: Window): string {
  const [batch, outputs] = [dy.shape[0]!, dy.shape.at(-1)!]
  const [inputs, each] = filters.value.shape.slice(-2) as [number, number]
  const rows = g.reshape(g.of(dy), filters.separate ? [-1, inputs, each] : [-1, outputs])
  const parts = tapsOf(window.size).map((at, t) => {
    const weights = weightsOf(g, filters, t)
    const spread = filters.separate
      ? g.add('ReduceSum', [g.add('Mul', [rows, weights]), g.ints([2])], { keepdims: 0 })
      : g.add('MatMul', [rows, g.transpose(weights, [1, 0])])
    return placed(g, g.reshape(spread, [batch, ...window.places, inputs]), at, window)
  })
  return total(g, parts)
}

/** Mean over the pixels of each window that lie in the image. */
export function averagedByTaps(g: Builder, x: Value, window: Window): string {
  const padded = padImage(g, g.of(x), window)
  const sum = total(
    g,
    tapsOf(window.size).map((at) => tap(g, padded, at, window)),
  )
  return g.add('Div', [sum, g.tensor(countsOf(window), [1, ...window.places, 1], 'float32')])
}

/** dy / (size of the window) to every pixel of it. */
export function sharedByTaps(g: Builder, dy: Value, window: Window): string {
  const share = g.add('Div', [g.of(dy), g.scalar(sizeOf(window.size))])
  return total(
    g,
    tapsOf(window.size).map((at) => placed(g, share, at, window)),
  )
}

/** The places of a window, row by row. */
export function tapsOf(size: readonly number[]): number[][] {
  return size.reduce<number[][]>((taps, k) => taps.flatMap((at) => range(k).map((i) => [...at, i])), [[]])
}

/** The pixel that a tap sees from each place of the output. */
export function tap(g: Builder, image: string, at: readonly number[], window: Window): string {
  const { places, strides, dilations } = window
  const begin = at.map((i, axis) => i * dilations[axis]!)
  const end = begin.map((from, axis) => from + (places[axis]! - 1) * strides[axis]! + 1)
  return slice(g, image, begin, end, range(at.length, 1), strides)
}

export function padImage(g: Builder, image: string, { before, after }: Window): string {
  if ([...before, ...after].every((pad) => pad === 0)) return image
  return g.add('Pad', [image, g.ints([0, ...before, 0, 0, ...after, 0])])
}

/** [B, places…, C] at the pixels of [B, sides…, C] that a tap sees; zeros elsewhere. */
function placed(g: Builder, values: string, at: readonly number[], window: Window): string {
  const { image, places, strides, dilations, before, after } = window
  const axes = range(at.length, 1)
  const gaps = g.reshape(values, [0, ...places.flatMap((count) => [count, 1]), -1])
  const behind = strides.flatMap((by) => [0, by - 1])
  const apart = g.add('Pad', [gaps, g.ints([0, ...behind.map(() => 0), 0, 0, ...behind, 0])])
  const wide = g.reshape(apart, [0, ...places.map((count, i) => count * strides[i]!), -1])
  const reach = places.map((count, i) => (count - 1) * strides[i]! + 1) // the last gap is left out
  const tight = slice(
    g,
    wide,
    at.map(() => 0),
    reach,
    axes,
  )
  const from = at.map((i, axis) => i * dilations[axis]!)
  const rest = from.map((start, i) => Math.max(0, before[i]! + image[i]! + after[i]! - start - reach[i]!))
  const padded = g.add('Pad', [tight, g.ints([0, ...from, 0, 0, ...rest, 0])])
  const end = before.map((pad, i) => pad + image[i]!)
  return slice(g, padded, before, end, axes)
}

/** Tap t of the filter: [in, out], or [in, multiplier]. */
function weightsOf(g: Builder, { value }: Filters, t: number): string {
  const [inputs, outputs] = value.shape.slice(-2) as [number, number]
  const rows = g.reshape(g.of(value), [-1, inputs, outputs])
  return g.reshape(slice(g, rows, [t], [t + 1], [0]), [inputs, outputs])
}

function countsOf({ places, size, strides, before, image }: Window): number[] {
  const inside = places.map((count, axis) =>
    range(count).map((i) => {
      const start = i * strides[axis]! - before[axis]!
      return Math.min(image[axis]!, start + size[axis]!) - Math.max(0, start)
    }),
  )
  return inside.reduce<number[]>(
    (products, axis) => products.flatMap((p) => axis.map((count) => p * count)),
    [1],
  )
}

function total(g: Builder, parts: readonly string[]): string {
  return parts.reduce((sum, part) => g.add('Add', [sum, part]))
}

function range(count: number, from = 0): number[] {
  return Array.from({ length: count }, (_, i) => from + i)
}
