import type { Init } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'

/**
 * y = g ⊙ (x − mean x) / √(var x + ε) + b over the last axis (width `size`), var with 1/size: Ba et al.,
 * arXiv:1607.06450. ε = 1e-8 is safe in float32: a row of zeros gives b, and 1/√ε = 1e4 multiplies zeros only. Where
 * rows that are nearly constant must not be blown up with their rounding errors, take a larger one.
 */
export function layerNorm(init: Init, name: string, size: number, epsilon = 1e-8): (x: Tensor) => Tensor {
  const normalize = normalizeWith(epsilon)
  const gain = init.weight(`${name}/gain`, [size], 'ones')
  const bias = init.weight(`${name}/bias`, [size], 'zeros')
  return (x) => normalize(x).mul(gain).add(bias)
}

/**
 * The gradient is written out, r (dy − mean dy − y mean(y dy)) with r = 1/√(var + ε): a third of what autodiff
 * records.
 */
function normalizeWith(epsilon: number): (x: Tensor) => Tensor {
  return tf.customGrad((input, save) => {
    const x = input as Tensor
    const centered = x.sub(x.mean(-1, true))
    const scale = centered.square().mean(-1, true).add(epsilon).rsqrt() // [..., 1]
    const value = centered.mul(scale)
    ;(save as (kept: Tensor[]) => void)([value, scale])
    return { value, gradFunc: (dy: Tensor, kept: Tensor[]) => pullBack(dy, kept[0]!, kept[1]!) }
  })
}

function pullBack(dy: Tensor, y: Tensor, scale: Tensor): Tensor {
  const along = y.mul(dy.mul(y).mean(-1, true))
  return dy.sub(dy.mean(-1, true)).sub(along).mul(scale)
}
