/**
 * Toy problems of each track for the contract tests: a batch of four rows that every model and loss of the
 * track must take, with a target that is true in the sense of the track.
 */

import { fieldFacts } from '../../benchmarks/field-facts.ts'
import { batchOf } from '../../benchmarks/network.ts'
import type { Init, Json, Loss, Model, Noise, Params, Rng } from '../../contracts.ts'
import { load, namesIn } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'
import type { LossOf } from '../../tensor/engine.ts'
import { type HostTensor, type Tensor, tf, type Weights } from '../../tensor/index.ts'
import { collectWeights } from '../../tensor/init.ts'
import { drawNoise } from '../../tensor/noise.ts'
import { eliminate, fivePoint, incompleteCholesky, inRows } from './dense.ts'

export interface Toy {
  facts: Params
  feeds: Record<string, HostTensor> // the inputs by name, and `target`
  shapes: Shapes // of the outputs; D stands for any length
  answers?: readonly Shapes[] // other outputs that a model of this track may give in their place
  truth?: Record<string, HostTensor> // outputs that are right, also those that only some losses ask for
  loss: string // what a model of this track is fitted with
  model: string // what every loss of this track is compiled with
}
export type Shapes = Record<string, readonly number[]>
export const D = -1

export const toys: Record<string, () => Toy> = {
  operators: operatorsToy,
  preconditioners: preconditionersToy,
  recommenders: recommendersToy,
}
export const tracks = Object.keys(toys)

export async function modelsOf(track: string): Promise<[string, Model][]> {
  const names = namesIn(`models/${track}`)
  return Promise.all(
    names.map(async (n) => [n, await load<Model>('model', `models/${track}`, n)] as [string, Model]),
  )
}
export async function lossesOf(track: string): Promise<[string, Loss][]> {
  const names = namesIn(`losses/${track}`)
  return Promise.all(
    names.map(async (n) => [n, await load<Loss>('loss', `losses/${track}`, n)] as [string, Loss]),
  )
}

/** Sizes shrunk wherever a model has a setting of one of these names: the eager device is plain JavaScript. */
export function toyParams(defaults: Params): Params {
  const small: Record<string, Json> = {
    channels: 4,
    convs: 1,
    width: 4,
    dim: 8,
    modes: 3,
    layers: 2,
    hidden: 6,
    items: 12,
    head: 6,
    reach: 1,
    padding: 2,
    window: 2,
    skips: 1,
    rounds: 2,
    deep: 1,
  }
  const known = Object.entries(small).filter(([name]) => Object.hasOwn(defaults, name))
  return { ...defaults, ...Object.fromEntries(known) }
}

/** Model and loss as the engine takes them. */
export function lossOf(model: Model, loss: Loss, facts: Params): LossOf {
  return (init: Init, feeds: Record<string, Tensor>, noise: Noise) => {
    const batch = batchOf(feeds)
    const output = model.build(toyParams(model.defaults), factsFor(loss, facts), init)(batch.input, noise)
    return loss.value(output, batch, toyParams(loss.defaults), noise)
  }
}

/** The facts that a model is built with when this loss trains it. */
export function factsFor({ channels }: Loss, facts: Params): Params {
  return channels === undefined ? facts : { ...facts, channels }
}

/** The weights of a model that this loss trains, each drawn from a stream of its own. */
export function weightsFor(model: Model, loss: Loss, facts: Params, seed: number): Weights {
  const build = (init: Init) => model.build(toyParams(model.defaults), factsFor(loss, facts), init)
  return collectWeights(build, (weight) => rng(seed, weight))
}

/** Shapes of each set of outputs that a loss takes: those of the task, and what it asks for beside. */
export function shapesFor({ channels = {} }: Loss, toy: Toy): Shapes[] {
  const more = Object.entries(channels).map(([name, count]) => [name, [...toy.shapes.x!, count]] as const)
  return [toy.shapes, ...(toy.answers ?? [])].map((shapes) => ({ ...shapes, ...Object.fromEntries(more) }))
}

/** The shapes that outputs of these names must have: those of `answers` if they are one, else of `shapes`. */
export function statedFor({ shapes, answers = [] }: Toy, names: readonly string[]): Shapes {
  const key = [...names].sort().join()
  return answers.find((answer) => Object.keys(answer).sort().join() === key) ?? shapes
}

/** The places that hold an item, then one that holds none, `spare` times. */
export function knownOf(target: Int32Array, spare: number): HostTensor {
  const places = [...target.keys()].filter((place) => target[place] !== 0)
  const data = Int32Array.from([...places, ...new Array<number>(spare).fill(target.indexOf(0))])
  return { shape: [data.length], dtype: 'int32', data }
}

export function tensorOf({ data, shape, dtype }: HostTensor): Tensor {
  return tf.tensor(data, [...shape], dtype)
}

export function tensorsOf(feeds: Record<string, HostTensor>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(feeds).map(([name, host]) => [name, tensorOf(host)]))
}

/** Eager noise from one stream per name. */
export function noiseFrom(seed: number): Noise {
  return (name, shape, law) => tensorOf(drawNoise(shape, law, rng(seed, name)))
}

export function normals(shape: readonly number[], stream: Rng): HostTensor {
  return drawNoise(shape, 'normal', stream)
}

/**
 * Four diffusion problems on 7 × 7 nodes, k = exp(noise), solved by elimination in f64. 7 is odd and no
 * multiple of anything.
 */
