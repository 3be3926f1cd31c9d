import type { Noise } from '../../contracts.ts'
import type { Tensor } from '../../tensor/index.ts'

/**
 * x ⊙ m / (1 − rate), m = 1 with probability 1 − rate, so that the mean stays: Srivastava et al. 2014, section
 * 10, with the scaling done while training. `name` is that of the declared mask; without noise x is passed
 * through.
 */
export function dropout(x: Tensor, name: string, rate: number, noise: Noise | null): Tensor {
  if (noise === null || rate === 0) return x
  return x.mul(noise(name, x.shape, { bernoulli: 1 - rate })).mul(1 / (1 - rate))
}
