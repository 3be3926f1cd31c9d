/** Complex numbers as pairs of real tensors: TensorFlow.js has no gradients for its own, ONNX no such type. */
import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '../types.ts'

/** re + i im; both of one shape. */
export interface Complex {
  re: Tensor
  im: Tensor
}

export function conjugate({ re, im }: Complex): Complex {
  return { re, im: im.neg() }
}

/** Elementwise; sides of one stretch. */
export function multiplyComplex(a: Complex, b: Complex): Complex {
  return { re: a.re.mul(b.re).sub(a.im.mul(b.im)), im: a.re.mul(b.im).add(a.im.mul(b.re)) }
}

/** |z|², which has a gradient at zero; |z| has none. */
export function squaredAbs({ re, im }: Complex): Tensor {
  return re.square().add(im.square())
}

/** Matrix products of the last two axes: four real ones. */
export function matMulComplex(a: Complex, b: Complex): Complex {
  return {
    re: tf.matMul(a.re, b.re).sub(tf.matMul(a.im, b.im)),
    im: tf.matMul(a.re, b.im).add(tf.matMul(a.im, b.re)),
  }
}
