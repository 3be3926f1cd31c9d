/**
 * A network whose item table is too large for a graph: every step sees the rows that it looks up and no other, and Adam is lazy
 * (tensor/rows.ts). Model and loss are the same code as ever; they are built for a catalog of U items, and ids count within it.
 *
 *   1  the rows of the batch, histories and targets, get the first places
 *   2  those that the loss looks up come behind them: drawn negatives as they were drawn from all N items; or, where a loss looks
 *      for the largest products with some centers, a pass over the whole table (tensor/nearest.ts) finds them
 *   3  the places that are left are filled with other items, so that each place is an item and no item has two
 *   4  one step; the rows of 1 and 2 are copied back
 *
 * U = min(N, 2 S + the most that the loss looks up), S = s L or the places that the batch names. The loss is the one of the whole
 * catalog to rounding: what it looks for among U items is among them. Its gradient by the other rows is zero; in dense Adam those
 * move all the same.
 * Letters: s batch, L length, D width, N items, U rows of a step.
 */
import type { Declared, Init, Loss, Model, Params, Recommenders, Rng } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import {
  compileForward,
  type EngineOptions,
  exportOnnx,
  type ForwardOf,
  type LossOf,
  type TrainStep,
} from '../tensor/engine.ts'
import { collectWeights } from '../tensor/init.ts'
import { type Nearest, openNearest, TILE } from '../tensor/nearest.ts'
import type { Probe } from '../tensor/probe.ts'
import { compileRowStep, gatherRows, type RowStep } from '../tensor/rows.ts'
import type { HostTensor, Weights } from '../tensor/types.ts'
import type { Budget } from './budget.ts'
import type { Chosen } from './choice.ts'
import { lossBytes } from './loss-bytes.ts'
import { batchOf, type Network, openOptimizer, type Shapes } from './network.ts'
import { tableOf } from './rows.ts'
import { openSlots, type Slots } from './slots.ts'

type Fed = Readonly<Record<string, HostTensor>>

/** What is built, for a catalog of any size. */
interface Parts {
  model: Chosen<Model>
  loss: Chosen<Loss>
  facts: Params // of the dataset
  feeds: Readonly<Record<string, Declared>> // history and target, both [s, L]; the places that a batch names, [M]
  table: string // the weight that is the catalog
  items: number // N
}

export async function openSparseNetwork(
  chosen: { model: Chosen<Model>; loss: Chosen<Loss> },
  batch: { facts: Params; shapes: Shapes },
  budget: Budget,
  engine: EngineOptions,
  random: (weight: string) => Rng,
): Promise<Network> {
  const { facts, shapes } = batch
  const items = facts.items as number
  const build = (init: Init) => chosen.model.entry.build(chosen.model.params, facts, init)
  const weights = collectWeights(build, random)
  const { input, target, known } = shapes
  const feeds = { ...input, target, ...(known && { known }) }
  const parts: Parts = { ...chosen, facts, feeds, items, table: tableOf(chosen.model, facts)! }
  const { step, bytes } = await openStep(parts, weights, budget, engine)
  const forward = await openForward(parts, weights, engine)
  const whole: ForwardOf = (init, given) => ({ ...build(init)(given, null) })
  return {
    facts,
    parameters: [...weights.values()].reduce((total, { data }) => total + data.length, 0),
    lossBytes: bytes,
    step,
    forward,
    onnx: (trained) => exportOnnx({ weights: trained, feeds: input, forward: whole }),
    async dispose() {
      await step.dispose()
      await forward.dispose()
    },
  }
}

/** The model for a catalog of `items` rows, whose catalog must be the table itself. */
function modelOf({ model, facts, table }: Parts, items: number) {
  return (init: Init, input: FedTensors, noise: Parameters<LossOf>[2] | null) => {
    const output = model.entry.build(
      model.params,
      { ...facts, items },
      init,
    )(input, noise) as Recommenders['output']
    const { shape } = output.catalog
    if (output.catalog !== init.weight(table, shape))
      throw new UserError(
        `model ${model.name}: rows 'sparse' needs a catalog that is a weight itself. Set rows: dense`,
      )
    return output
  }
}
type FedTensors = Parameters<LossOf>[1]

