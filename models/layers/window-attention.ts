/**
 * Attention within windows of w × w places, shifted by half a window where asked: the attention of Swin v2,
 *
 *   softmax(cos(q, k) min(e^τ, 100) + position + mask) v
 *
 * with a scale τ per head, cos the scalar product of normalized vectors, and position = 16 σ(MLP(Δ)) of the log-spaced
 * offset Δ of two places. A shifted window that holds places from opposite edges is masked.
 *
 * Liu et al., arXiv:2111.09883, section 3. Letters: B batch, R places a side (a multiple of w), C channels, H heads,
 * W windows of a row, S = w² places of a window.
 */
import type { Init } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { linear } from './linear.ts'

export interface WindowShape {
  width: number // C; heads must divide it
  heads: number
  window: number
  shifted: boolean
}

/** [B, R, R, C] → [B, R, R, C]. */
export function windowAttention(init: Init, name: string, { width, heads, window, shifted }: WindowShape) {
  const square = { inputs: width, outputs: width }
  const query = linear(init, `${name}/query`, square)
  const key = linear(init, `${name}/key`, { ...square, bias: false })
  const value = linear(init, `${name}/value`, square)
  const leave = linear(init, `${name}/leave`, square)
  const hidden = linear(init, `${name}/offset`, { inputs: 2, outputs: 64 })
  const position = linear(init, `${name}/position`, { inputs: 64, outputs: heads, bias: false })
  const sharpness = init.weight(`${name}/scale/log`, [heads, 1, 1], 'zeros')

  return (x: Tensor): Tensor => {
    const [batch, side] = x.shape as [number, number]
    const shift = shifted && side > window ? Math.floor(window / 2) : 0
    const windows = split(roll(x, shift), window) // [B W², S, C]
    const part = (map: (x: Tensor) => Tensor) => byHead(map(windows), heads) // [B W², H, S, d]
    const scale = sharpness.add(Math.log(10)).minimum(Math.log(100)).exp() // starts at 10, as published
    const cosines = tf.matMul(normalized(part(query)), normalized(part(key)), false, true) // [B W², H, S, S]
    const offsets = position(hidden(offsetsOf(window)).relu())
      .sigmoid()
      .mul(16) // [S², H]
    const places = offsets.transpose().reshape([heads, window ** 2, window ** 2]) // [H, S, S]
    let logits = cosines.mul(scale).add(places) // [B W², H, S, S]
    if (shift > 0) logits = masked(logits, batch, side / window, maskOf(side, window, shift))
    const mixed = tf.matMul(logits.softmax(), part(value)) // [B W², H, S, d]
    const joined = mixed.transpose([0, 2, 1, 3]).reshape([-1, window ** 2, width]) // [B W², S, C]
    return roll(merge(leave(joined), batch, side, window), side - shift)
  }
}

/** [B, R, R, C] → [B W², S, C] */
function split(x: Tensor, window: number): Tensor {
  const [batch, side, , width] = x.shape as [number, number, number, number]
  const parts = side / window
  const grouped = x.reshape([batch * parts, window, parts, window * width]).transpose([0, 2, 1, 3]) // [B W, W, w, (w, C)]
  return grouped.reshape([batch * parts * parts, window * window, width])
}

/** Undoes split. */
function merge(x: Tensor, batch: number, side: number, window: number): Tensor {
  const [parts, width] = [side / window, x.shape[2]!]
  const grouped = x.reshape([batch * parts, parts, window, window * width]).transpose([0, 2, 1, 3])
  return grouped.reshape([batch, side, side, width])
}

/** [G, S, C] → [G, H, S, d] */
function byHead(x: Tensor, heads: number): Tensor {
  const [groups, places, width] = x.shape as [number, number, number]
  return x.reshape([groups, places, heads, width / heads]).transpose([0, 2, 1, 3])
}

function normalized(x: Tensor): Tensor {
  return x.mul(x.square().sum(-1, true).add(1e-6).rsqrt())
}

/** Place p + `by` to place p on both axes, round the edge. */
function roll(x: Tensor, by: number): Tensor {
  const side = x.shape[1]!
  const steps = by % side
  if (steps === 0) return x
  const along = (y: Tensor, axis: number) => {
    const cut = (from: number, length: number) =>
      y.slice(
        y.shape.map((_, a) => (a === axis ? from : 0)),
        y.shape.map((whole, a) => (a === axis ? length : whole)),
      )
    return tf.concat([cut(steps, side - steps), cut(0, steps)], axis)
  }
  return along(along(x, 1), 2)
}

function masked(logits: Tensor, batch: number, parts: number, mask: Tensor): Tensor {
  const [groups, heads, places] = logits.shape as [number, number, number]
  const grouped = logits.reshape([batch, parts * parts, heads, places * places])
  return grouped.add(mask).reshape([groups, heads, places, places])
}

/** 0 where two places of a window were neighbors before the roll, −1e9 where the roll brought them together: [W², 1, S²]. */
function maskOf(side: number, window: number, shift: number): Tensor {
  const parts = side / window
  const region = (rolled: number) => (rolled < side - window ? 0 : rolled < side - shift ? 1 : 2)
  const regionOf = (at: number, place: number) => {
    const row = Math.floor(at / parts) * window + Math.floor(place / window)
    return 3 * region(row) + region((at % parts) * window + (place % window))
  }
  const places = window * window
  const data = Float32Array.from({ length: parts * parts * places * places }, (_, i) => {
    const at = Math.floor(i / places ** 2)
    return regionOf(at, Math.floor(i / places) % places) === regionOf(at, i % places) ? 0 : -1e9
  })
  return tf.tensor(data, [parts * parts, 1, places * places])
}

/** sign(Δ) log₂(1 + 8 |Δ| / (w − 1)) / 3 for both axes, of every pair of places: [S², 2]. */
function offsetsOf(window: number): Tensor {
  const places = window * window
  const log = (delta: number) =>
    (Math.sign(delta) * Math.log2(1 + (8 * Math.abs(delta)) / Math.max(1, window - 1))) / 3
  const data = Float32Array.from({ length: places * places * 2 }, (_, at) => {
    const [from, to] = [Math.floor(at / 2 / places), Math.floor(at / 2) % places]
    const coordinate = (place: number) => (at % 2 === 0 ? Math.floor(place / window) : place % window)
    return log(coordinate(to) - coordinate(from))
  })
  return tf.tensor(data, [places * places, 2])
}
