import { type Tensor, tf } from '../../tensor/index.ts'

/**
 * GELU, x Φ(x) with Φ the normal distribution function ½ (1 + erf(x / √2)): Hendrycks & Gimpel,
 * arXiv:1606.08415, section 2. The gradient, Φ(x) + x φ(x), is written out: half the operations of autodiff, and
 * activations on a full grid are not cheap. JAX, and so the published baselines of ConDiff, default to a tanh
 * formula that differs by 5e-4.
 */
export function gelu(x: Tensor): Tensor {
  return custom(x)
}

const custom = tf.customGrad((input, save) => {
  const x = input as Tensor
  const below = tf.erf(x.mul(Math.SQRT1_2)).mul(0.5).add(0.5) // Φ
  ;(save as (kept: Tensor[]) => void)([x, below])
  return { value: x.mul(below), gradFunc: (dy: Tensor, kept: Tensor[]) => dy.mul(slope(kept[0]!, kept[1]!)) }
})

function slope(x: Tensor, below: Tensor): Tensor {
  const density = x
    .square()
    .mul(-0.5)
    .exp()
    .mul(1 / Math.sqrt(2 * Math.PI)) // φ
  return density.mul(x).add(below)
}
