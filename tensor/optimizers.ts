/**
 * Optimizers as plain tensor code: weight, gradient, memory and this step's scalars in; weight and memory out.
 * Whatever changes from step to step (the learning rate, bias corrections) is an input of the step, never a constant
 * of its graph. Letters: w weight, g gradient, r learning rate, t step from 1.
 *
 *   sgd    v ← momentum v + g;  w ← w − r v                       (without momentum nothing is remembered)
 *   adam   m ← β1 m + (1 − β1) g;  v ← β2 v + (1 − β2) g²;
 *          w ← w − r (m / (1 − β1ᵗ)) / (√(v / (1 − β2ᵗ)) + ε)      Kingma & Ba, arXiv:1412.6980, algorithm 1
 *   adamw  the same, less r decay w with the old w                Loshchilov & Hutter, arXiv:1711.05101, algorithm 2
 *
 * Memory is flushed (tiny.ts): that of an item which is not met again fades out, and would stay in numbers that are slow.
 * Decay acts on every weight, biases and gains too, as in PyTorch.
 */
import type { Params } from '../contracts.ts'
import { flushTiny } from './tiny.ts'
import type { Scalar, Tensor } from './types.ts'

type Settings = { readonly [name: string]: number }
type Named<T> = { readonly [name: string]: T }

export interface Optimizer {
  about: string
  defaults: Settings
  /** What is kept per weight, of its shape, zero at first. */
  memory(settings: Settings): readonly string[]
  /** What is fed beside the learning rate `rate` at step t = 1, 2, … */
  scalars(step: number, settings: Settings): Named<number>
  update(
    weight: Tensor,
    gradient: Tensor,
    memory: Named<Tensor>,
    scalars: Named<Scalar>,
    settings: Settings,
  ): Updated
}
export interface Updated {
  weight: Tensor
  memory: Named<Tensor>
}

const sgd: Optimizer = {
  about: 'Stochastic gradient descent, with momentum if asked',
  defaults: { momentum: 0 },
  memory: ({ momentum }) => (momentum === 0 ? [] : ['velocity']),
  scalars: () => ({}),
  update(weight, gradient, { velocity }, { rate }, { momentum }) {
    const move = velocity === undefined ? gradient : flushTiny(velocity.mul(momentum!).add(gradient))
    return { weight: weight.sub(move.mul(rate!)), memory: velocity === undefined ? {} : { velocity: move } }
  },
}

const adam: Optimizer = {
  about: 'Adam',
  defaults: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  memory: () => ['mean', 'square'],
  scalars: (step, { beta1, beta2 }) => ({
    meanCorrection: 1 / (1 - beta1! ** step),
    squareCorrection: 1 / (1 - beta2! ** step),
  }),
  update: (weight, gradient, memory, scalars, settings) => {
    const { move, memory: next } = adamMove(gradient, memory, scalars, settings)
    return { weight: weight.sub(move), memory: next }
  },
}

const adamw: Optimizer = {
  ...adam,
  about: 'Adam with decoupled weight decay',
  defaults: { ...adam.defaults, decay: 0.01 },
  update: (weight, gradient, memory, scalars, settings) => {
    const { move, memory: next } = adamMove(gradient, memory, scalars, settings)
    const kept = weight.sub(weight.mul(scalars.rate!.mul(settings.decay!)))
    return { weight: kept.sub(move), memory: next }
  },
}

export const optimizers: Named<Optimizer> = { adam, adamw, sgd }

/** The optimizer of a name with its settings filled in. Settings have the keys of `defaults` and are numbers. */
export function openOptimizer(
  name: string,
  params: Params = {},
): { optimizer: Optimizer; settings: Settings } {
  const optimizer = Object.hasOwn(optimizers, name) ? optimizers[name] : undefined
  if (optimizer === undefined)
    throw new Error(`optimizer '${name}' is not among ${Object.keys(optimizers).join(', ')}`)
  const settings: Record<string, number> = { ...optimizer.defaults }
  for (const [key, value] of Object.entries(params)) {
    if (!Object.hasOwn(settings, key) || typeof value !== 'number')
      throw new Error(
        `optimizer ${name}: param '${key}' must be a number named ${Object.keys(settings).join(', ')} ` +
          `(got ${JSON.stringify(value)})`,
      )
    settings[key] = value
  }
  return { optimizer, settings }
}

function adamMove(gradient: Tensor, memory: Named<Tensor>, scalars: Named<Scalar>, settings: Settings) {
  const { beta1, beta2, epsilon } = settings
  const mean = flushTiny(memory.mean!.mul(beta1!).add(gradient.mul(1 - beta1!)))
  const square = flushTiny(memory.square!.mul(beta2!).add(gradient.square().mul(1 - beta2!)))
  const rate = scalars.rate!.mul(scalars.meanCorrection!)
  const deviation = square.mul(scalars.squareCorrection!).sqrt().add(epsilon!)
  return { move: mean.mul(rate).div(deviation), memory: { mean, square } }
}