function operatorsToy(): Toy {
  const [batch, n] = [4, 7]
  const k = normals([batch, n + 1, n + 1], rng(1, 'k'))
  for (let i = 0; i < k.data.length; i++) k.data[i] = Math.exp(0.5 * k.data[i]!)
  const rhs = normals([batch, n, n], rng(1, 'rhs'))
  const target: HostTensor = { shape: [batch, n, n], dtype: 'float32', data: new Float32Array(batch * n * n) }
  for (let b = 0; b < batch; b++) {
    const cells = k.data.subarray(b * (n + 1) ** 2, (b + 1) * (n + 1) ** 2)
    const right = rhs.data.subarray(b * n * n, (b + 1) * n * n)
    target.data.set(eliminate(fivePoint(cells, n), Float64Array.from(right)), b * n * n)
  }
  const x = target.data as Float32Array
  const data = { k: k.data as Float32Array, rhs: rhs.data as Float32Array, x }
  return {
    facts: fieldFacts({ rows: batch, data }, n, 'nodes'),
    feeds: { k, rhs, target },
    shapes: { x: [batch, n, n] },
    truth: { x: target, flux: fluxOf(data, batch, n) },
    loss: 'relative-l2',
    model: 'unet',
  }
}

/** k ∇x through the faces west, east, south and north of each node, in the direction of growing index: [B, n, n, 4]. */
function fluxOf({ k, x }: { k: Float32Array; x: Float32Array }, batch: number, n: number): HostTensor {
  const data = new Float32Array(batch * n * n * 4)
  for (let b = 0; b < batch; b++) {
    const cell = (i: number, j: number) => k[(b * (n + 1) + i) * (n + 1) + j]!
    const at = (i: number, j: number) => (i < 0 || j < 0 || i >= n || j >= n ? 0 : x[(b * n + i) * n + j]!)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++)
        data.set(
          [
            ((cell(i, j) + cell(i + 1, j)) / 2) * (at(i, j) - at(i, j - 1)),
            ((cell(i, j + 1) + cell(i + 1, j + 1)) / 2) * (at(i, j + 1) - at(i, j)),
            ((cell(i, j) + cell(i, j + 1)) / 2) * (at(i, j) - at(i - 1, j)),
            ((cell(i + 1, j) + cell(i + 1, j + 1)) / 2) * (at(i + 1, j) - at(i, j)),
          ].map((value) => value * (n + 1)),
          ((b * n + i) * n + j) * 4,
        )
  }
  return { shape: [batch, n, n, 4], dtype: 'float32', data }
}

/**
 * The matrices of the operators toy with white noise b, solved by elimination, each with its incomplete Cholesky factor without fill in
 * rows of three slots: worked on the dense matrix here, by the definition.
 */
function preconditionersToy(): Toy {
  const [batch, n, width] = [4, 7, 3]
  const nodes = n * n
  const k = normals([batch, n + 1, n + 1], rng(1, 'k')).data.map((value) => Math.exp(0.5 * value))
  const rhs = normals([batch, n, n], rng(1, 'rhs'))
  const matrix = new Float32Array(batch * nodes * 5)
  const factor = new Float32Array(batch * nodes * width)
  const columns = new Int32Array(batch * nodes * width)
  const target = new Float32Array(batch * nodes)
  for (let b = 0; b < batch; b++) {
    const dense = fivePoint(k.subarray(b * (n + 1) ** 2, (b + 1) * (n + 1) ** 2), n)
    matrix.set(stencilOf(dense, n), b * nodes * 5)
    const rows = inRows(incompleteCholesky(dense), width)
    factor.set(rows.factor, b * nodes * width)
    columns.set(rows.columns, b * nodes * width)
    target.set(eliminate(dense, Float64Array.from(rhs.data.subarray(b * nodes, (b + 1) * nodes))), b * nodes)
  }
  const float = 'float32' as const
  const right: HostTensor = { shape: [batch, n, n], dtype: float, data: target }
  return {
    facts: { grid: n, width },
    feeds: {
      matrix: { shape: [batch, n, n, 5], dtype: float, data: matrix },
      rhs,
      factor: { shape: [batch, nodes, width], dtype: float, data: factor },
      columns: { shape: [batch, nodes, width], dtype: 'int32', data: columns },
      target: right,
    },
    shapes: { correction: [batch, nodes, width] },
    answers: [{ direction: [batch, n, n] }],
    truth: { direction: right },
    loss: 'low-frequency',
    model: 'precorrector',
  }
}

/** Center, west, east, south and north of each row of a dense five-point matrix, 0 beyond the wall. */
function stencilOf(dense: readonly Float64Array[], n: number): Float32Array {
  const at = (p: number, i: number, j: number) =>
    i < 0 || j < 0 || i >= n || j >= n ? 0 : dense[p]![i * n + j]!
  return Float32Array.from(
    dense.flatMap((_, p) => {
      const [i, j] = [Math.floor(p / n), p % n]
      return [at(p, i, j), at(p, i, j - 1), at(p, i, j + 1), at(p, i - 1, j), at(p, i + 1, j)]
    }),
  )
}

/** Four users, catalog of 20, 6 places; histories of 6, 4, 1 and 3 items, each followed by its next item. */
function recommendersToy(): Toy {
  const [items, length] = [20, 6]
  const sequences = [
    [3, 7, 20, 7, 1, 12, 5],
    [9, 9, 2, 14, 6],
    [11, 4],
    [18, 1, 16, 8],
  ]
  const history = new Int32Array(4 * length)
  const target = new Int32Array(4 * length)
  sequences.forEach((sequence, user) => {
    const start = user * length + length - (sequence.length - 1)
    history.set(sequence.slice(0, -1), start)
    target.set(sequence.slice(1), start)
  })
  const shape = [4, length]
  return {
    facts: { items, length },
    feeds: {
      history: { shape, dtype: 'int32', data: history },
      target: { shape, dtype: 'int32', data: target },
    },
    shapes: { states: [4, length, D], catalog: [items, D] },
    loss: 'ce',
    model: 'sasrec',
  }
}
