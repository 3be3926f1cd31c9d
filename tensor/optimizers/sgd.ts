import { flushTiny } from '../tiny.ts'
import type { Optimizer } from './optimizer.ts'

/**
 *   v ← μ v + g;   w ← w − r v              without momentum μ nothing is remembered
 *   nesterov:      w ← w − r (g + μ v)      with the new v: Sutskever et al., ICML 2013, in the form of PyTorch
 */
export const sgd: Optimizer<{ momentum: number; nesterov: boolean }> = {
  about: 'Stochastic gradient descent, with momentum if asked',
  defaults: { momentum: 0, nesterov: false },
  alone: () => false,
  memory: ({ momentum }, shape) => (momentum === 0 ? {} : { velocity: shape }),
  scalars: () => ({}),
  update(weight, gradient, { velocity }, { rate }, { momentum, nesterov }) {
    if (velocity === undefined) return { weight: weight.sub(gradient.mul(rate!)), memory: {} }
    const next = flushTiny(velocity.mul(momentum).add(gradient))
    const move = nesterov ? gradient.add(next.mul(momentum)) : next
    return { weight: weight.sub(move.mul(rate!)), memory: { velocity: next } }
  },
}
