/**
 * Random numbers for one step, drawn on the host and fed like data: a compiled step holds no generator.
 *   'uniform'        float32 in [0, 1]: a double just below 1 rounds to 1 in float32
 *   'normal'         float32, mean 0, standard deviation 1
 *   { bernoulli: p } float32, 1 with probability p, else 0: a dropout mask that keeps is { bernoulli: 1 - rate }
 *   { integer: n }   int32 in [0, n)
 */
import type { Law, Rng } from '../contracts.ts'
import type { Dtype, HostTensor } from './types.ts'

export function drawNoise(shape: readonly number[], law: Law, rng: Rng): HostTensor {
  const length = shape.reduce((product, side) => product * side, 1)
  const next = sampler(law, rng)
  const dtype = dtypeOf(law)
  const data = dtype === 'int32' ? Int32Array.from({ length }, next) : Float32Array.from({ length }, next)
  return { shape: [...shape], dtype, data }
}

export function dtypeOf(law: Law): Dtype {
  return typeof law === 'object' && 'integer' in law ? 'int32' : 'float32'
}

function sampler(law: Law, rng: Rng): () => number {
  if (law === 'uniform') return () => rng.uniform()
  if (law === 'normal') return () => rng.normal()
  if ('integer' in law) return () => rng.integer(law.integer)
  return () => (rng.uniform() < law.bernoulli ? 1 : 0)
}
