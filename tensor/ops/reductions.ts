/** Reductions that TensorFlow.js has in a form that a large catalog, or a second derivative, cannot afford. */
import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '../types.ts'

/**
 * log Σ exp x over one axis, which disappears. x float32.
 *
 * Written through p = softmax(x), which the gradient needs anyway: with M = max x, max p = 1 / Σ exp(x − M), so that
 * log Σ exp x = M − log max p. Nothing overflows, and max p ≥ 1 / length, so nothing underflows either.
 * The gradient is p itself, instead of the chain of comparisons that tf.logSumExp records.
 * A slice that is −∞ throughout gives NaN.
 */
export function logSumExp(x: Tensor, axis = -1): Tensor {
  const last = x.rank - 1
  const at = axis < 0 ? axis + x.rank : axis
  if (at === last) return logSumExpOfLast(x)
  const order = [...Array(x.rank).keys()].filter((a) => a !== at)
  return logSumExpOfLast(x.transpose([...order, at]))
}

/**
 * x − log Σ exp x over the last axis, in place of tf.logSoftmax: that one keeps its result for the gradient and so loses the
 * second derivative, in silence.
 */
export function logSoftmax<T extends Tensor>(logits: T | tf.TensorLike, axis = -1): T {
  const x = typeof logits === 'object' && 'rank' in logits ? logits : tf.tensor(logits)
  if (axis !== -1 && axis !== x.rank - 1)
    throw new Error(`logSoftmax: only over the last axis (got axis ${axis} of ${x.rank})`)
  return x.sub(logSumExpOfLast(x).expandDims(-1)) as T
}

/** x.logSoftmax() too. */
const prototype = tf.Tensor.prototype as unknown as { logSoftmax: (this: Tensor, axis?: number) => Tensor }
prototype.logSoftmax = function (axis) {
  return logSoftmax(this, axis)
}

/** x itself, through which no gradient flows back. */
export function stopGradient<T extends Tensor>(x: T): T {
  return stopped(x) as T
}

const stopped = tf.customGrad((x) => ({
  value: (x as Tensor).clone(),
  gradFunc: (dy: Tensor) => tf.zerosLike(dy),
}))

const logSumExpOfLast = tf.customGrad((x, save) => {
  const logits = x as Tensor
  ;(save as tf.GradSaveFunc)([logits])
  const largest = logits.softmax().max(-1)
  return {
    value: logits.max(-1).sub(largest.log()),
    gradFunc: (dy: Tensor, [saved]: Tensor[]) => saved!.softmax().mul(dy.expandDims(-1)),
  }
})
