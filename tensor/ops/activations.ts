/** Activations that TensorFlow.js lacks, with derivatives of any order. */
import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '../types.ts'

/**
 * x Φ(x) with Φ the normal distribution function ½ (1 + erf(x / √2)): Hendrycks & Gimpel, arXiv:1606.08415, section 2.
 * The gradient, Φ(x) + x φ(x), is written out: half the operations of autodiff. JAX, and so the published baselines of
 * ConDiff, default to a tanh formula that differs by 5e-4.
 */
export function gelu(x: Tensor): Tensor {
  return geluOf(x)
}

/** x σ(x), the sigmoid-weighted linear unit or swish: Elfwing et al., arXiv:1702.03118. */
export function silu(x: Tensor): Tensor {
  return x.mul(x.sigmoid())
}

const geluOf = tf.customGrad((input, save) => {
  const x = input as Tensor
  ;(save as tf.GradSaveFunc)([x]) // not Φ: what is computed in here is lost to second derivatives; a trace merges the two
  return {
    value: x.mul(below(x)),
    gradFunc: (dy: Tensor, [kept]: Tensor[]) => dy.mul(slope(kept!)),
  }
})

/** Φ. */
function below(x: Tensor): Tensor {
  return fromMiddle(x).add(0.5)
}

/**
 * Φ + x φ. One half is added last: what is left of the tails rounds to 0 there, as it does in Φ, and no number too small to be
 * fast comes out (tiny.ts).
 */
function slope(x: Tensor): Tensor {
  return density(x).mul(x).add(fromMiddle(x)).add(0.5)
}

/** Φ − ½. */
function fromMiddle(x: Tensor): Tensor {
  return tf.erf(x.mul(Math.SQRT1_2)).mul(0.5)
}

/** φ = Φ′ = e^(−½ x² − ½ log 2π), the root with the exponent. */
function density(x: Tensor): Tensor {
  return tf.sub(-0.5 * Math.log(2 * Math.PI), x.mul(Math.SQRT1_2).square()).exp()
}
