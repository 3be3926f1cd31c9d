/**
 * Running sums and products.
 *
 * Cumsum, Cumprod: upstream's JavaScript kernels give a wrong shape for a negative axis.
 * Cumsum: upstream's gradient is transposed when the axis is not the last; for square tensors in silence.
 * Prod: upstream's gradient refuses a negative axis.
 */
import * as tf from '@tensorflow/tfjs'
import { axesOf, axisOf } from '../shapes/call.ts'
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
