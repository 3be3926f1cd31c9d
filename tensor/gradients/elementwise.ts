/**
 * Gradients of elementwise kernels and of softmax.
 *
 * Tanh, Exp, Sigmoid, Elu, Pow, Softmax: second derivatives are lost upstream (register.ts).
 * Maximum, Minimum, SquaredDifference: upstream forgets to sum over stretched axes, and throws.
 * FloorDiv: upstream gives that of the quotient; a floor is flat, in silence.
 * Comparisons, All, Any: upstream has none for most, so that tf.where(x.greater(0), …) throws.
 * Relu: the mask is taken from the output, not from the input (equal), so that nobody needs the input any more.
 */
import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '../types.ts'
import { noGradient, setGradient, sumTo } from './register.ts'

setGradient('Tanh', ['x'], (dy, [x]) => ({
  x: () => dy.mul(tf.sub(1, x!.tanh().square())),
}))

setGradient('Exp', ['x'], (dy, [x]) => ({
  x: () => dy.mul(x!.exp()),
}))

setGradient('Sigmoid', ['x'], (dy, [x]) => {
  const y = () => x!.sigmoid()
  return { x: () => dy.mul(y().mul(tf.sub(1, y()))) }
})

setGradient('Relu', ['x'], (dy, [x]) => ({
  x: () => dy.mul(x!.relu().step()),
}))

/** 1 above zero, eˣ below; the exponent is kept from overflowing where it is not used. */
setGradient('Elu', ['x'], (dy, [x]) => ({
  x: () => tf.where(x!.greater(0), dy, dy.mul(x!.minimum(0).exp())),
}))

/** By the base: b a^(b − 1). By the exponent: aᵇ log a where a > 0, else 0. */
setGradient('Pow', ['a', 'b'], (dy, [a, b]) => ({
  a: () => sumTo(dy.mul(b!.mul(a!.pow(b!.sub(1)))), a!.shape),
  b: () => {
    const positive = a!.greater(0)
    const log = tf.where(positive, tf.where(positive, a!, tf.onesLike(a!)).log(), tf.zerosLike(a!))
    return sumTo(dy.mul(a!.pow(b!).mul(log)), b!.shape)
  },
}))

/** Equals give all of the gradient to a, as upstream. */
setGradient('Maximum', ['a', 'b'], (dy, [a, b]) => ({
  a: () => sumTo(dy.mul(a!.greaterEqual(b!).cast('float32')), a!.shape),
  b: () => sumTo(dy.mul(a!.less(b!).cast('float32')), b!.shape),
}))

setGradient('Minimum', ['a', 'b'], (dy, [a, b]) => ({
  a: () => sumTo(dy.mul(a!.lessEqual(b!).cast('float32')), a!.shape),
  b: () => sumTo(dy.mul(a!.greater(b!).cast('float32')), b!.shape),
}))

setGradient('SquaredDifference', ['a', 'b'], (dy, [a, b]) => ({
  a: () => sumTo(dy.mul(a!.sub(b!).mul(2)), a!.shape),
  b: () => sumTo(dy.mul(b!.sub(a!).mul(2)), b!.shape),
}))

for (const kernel of [
  'Equal',
  'NotEqual',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'LogicalAnd',
  'LogicalOr',
  'FloorDiv',
])
  setGradient(kernel, ['a', 'b'], (_dy, [a, b]) => ({
    a: () => noGradient(a!),
    b: () => noGradient(b!),
  }))

for (const kernel of ['LogicalNot', 'All', 'Any'])
  setGradient(kernel, ['x'], (_dy, [x]) => ({
    x: () => noGradient(x!),
  }))

/** p (dy − Σ p dy) over the last axis, the only one that tf.softmax knows. */
setGradient('Softmax', ['logits'], (dy, [logits]) => ({
  logits: () => {
    const weighted: Tensor = dy.mul(logits!.softmax())
    return weighted.sub(weighted.sum(-1, true).mul(logits!.softmax()))
  },
}))
