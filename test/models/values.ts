/** Host values for tests of models: weights by name in and out of a build, and arrays that are easy to read. */
import type { FieldFacts, Init } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import { type Tensor, tf, type Weights } from '../../tensor/index.ts'
import { collectWeights, initFrom } from '../../tensor/init.ts'

/** The weights a builder asks for, drawn from `seed`, then changed in place where a test wants its own. */
export function drawn(build: (init: Init) => unknown, seed: number): Weights {
  return collectWeights(build, (name) => rng(seed, name))
}

export function initOf(weights: Weights): Init {
  return initFrom(
    new Map(
      [...weights].map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])] as [string, Tensor]),
    ),
  )
}

/** Every value from one normal stream: biases and gains too, which start at 0 and 1 and would hide mistakes. */
export function shaken(weights: Weights, seed: number): Weights {
  for (const [name, { data }] of weights) {
    const stream = rng(seed, 'shaken', name)
    for (let i = 0; i < data.length; i++) data[i] = 0.5 * stream.normal()
  }
  return weights
}

export function normal(shape: number[], seed: number): Tensor {
  const stream = rng(seed, 'values', ...shape)
  return tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => stream.normal()),
    shape,
  )
}

/** Largest difference, to be compared with a tolerance that says why. */
export function apart(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY
  let worst = 0
  for (let i = 0; i < a.length; i++) {
    const gap = Math.abs(a[i]! - b[i]!)
    if (!(gap <= worst)) worst = gap
  }
  return worst
}

/** Facts of fields whose numbers are of order one as they are. */
export function fieldFactsOf(grid: number): FieldFacts {
  return { grid, reading: 'nodes', logK: { mean: 0, deviation: 0.5 }, rhs: 1, x: 1, flux: 1, channels: {} }
}
