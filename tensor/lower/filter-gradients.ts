/**
 * Gradients of convolutions by the filter, tap by tap: what a tap saw of the image times dy, summed over pixels. Images come as
 * [B, sides…, C]; letters: B batch, P places of the output in one image, T taps of the window.
 */
import { sizeOf, type Value } from '../graph.ts'
import type { Window } from '../shapes/windows.ts'
import type { Builder } from './builder.ts'
import { channelsFirst } from './channels.ts'
import { padImage, tap, tapsOf } from './taps.ts'

export interface FilterGradient {
  x: Value
  dy: Value
  window: Window
  filter: readonly number[] // [size…, in, out], or [size…, in, multiplier]
}

/**
 * Every channel meets every other: T products [B, in, P] · [B, P, out], then the sum over B. One product a tap over all pixels of the
 * batch has a long sum between small ends, and so nothing to share out among threads: U-Net 64², batch 8, took 3 to 5 % more time a
 * step that way on one thread (157 and 162 ms, minimum of rounds in turn), and a fifth more on two (154 and 190). All taps side by
 * side in one product take more time (181 ms) and a third more memory.
 */
export function byProducts(g: Builder, { x, dy, window, filter }: FilterGradient): string {
  const [batch, inputs, outputs] = [x.shape[0]!, filter.at(-2)!, filter.at(-1)!]
  const image = padImage(g, channelsFirst(g, g.of(x), x), window, 2)
  const pixels = sizeOf(window.places)
  const columns = g.reshape(g.of(dy), [batch, pixels, outputs])
  const taps = tapsOf(window.size).map((at) => {
    const seen = g.reshape(tap(g, image, at, window, 2), [batch, inputs, pixels])
    return g.add('MatMul', [seen, columns]) // [B, in, out]
  })
  const stacked = taps.length > 1 ? g.add('Concat', taps, { axis: 1 }) : taps[0]!
  return g.reshape(g.add('ReduceSum', [stacked, g.ints([0])], { keepdims: 0 }), filter)
}

/** Each channel has outputs of its own: T sums over pixels of what it saw times each of them. */
export function byChannels(g: Builder, { x, dy, window, filter }: FilterGradient): string {
  const [inputs, multiplier] = [filter.at(-2)!, filter.at(-1)!]
  const image = padImage(g, g.of(x), window)
  const own = g.reshape(g.of(dy), [-1, inputs, multiplier])
  const taps = tapsOf(window.size).map((at) => {
    const seen = g.reshape(tap(g, image, at, window), [-1, inputs, 1])
    return g.add('ReduceSum', [g.add('Mul', [seen, own]), g.ints([0])], { keepdims: 0 })
  })
  const stacked = taps.length > 1 ? g.add('Concat', taps, { axis: 0 }) : taps[0]!
  return g.reshape(stacked, filter)
}
