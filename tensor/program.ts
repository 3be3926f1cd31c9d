/**
 * What a device compiles: a pure function of named tensors. Weights, memory, feeds, scalars and noise are all inputs;
 * whatever changes comes out under the name of the input that it replaces.
 *
 * Input names: weights/<name>, memory/<slot>/<name>, feeds/<name>, scalars/<name>, noise/<name>.
 */
import type { Declared, Init, Law, Noise } from '../contracts.ts'
import { initFrom } from './init.ts'
import { dtypeOf } from './noise.ts'
import type { Optimizer } from './optimizers.ts'
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
    run: (inputs) => forward(initOf(weights, inputs), unprefixed('feeds', inputs)),
  }
}

/** Outputs: loss, weights/<name> (the gradients, by weight). */
export function gradientProgram(weights: Weights, feeds: Named<Declared>, loss: LossOf): Program {
  return {
    inputs: { ...declareAll('weights', weights), ...prefixed('feeds', feeds) },
    run(inputs, noise) {
      const { value, gradients } = differentiate(weights, inputs, loss, noise)
      return { loss: value, ...prefixed('weights', gradients) }
    },
  }
}

/** Outputs: loss, weights/<name>, memory/<slot>/<name>. */
export function stepProgram(
  weights: Weights,
  feeds: Named<Declared>,
  loss: LossOf,
  { optimizer, settings }: { optimizer: Optimizer; settings: Named<number> },
): Program {
  const slots = optimizer.memory(settings)
  const scalars = ['rate', ...Object.keys(optimizer.scalars(1, settings))]
  const memory = Object.assign({}, ...slots.map((slot) => declareAll(`memory/${slot}`, weights)))
  const scalar: Declared = { shape: [], dtype: 'float32' }
  const kept = { ...declareAll('weights', weights), ...memory }
  return {
    resident: Object.keys(kept),
    inputs: {
      ...kept,
      ...prefixed('feeds', feeds),
      ...prefixed('scalars', Object.fromEntries(scalars.map((name) => [name, scalar]))),
    },
    run(inputs, noise) {
      const { value, gradients } = differentiate(weights, inputs, loss, noise)
      const outputs: Record<string, Tensor> = { loss: value }
      const fed = unprefixed('scalars', inputs) as Record<string, Scalar>
      for (const [name, gradient] of Object.entries(gradients)) {
        const past = Object.fromEntries(slots.map((slot) => [slot, inputs[`memory/${slot}/${name}`]!]))
        const next = optimizer.update(inputs[`weights/${name}`]!, gradient, past, fed, settings)
        outputs[`weights/${name}`] = next.weight
        for (const slot of slots) outputs[`memory/${slot}/${name}`] = next.memory[slot]!
      }
      return outputs
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

function initOf(weights: Weights, inputs: Named<Tensor>): Init {
  return initFrom(new Map([...weights.keys()].map((name) => [name, inputs[`weights/${name}`]!])))
}

function differentiate(weights: Weights, inputs: Named<Tensor>, loss: LossOf, noise: Noise) {
  const names = [...weights.keys()]
  const f = () => {
    const value = loss(initOf(weights, inputs), unprefixed('feeds', inputs), noise)
    if (value.rank !== 0 || value.dtype !== ('float32' satisfies Dtype))
      throw new Error(`loss: must be a float32 scalar (got ${value.dtype} [${value.shape.join(', ')}])`)
    return value
  }
  const { value, grads } = tf.engine().gradients(
    f,
    names.map((name) => inputs[`weights/${name}`]!),
    undefined,
    true,
  )
  const gradients: [string, Tensor][] = []
  for (const [i, name] of names.entries()) {
    const gradient = grads[i] as Tensor | null | undefined
    if (gradient == null)
      throw new Error(`weight '${name}' does not reach the loss: it would never be trained`)
    gradients.push([name, gradient])
  }
  return { value, gradients: Object.fromEntries(gradients) }
}
