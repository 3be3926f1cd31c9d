/**
 * Gradients of kernels that move values without computing any.
 *
 * Tile: upstream adds up slices one by one, and stops at rank 4.
 * Unpack, SplitV: upstream's gradients refuse a list of one.
 * MirrorPad: upstream's gradient forgets the mirrored copies, in silence.
 * StridedSlice, DepthToSpace: upstream has none.
 */
import * as tf from '@tensorflow/tfjs'
import { type Strided, strided } from '../shapes/structure.ts'
import type { Tensor } from '../types.ts'
import { setGradient } from './register.ts'

setGradient('Tile', ['x'], (dy, [x], attrs) => ({
  x: () => {
    const reps = attrs.reps as number[]
    const apart = x!.shape.flatMap((side, i) => (reps[i] === 1 ? [side] : [reps[i]!, side]))
    const axes: number[] = []
    for (const [i, count] of reps.entries()) if (count !== 1) axes.push(i + axes.length)
    return dy.reshape(apart).sum(axes)
  },
}))

setGradient('Unpack', [], (dy, _saved, attrs) => ({
  value: () => tf.stack([dy].flat(), attrs.axis as number),
}))

setGradient('SplitV', [], (dy, _saved, attrs) => ({
  x: () => tf.concat([dy].flat(), attrs.axis as number),
}))

setGradient('StridedSlice', ['x'], (dy, [x], attrs) => ({
  x: () => {
    const slices = strided(x!.shape, attrs)
    return x!.shape.reduce(
      (spread, side, axis) => unslice(spread, axis, side, slices),
      dy.reshape(slices.count),
    )
  },
}))

setGradient('MirrorPad', ['x'], (dy, [x], attrs) => ({
  x: () => {
    const repeat = attrs.mode === 'symmetric' ? 1 : 0
    const paddings = attrs.paddings as [number, number][]
    return paddings.reduce((folded, pads, axis) => foldBack(folded, axis, pads, x!.shape[axis]!, repeat), dy)
  },
}))

/** [B, (h, i), (w, j), C] → [B, h, w, (i, j, C)]. */
setGradient('DepthToSpace', ['x'], (dy, [x], attrs) => ({
  x: () => {
    const by = attrs.blockSize as number
    const [batch, height, width] = x!.shape as [number, number, number]
    const apart = dy.reshape([batch, height, by, width, by, dy.shape[3]!])
    return apart.transpose([0, 1, 3, 2, 4, 5]).reshape(x!.shape)
  },
}))

/** Back to the places that a slice with steps took from one axis of n; zeros elsewhere. */
function unslice(dy: Tensor, axis: number, n: number, slices: Strided): Tensor {
  const { begin, step, count } = slices
  const [from, by, taken] = [begin[axis]!, step[axis]!, count[axis]!]
  if (by < 0) {
    const lowest = begin.with(axis, from + (taken - 1) * by)
    const upwards = { ...slices, begin: lowest, step: step.with(axis, -by) }
    return unslice(dy.reverse(axis), axis, n, upwards)
  }
  const shape = dy.shape
  if (by === 1) return placed(dy, axis, from, n)
  const gaps = dy.reshape([...shape.slice(0, axis + 1), 1, ...shape.slice(axis + 1)])
  const apart = placed(gaps, axis + 1, 0, by).reshape(shape.with(axis, taken * by))
  const last = (taken - 1) * by + 1 // what lies behind it are zeros, which may not fit
  return placed(part(apart, axis, 0, last), axis, from, n)
}

/** What was padded on to one axis of n, added where it was copied from. */
function foldBack(
  dy: Tensor,
  axis: number,
  [before, after]: [number, number],
  n: number,
  repeat: number,
): Tensor {
  let sum = part(dy, axis, before, n)
  if (before > 0) sum = sum.add(placed(part(dy, axis, 0, before).reverse(axis), axis, 1 - repeat, n))
  if (after === 0) return sum
  return sum.add(placed(part(dy, axis, before + n, after).reverse(axis), axis, n - 1 + repeat - after, n))
}

function part(x: Tensor, axis: number, from: number, count: number): Tensor {
  return x.slice(Array(x.rank).fill(0).with(axis, from), x.shape.with(axis, count))
}

/** Zeros on both sides, so that the axis has n places. */
function placed(x: Tensor, axis: number, from: number, n: number): Tensor {
  const none: [number, number][] = x.shape.map(() => [0, 0])
  return x.pad(none.with(axis, [from, n - from - x.shape[axis]!]))
}
