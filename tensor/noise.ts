/**
 * Random numbers for one step, drawn on the host and fed like data: a compiled step holds no generator.
 *   'uniform'        float32 in [0, 1): 24 bits of a word, all that a float32 there can hold
 *   'normal'         float32, mean 0, standard deviation 1
 *   { bernoulli: p } float32, 1 with probability p to the nearest 2⁻¹⁶, else 0; { bernoulli: 1 − rate } keeps in a dropout
 *   { integer: n }   int32 in [0, n)
 * A mask takes half a word a place, lower half first: masks are most of what a training step draws.
 */
import type { Law, Rng } from '../contracts.ts'
import { sizeOf } from './graph.ts'
import type { Dtype, HostTensor } from './types.ts'

export function drawNoise(shape: readonly number[], law: Law, rng: Rng): HostTensor {
  const data = draw(sizeOf(shape), law, rng)
  return { shape: [...shape], dtype: dtypeOf(law), data }
}

export function dtypeOf(law: Law): Dtype {
  return typeof law === 'object' && 'integer' in law ? 'int32' : 'float32'
}

function draw(length: number, law: Law, rng: Rng): Float32Array | Int32Array {
  if (law === 'normal') return Float32Array.from({ length }, () => rng.normal())
  if (law === 'uniform') return Float32Array.from(words(length, rng), (word) => (word >>> 8) / 2 ** 24)
  if ('integer' in law) return Int32Array.from({ length }, () => rng.integer(law.integer))
  return mask(length, law.bernoulli, rng)
}

function mask(length: number, p: number, rng: Rng): Float32Array {
  const drawn = words(Math.ceil(length / 2), rng)
  const below = Math.round(p * 2 ** 16)
  const values = new Float32Array(length)
  for (let i = 0; i < length; i++) {
    const word = drawn[i >> 1]!
    const half = i & 1 ? word >>> 16 : word & 0xffff
    values[i] = half < below ? 1 : 0
  }
  return values
}

function words(count: number, rng: Rng): Int32Array {
  const drawn = new Int32Array(count)
  rng.words(drawn)
  return drawn
}
