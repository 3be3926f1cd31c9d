/**
 * What a device compiles: a pure function of named tensors. Weights, memory, feeds, scalars and noise are all inputs;
 * whatever changes comes out under the name of the input that it replaces.
 *
 * Input names: weights/<name>, feeds/<name>, noise/<name>; a training step (step.ts) has more.
 */
import type { Declared, Init, Law, Noise } from '../contracts.ts'
import { initFrom } from './init.ts'
import { dtypeOf } from './noise.ts'
import * as tf from './tf.ts'
import type { Dtype, Scalar, Tensor, Weights } from './types.ts'

export type Named<T> = { readonly [name: string]: T }

/** Builds the model with `init`, and returns the loss. Called in a trace, and again wherever it runs eagerly. */
export type LossOf = (init: Init, feeds: Record<string, Tensor>, noise: Noise) => Scalar
export type ForwardOf = (init: Init, feeds: Record<string, Tensor>) => Record<string, Tensor>

/** What to feed at each step: draw it with `drawNoise(shape, law, rng)`. */
export interface NoiseRequest {
  name: string
  shape: readonly number[]
  law: Law
}

export interface Program {
  inputs: Named<Declared> // without the noise, which is discovered by running
  resident?: readonly string[] // outputs that feed a later run: they may stay on the device
  run(inputs: Named<Tensor>, noise: Noise): Record<string, Tensor>
}

/** Outputs: what `forward` returns, by its own names. */
export function forwardProgram(weights: Weights, feeds: Named<Declared>, forward: ForwardOf): Program {
  return {
    inputs: { ...declareAll('weights', weights), ...prefixed('feeds', feeds) },
    run: (inputs) => forward(initOf(unprefixed('weights', inputs)), unprefixed('feeds', inputs)),
  }
}

/** Outputs: loss, weights/<name> (the gradients, by weight). */
export function gradientProgram(weights: Weights, feeds: Named<Declared>, loss: LossOf): Program {
  return {
    inputs: { ...declareAll('weights', weights), ...prefixed('feeds', feeds) },
    run(inputs, noise) {
      const { value, gradients } = differentiate(unprefixed('weights', inputs), inputs, loss, noise)
      return { loss: value, ...prefixed('weights', gradients) }
    },
  }
}

/** A Noise that records what was asked for and takes the tensors from `give`. */
export function recordNoise(give: (name: string, declared: Declared) => Tensor): {
  noise: Noise
  requests: NoiseRequest[]
} {
  const requests: NoiseRequest[] = []
  const noise: Noise = (name, shape, law) => {
    if (requests.some((request) => request.name === name))
      throw new Error(`noise '${name}' was asked for twice`)
    requests.push({ name, shape: [...shape], law })
    return give(`noise/${name}`, { shape, dtype: dtypeOf(law) })
  }
  return { noise, requests }
}

export function prefixed<T>(prefix: string, values: Named<T>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]))
}

/** The values under a prefix, by their own names. */
export function unprefixed<T>(prefix: string, values: Named<T>): Record<string, T> {
  const own = Object.entries(values).filter(([name]) => name.startsWith(`${prefix}/`))
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length + 1), value]))
}

function declareAll(prefix: string, weights: Weights): Record<string, Declared> {
  const declared: [string, Declared][] = []
  for (const [name, { shape, dtype }] of weights) declared.push([`${prefix}/${name}`, { shape, dtype }])
  return Object.fromEntries(declared)
}

function initOf(weights: Named<Tensor>): Init {
  return initFrom(new Map(Object.entries(weights)))
}

/** The loss, and its gradient by each of the weights. */
export function differentiate(weights: Named<Tensor>, inputs: Named<Tensor>, loss: LossOf, noise: Noise) {
  const names = Object.keys(weights)
  const f = () => {
    const value = loss(initOf(weights), unprefixed('feeds', inputs), noise)
    if (value.rank !== 0 || value.dtype !== ('float32' satisfies Dtype))
      throw new Error(`loss: must be a float32 scalar (got ${value.dtype} [${value.shape.join(', ')}])`)
    return value
  }
  const { value, grads } = tf.engine().gradients(f, Object.values(weights), undefined, true)
  const gradients: [string, Tensor][] = []
  for (const [i, name] of names.entries()) {
    const gradient = grads[i] as Tensor | null | undefined
    if (gradient == null)
      throw new Error(`weight '${name}' does not reach the loss: it would never be trained`)
    gradients.push([name, gradient])
  }
  return { value, gradients: Object.fromEntries(gradients) }
}
