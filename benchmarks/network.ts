/** A model and a loss as the engine takes them: weights, one training step and one prediction, for batches of one size. */
import type { Batch, Declared, Init, Loss, Model, Params, Rng, Task } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { withDefaults } from '../io/params.ts'
import { findDevice } from '../tensor/devices.ts'
import type { EngineOptions, ForwardOf, LossOf, Prediction, TrainStep } from '../tensor/engine.ts'
import { compileForward, compileStep, exportOnnx } from '../tensor/engine.ts'
import { collectWeights } from '../tensor/init.ts'
import { optimizers } from '../tensor/optimizers.ts'
import type { Weights } from '../tensor/types.ts'
import { type Budget, oneOf } from './budget.ts'
import type { Chosen } from './choice.ts'
import { lossBytes } from './loss-bytes.ts'

export interface Network {
  facts: Params // that the model was built with: those of the dataset, and the channels that the loss asks for
  parameters: number // how many weights
  lossBytes?: number // what the loss alone holds at once, where the output of the network is a catalog (loss-bytes.ts)
  step: TrainStep
  forward: Prediction
  onnx(weights: Weights): Uint8Array
  dispose(): Promise<void>
}

export interface Shapes {
  input: { readonly [name: string]: Declared }
  target: Declared
  known?: Declared // of `Batch`, where a step is fed that
}

export async function openNetwork(
  { model, loss }: { model: Chosen<Model>; loss: Chosen<Loss> },
  batch: { facts: Params; shapes: Shapes },
  budget: Budget,
  engine: EngineOptions,
  random: (weight: string) => Rng,
): Promise<Network> {
  const optimizer = openOptimizer(budget)
  const { channels } = loss.entry
  const facts = channels === undefined ? batch.facts : { ...batch.facts, channels }
  const build = (init: Init) => model.entry.build(model.params, facts, init)
  const weights = await built(model, () => collectWeights(build, random))
  if (weights.size === 0)
    throw new UserError(`model ${model.name}: has no weights, so there is nothing to train`)
  const forward: ForwardOf = (init, input) => ({ ...build(init)(input, null) })
  let catalog: readonly number[] | undefined // [N, D], of a network that ends in one
  const value: LossOf = (init, fed, noise) => {
    const batch = batchOf(fed)
    const output = build(init)(batch.input, noise)
    catalog = output.catalog?.shape
    return loss.entry.value(output, batch, loss.params, noise)
  }

  const input = { ...batch.shapes.input }
  const { target, known } = batch.shapes
  const feeds = { ...input, target, ...(known && { known }) }
  const { clip, ema: average } = budget
  const step = await built(model, () =>
    compileStep({ weights, feeds, loss: value, optimizer, clip, average }, engine),
  )
  const prediction = await compileForward({ weights, feeds: input, forward }, engine)
  const [size, length] = target.shape as [number, number]
  const [items, width] = catalog ?? []
  const most = known && { known: known.shape[0]! }
  return {
    facts,
    parameters: [...weights.values()].reduce((total, { data }) => total + data.length, 0),
    ...(catalog && { lossBytes: lossBytes(loss, { size, length, width: width!, items: items!, ...most }) }),
    step,
    forward: prediction,
    onnx: (trained) => exportOnnx({ weights: trained, feeds: input, forward }),
    async dispose() {
      await step.dispose()
      await prediction.dispose()
    },
  }
}

/** What model and loss take, of the tensors that a step is fed by name. */
export function batchOf({ target, known, ...input }: Parameters<LossOf>[1]): Batch<Task> {
  const places = known && { known }
  return { input: { ...input, ...places }, target: target!, ...places }
}

/**
 * A model's own arithmetic says whether its params fit together (heads that divide a width, a patch that fits a grid): what
 * it throws with params that somebody changed is about those. With its defaults it is a bug, and is left to look like one.
 */
async function built<T>({ name, entry, params }: Chosen<Model>, build: () => T | Promise<T>): Promise<T> {
  try {
    return await build()
  } catch (error) {
    const changed = Object.entries(params).filter(([key, value]) => value !== entry.defaults[key])
    if (changed.length === 0 || error instanceof UserError) throw error
    const words = changed.map(([key, value]) => `${key} = ${JSON.stringify(value)}`).join(', ')
    throw new UserError(`model ${name} cannot be built with ${words}: ${(error as Error).message}`)
  }
}

/** The optimizer of a budget with its settings, both known to exist. */
export function openOptimizer({ optimizer: name, settings }: Budget): { name: string; params: Params } {
  oneOf('optimizer', name, Object.keys(optimizers))
  const params = withDefaults(`optimizer ${name}`, optimizers[name]!.defaults, settings)
  for (const [setting, value] of Object.entries(params)) {
    const { holds, words } = RANGES[setting] ?? ANY
    if (typeof value === 'number' && !holds(value))
      throw new UserError(`optimizer ${name}: ${setting} must be ${words} (got ${value})`)
  }
  return { name, params }
}

/** What a number may be, by its name: a name means the same in every optimizer. */
const share = { holds: (x: number) => x >= 0 && x < 1, words: 'a number from 0 to below 1' }
const count = { holds: (x: number) => Number.isInteger(x) && x >= 1, words: 'a whole number from 1' }
const ANY = { holds: (x: number) => x >= 0 && Number.isFinite(x), words: 'a number from 0' }
const RANGES: { readonly [setting: string]: typeof ANY } = {
  beta1: share,
  beta2: share,
  momentum: share,
  epsilon: { holds: (x) => x > 0 && Number.isFinite(x), words: 'a positive number' },
  every: count,
  steps: count,
  longest: count,
}

export async function openEngine(given: Params): Promise<EngineOptions> {
  const { device, threads } = withDefaults('engine', { device: 'cpu', threads: 1 }, given)
  if (!Number.isInteger(threads) || threads < 1)
    throw new UserError(`engine: threads must be a whole number from 1 (got ${threads})`)
  const found = await findDevice(device)
  if ('missing' in found) throw new UserError(`engine: ${found.missing}`)
  return { device: found.device, threads }
}
