import type { Init } from '../../contracts.ts'
import type { Tensor } from '../../tensor/index.ts'
import { linear } from './linear.ts'

/**
 * Linear layers with ReLU between them on the last axis, [..., sizes[0]] → [..., sizes.at(-1)]; nothing after the last one.
 * Weights and biases start uniform in ±1/√fan-in, which is how Equinox starts its layers. `last`: the law of the last layer instead.
 */
export function perceptron(
  init: Init,
  name: string,
  sizes: readonly number[],
  last?: 'zeros',
): (x: Tensor) => Tensor {
  const layers = sizes.slice(1).map((outputs, i) => {
    const inputs = sizes[i]!
    const scheme = i === sizes.length - 2 && last ? last : { uniform: 1 / Math.sqrt(inputs) }
    return linear(init, `${name}/${i}`, { inputs, outputs, scheme, offset: scheme })
  })
  return (x) => layers.reduce((h, layer, i) => (i === 0 ? layer(h) : layer(h.relu())), x)
}
