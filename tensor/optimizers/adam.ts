import { flushTiny } from '../tiny.ts'
import type { Scalar, Tensor } from '../types.ts'
import type { Named, Optimizer } from './optimizer.ts'

export interface AdamSettings {
  beta1: number
  beta2: number
  epsilon: number
}

/**
 *   m ← β1 m + (1 − β1) g;   v ← β2 v + (1 − β2) g²
 *   w ← w − r (m / (1 − β1ᵗ)) / (√(v / (1 − β2ᵗ)) + ε)
 * Kingma & Ba, arXiv:1412.6980, algorithm 1.
 */
export const adam: Optimizer<AdamSettings & { [name: string]: number }> = {
  about: 'Adam',
  cite: 'arXiv:1412.6980',
  defaults: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  alone: () => false,
  memory: (_, shape) => ({ mean: shape, square: shape }),
  scalars: corrections,
  update(weight, gradient, memory, scalars, settings) {
    const { move, memory: next } = adamMove(gradient, memory, scalars, settings)
    return { weight: weight.sub(move), memory: next }
  },
}

/**
 * The same, less r λ w with the old w. Loshchilov & Hutter, arXiv:1711.05101, algorithm 2. Decay acts on every weight, biases
 * and gains too, as in PyTorch.
 */
export const adamw: Optimizer<AdamSettings & { decay: number; [name: string]: number }> = {
  ...adam,
  about: 'Adam with decoupled weight decay',
  cite: 'arXiv:1711.05101',
  defaults: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.01 },
  update(weight, gradient, memory, scalars, settings) {
    const { move, memory: next } = adamMove(gradient, memory, scalars, settings)
    return { weight: decayed(weight, scalars.rate!, settings.decay).sub(move), memory: next }
  },
}

export function corrections(step: number, { beta1, beta2 }: Pick<AdamSettings, 'beta1' | 'beta2'>) {
  return { meanCorrection: 1 / (1 - beta1 ** step), squareCorrection: 1 / (1 - beta2 ** step) }
}

/** w − r λ w */
export function decayed(weight: Tensor, rate: Scalar, decay: number): Tensor {
  return weight.sub(weight.mul(rate.mul(decay)))
}

/** Memory is flushed (tiny.ts): that of an item which is not met again fades out, and would stay in numbers that are slow. */
export function adamMove(
  gradient: Tensor,
  memory: Named<Tensor>,
  scalars: Named<Scalar>,
  { beta1, beta2, epsilon }: AdamSettings,
) {
  const mean = flushTiny(memory.mean!.mul(beta1).add(gradient.mul(1 - beta1)))
  const square = flushTiny(memory.square!.mul(beta2).add(gradient.square().mul(1 - beta2)))
  const rate = scalars.rate!.mul(scalars.meanCorrection!)
  const deviation = square.mul(scalars.squareCorrection!).sqrt().add(epsilon)
  return { move: mean.mul(rate).div(deviation), memory: { mean, square } }
}
