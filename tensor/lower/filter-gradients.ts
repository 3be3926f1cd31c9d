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
 * Every channel meets every other: T products [B, in, P] · [B, P, out], then the sum over B. The sum over P is long and its ends
 * are small, so that one product over all pixels of the batch (as this was) has next to nothing to share out: not among threads
 * (U-Net 64², batch 8: 202 ms a step on two, now 167; on one thread 167 and 161), and less on a GPU. All taps side by side in one
 * product are slower and take a third more memory.
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