async function openStep(
  parts: Parts,
  weights: Weights,
  budget: Budget,
  engine: EngineOptions,
): Promise<{ step: TrainStep; bytes: number }> {
  const { loss, feeds, items, table } = parts
  const lookups = loss.entry.lookups!
  const [size, length] = feeds.target!.shape as [number, number]
  const width = weights.get(table)!.data.length / items
  const [known] = feeds.known?.shape ?? []
  const sizes = { size, length, width, items, ...(known !== undefined && { known }) }
  const most = lookups.most(loss.params, sizes)
  const rows = Math.min(items, 2 * (known ?? size * length) + most)
  const build = modelOf(parts, rows)
  const ask =
    <R>(f: (...of: Parameters<Loss['value']>) => R) =>
    (init: Init, fed: FedTensors, noise: Parameters<LossOf>[2]): R => {
      const batch = batchOf(fed)
      return f(build(init, batch.input, noise), { ...batch, items }, loss.params, noise)
    }
  const optimizer = openOptimizer(budget)
  const spec = { weights, feeds: { ...feeds }, loss: ask(loss.entry.value), optimizer, clip: budget.clip }
  const step = await compileRowStep(spec, { table, rows }, engine)
  const probe = lookups.centers === undefined ? null : await step.probe(ask(lookups.centers))
  const bytes = Math.max(
    lossBytes(loss, sizes, rows),
    probe === null ? 0 : 4 * (most / lookups.each!(loss.params)) * Math.min(TILE, items), // products of a tile
  )
  const own = stepOn(step, {
    slots: openSlots(items, rows),
    drawn: lookups.noise ?? null,
    search: probe === null ? null : openSearch(probe, lookups.each!(loss.params), engine),
  })
  return { step: own, bytes }
}

interface Lookup {
  slots: Slots
  drawn: string | null // the noise that holds rows
  search: Search | null
}

/** A step that finds its rows by itself. */
function stepOn(step: RowStep, { slots, drawn, search }: Lookup): TrainStep {
  const partOf = ({ known, ...ids }: Fed): Fed => {
    const mapped = Object.entries(ids).map(([name, fed]) => {
      return [name, { ...fed, data: slots.itemsOf(fed.data as Int32Array) }] as const
    })
    return { ...Object.fromEntries(mapped), ...(known && { known }) }
  }
  let isOpen = true
  return {
    noise: step.noise,
    weights: step.weights,
    averages: step.weights,
    state: step.state,
    restore: step.restore,
    async run(feeds, noise, rate) {
      slots.clear()
      const { known: _, ...ids } = feeds
      for (const { data } of Object.values(ids)) slots.addItems(data as Int32Array)
      const given = { ...noise }
      if (drawn !== null) {
        const rows = noise[drawn]!.data as Int32Array
        slots.add(rows)
        given[drawn] = { ...noise[drawn]!, data: slots.placesOf(rows) }
      }
      if (search !== null) {
        await step.place(slots.rows.subarray(0, slots.count))
        for (const rows of await search.run(partOf(feeds), noise, step.table)) slots.add(rows)
      }
      const touched = slots.count
      slots.fill()
      await step.place(slots.rows)
      return step.run([partOf(feeds), given, rate], touched)
    },
    async dispose() {
      if (!isOpen) return
      isOpen = false
      await search?.dispose()
      await step.dispose()
    },
  }
}

interface Search {
  run(feeds: Fed, noise: Fed, table: HostTensor): Promise<Int32Array[]>
  dispose(): Promise<void>
}

/** The centers from the weights of now, then the pass over the table, which is opened when the first centers are there. */
function openSearch(probe: Probe, each: number, engine: EngineOptions): Search {
  let nearest: Nearest | null = null
  return {
    async run(feeds, noise, table) {
      const centers = await probe.run(feeds, noise)
      const [count, width] = centers.shape as [number, number]
      nearest ??= await openNearest({ centers: count, rows: table.shape[0]!, width, each }, engine)
      return nearest.run(centers, table)
    },
    async dispose() {
      await nearest?.dispose()
      await probe.dispose()
    },
  }
}

/** Predictions: the states from the rows of the histories; the catalog is the table as it lies in memory. */
async function openForward(
  parts: Parts,
  weights: Weights,
  engine: EngineOptions,
): Promise<Network['forward']> {
  const { items, table } = parts
  const { target: _, known: __, ...feeds } = parts.feeds
  const [size, length] = parts.feeds.target!.shape as [number, number]
  const rows = Math.min(items, size * length)
  const build = modelOf(parts, rows)
  const whole = weights.get(table)!
  const width = whole.data.length / items
  const part: HostTensor = { ...whole, shape: [rows, width], data: new Float32Array(rows * width) }
  const forward: ForwardOf = (init, input) => ({ states: build(init, input, null).states })
  const declared = new Map([...weights, [table, part]])
  const compiled = await compileForward({ weights: declared, feeds, forward }, engine)
  const slots = openSlots(items, rows)
  return {
    async run(fed, given = weights) {
      slots.clear()
      const history = fed.history!.data as Int32Array
      slots.addItems(history)
      gatherRows(given.get(table)!, slots.rows.subarray(0, slots.count), part)
      const own = { ...fed, history: { ...fed.history!, data: slots.itemsOf(history) } }
      const { states } = await compiled.run(own, new Map([...given, [table, part]]))
      return { states: states!, catalog: given.get(table)! }
    },
    dispose: compiled.dispose,
  }
}
