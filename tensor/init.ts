/**
 * Weights: drawn on the host once, by name, then handed to the model as tensors wherever it is built again
 * (in a trace, eagerly, for an export).
 *
 * Laws, with fan-in and fan-out taken from the last two axes and the product r of all others ([3, 3, in, out]: r = 9):
 *   glorot  uniform in ±√(6 / (r (in + out)))      Glorot & Bengio 2010, eq. 16
 *   he      normal, standard deviation √(2 / (r in))   He et al. 2015, arXiv:1502.01852, eq. 10
 *   normal  normal, standard deviation 0.02        as in BERT and GPT-2
 * A vector counts as fan-in and fan-out n. Filters of a transposed convolution, [h, w, out, in], take `in` from the
 * second-last axis all the same: use glorot there, which is symmetric.
 */
import type { Init, Rng, Scheme } from '../contracts.ts'
import * as tf from './tf.ts'
import type { HostTensor, Tensor, Weights } from './types.ts'

/**
 * Runs `build` once and returns the weights it asked for, in that order, drawn from the stream of their own name:
 * adding a weight does not change the others.
 */
export function collectWeights(build: (init: Init) => unknown, rng: (name: string) => Rng): Weights {
  const weights = new Map<string, HostTensor>()
  const init: Init = {
    weight(name, shape, scheme = 'glorot') {
      if (weights.has(name)) throw new Error(`weight '${name}' was asked for twice`)
      const data = draw(shape, scheme, rng(name))
      weights.set(name, { shape: [...shape], dtype: 'float32', data })
      return tf.tensor(data, [...shape])
    },
  }
  tf.tidy(() => {
    build(init)
  })
  return weights
}

/** Hands given tensors back by name. */
export function initFrom(weights: ReadonlyMap<string, Tensor>): Init {
  return {
    weight(name, shape) {
      const weight = weights.get(name)
      if (weight === undefined)
        throw new Error(`weight '${name}' is not among ${[...weights.keys()].join(', ')}`)
      if (weight.shape.join() !== shape.join())
        throw new Error(
          `weight '${name}' is [${weight.shape.join(', ')}], the model asked for [${shape.join(', ')}]`,
        )
      return weight
    },
  }
}

function draw(shape: readonly number[], scheme: Scheme, rng: Rng): Float32Array {
  const size = shape.reduce((product, length) => product * length, 1)
  const next = lawOf(shape, scheme, rng)
  return Float32Array.from({ length: size }, next)
}

function lawOf(shape: readonly number[], scheme: Scheme, rng: Rng): () => number {
  const { fanIn, fanOut } = fans(shape)
  if (scheme === 'zeros') return () => 0
  if (scheme === 'ones') return () => 1
  if (scheme === 'glorot') return uniform(rng, Math.sqrt(6 / (fanIn + fanOut)))
  if (scheme === 'he') return normal(rng, Math.sqrt(2 / fanIn))
  if (scheme === 'normal') return normal(rng, 0.02)
  return 'normal' in scheme ? normal(rng, scheme.normal) : uniform(rng, scheme.uniform)
}

function uniform(rng: Rng, bound: number): () => number {
  return () => bound * (2 * rng.uniform() - 1)
}

function normal(rng: Rng, deviation: number): () => number {
  return () => deviation * rng.normal()
}

function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const rank = shape.length
  if (rank < 2) return { fanIn: shape[0] ?? 1, fanOut: shape[0] ?? 1 }
  const window = shape.slice(0, -2).reduce((product, length) => product * length, 1)
  return { fanIn: window * shape[rank - 2]!, fanOut: window * shape[rank - 1]! }
}
