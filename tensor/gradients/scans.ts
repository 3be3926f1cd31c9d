/**
 * Running sums and products.
 *
 * Cumsum, Cumprod: upstream's JavaScript kernels give a wrong shape for a negative axis.
 * Cumsum: upstream's gradient is transposed when the axis is not the last; for square tensors in silence.
 * Cumprod: upstream has none.
 * Prod: upstream's gradient refuses a negative axis.
 */
import * as tf from '@tensorflow/tfjs'
import { axesOf, axisOf } from '../shapes/call.ts'
import type { Tensor } from '../types.ts'
import { setGradient, setKernel } from './register.ts'

for (const kernel of ['Cumsum', 'Cumprod']) {
  const { kernelFunc } = tf.getKernel(kernel, 'cpu')
  setKernel(kernel, ({ inputs, attrs, backend }) => {
    const axis = axisOf(attrs!.axis as number, inputs.x!.shape.length)
    return kernelFunc({ inputs, attrs: { ...attrs, axis }, backend })
  })
}

setGradient('Cumsum', ['x'], (dy, _saved, attrs) => {
  const { axis, exclusive, reverse } = attrs as { axis: number; exclusive: boolean; reverse: boolean }
  return { x: () => dy.cumsum(axis, exclusive, !reverse) }
})

/**
 * The product is taken as log₂ n products of the row with itself, moved by 1, 2, 4, … places (as it is lowered); the way back
 * through those divides by nothing, so that zeros do no harm.
 */
setGradient('Cumprod', ['x'], (dy, [x], attrs) => ({
  x: () => {
    const { exclusive, reverse } = attrs as { exclusive: boolean; reverse: boolean }
    const axis = axisOf(attrs.axis as number, x!.rank)
    const turned = (t: Tensor) => (reverse ? t.reverse(axis) : t)
    const n = x!.shape[axis]!
    const powers: Tensor[] = []
    let product = turned(x!)
    if (exclusive) product = movedUp(product, axis, 1, 1)
    for (let by = 1; by < n; by *= 2) {
      powers.push(product)
      product = product.mul(movedUp(product, axis, by, 1))
    }
    let back = turned(dy)
    for (const [i, factor] of [...powers.entries()].reverse()) {
      const by = 2 ** i
      back = back.mul(movedUp(factor, axis, by, 1)).add(movedDown(back.mul(factor), axis, by))
    }
    return turned(exclusive ? movedDown(back, axis, 1) : back)
  },
}))

/** dy times the product of all others: those before an element and those after it, so that zeros do no harm. */
setGradient('Prod', ['x'], (dy, [x], attrs) => ({
  x: () => {
    const axes = axesOf(attrs.axis, x!.rank)
    const others = [...x!.shape.keys()].filter((axis) => !axes.includes(axis))
    const order = [...others, ...axes]
    const moved = x!.transpose(order)
    const kept = others.map((axis) => x!.shape[axis]!)
    const rows = moved.reshape([...kept, -1]) // [others, n]
    const last = kept.length
    const rest = tf.cumprod(rows, last, true).mul(tf.cumprod(rows, last, true, true)) // [others, n]
    const back = order.map((_, axis) => order.indexOf(axis))
    return rest
      .mul(dy.reshape([...kept, 1]))
      .reshape(moved.shape)
      .transpose(back)
  },
}))

/** `by` places up one axis; `filler` comes in from below. */
function movedUp(x: Tensor, axis: number, by: number, filler: number): Tensor {
  const kept = x.slice(Array(x.rank).fill(0), x.shape.with(axis, x.shape[axis]! - by))
  return kept.pad(
    kept.shape.map((_, i): [number, number] => (i === axis ? [by, 0] : [0, 0])),
    filler,
  )
}

/** The other way: what went `by` places up comes back, zeros behind it. */
function movedDown(x: Tensor, axis: number, by: number): Tensor {
  const kept = x.slice(Array(x.rank).fill(0).with(axis, by), x.shape.with(axis, x.shape[axis]! - by))
  return kept.pad(kept.shape.map((_, i): [number, number] => (i === axis ? [0, by] : [0, 0])))
}
