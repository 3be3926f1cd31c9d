import type { Init } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { gelu } from './gelu.ts'
import { layerNorm } from './layer-norm.ts'
import { linear } from './linear.ts'

/**
 * ConvNeXt block: x + s ⊙ W₂ gelu(W₁ norm(D x)), D a 7 × 7 convolution of each channel by itself, W₁ to four times the
 * width. [B, n, n, C] → the same. Liu et al., arXiv:2201.03545, section 2. Departure: s starts at 0 for 1e-6.
 */
export function convnext(init: Init, name: string, width: number): (x: Tensor) => Tensor {
  const filter = init.weight(`${name}/depthwise/filter`, [7, 7, width, 1], { normal: 1 / 7 })
  const norm = layerNorm(init, `${name}/norm`, width, 1e-5)
  const first = linear(init, `${name}/first`, { inputs: width, outputs: 4 * width })
  const second = linear(init, `${name}/second`, { inputs: 4 * width, outputs: width })
  const scale = init.weight(`${name}/scale/weight`, [width], 'zeros')
  return (x) => {
    const spread = tf.depthwiseConv2d(x as Tensor4D, filter as Tensor4D, 1, 'same') // [B, n, n, C]
    return x.add(second(gelu(first(norm(spread)))).mul(scale))
  }
}

type Tensor4D = Parameters<typeof tf.depthwiseConv2d>[1]
