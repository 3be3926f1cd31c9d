import type { Init } from '../../contracts.ts'
import { normalize, type Tensor } from '../../tensor/index.ts'

/**
 * y = g ⊙ (x − mean x) / √(var x + ε) + b over the last axis (width `size`), var with 1/size: Ba et al.,
 * arXiv:1607.06450. ε = 1e-8 is safe in float32: a row of zeros gives b, and 1/√ε = 1e4 multiplies zeros only. Where
 * rows that are nearly constant must not be blown up with their rounding errors, take a larger one.
 */
export function layerNorm(init: Init, name: string, size: number, epsilon = 1e-8): (x: Tensor) => Tensor {
  const gain = init.weight(`${name}/gain`, [size], 'ones')
  const bias = init.weight(`${name}/bias`, [size], 'zeros')
  return (x) => normalize(x, -1, epsilon).mul(gain).add(bias)
}
