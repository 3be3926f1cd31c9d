import { flushTiny } from '../tiny.ts'
import { decayed } from './adam.ts'
import type { Optimizer } from './optimizer.ts'

/**
 *   w ← w − r (sign(β1 m + (1 − β1) g) + λ w)
 *   m ← β2 m + (1 − β2) g
 * Chen et al., arXiv:2302.06675, algorithm 2; λ = 0 unless asked, as in the authors' code. Every weight moves by r: the paper
 * takes a rate 3 to 10 times smaller than for AdamW.
 */
export const lion: Optimizer<{ beta1: number; beta2: number; decay: number }> = {
  about: 'Lion: the sign of a momentum',
  cite: 'arXiv:2302.06675',
  defaults: { beta1: 0.9, beta2: 0.99, decay: 0 },
  alone: () => false,
  memory: (_, shape) => ({ mean: shape }),
  scalars: () => ({}),
  update(weight, gradient, { mean }, { rate }, { beta1, beta2, decay }) {
    const direction = mean!
      .mul(beta1)
      .add(gradient.mul(1 - beta1))
      .sign()
    const kept = decay === 0 ? weight : decayed(weight, rate!, decay)
    const next = flushTiny(mean!.mul(beta2).add(gradient.mul(1 - beta2)))
    return { weight: kept.sub(direction.mul(rate!)), memory: { mean: next } }
  },
}
