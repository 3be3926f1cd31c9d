/** All that a training run stands on, opened and checked before the first step. */
import type {
  Columns,
  Context,
  Dataset,
  Loss,
  Model,
  Opened,
  Params,
  Rng,
  Search,
  Track,
} from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { keepFreedMemory } from '../io/freed-memory.ts'
import type { EngineOptions } from '../tensor/engine.ts'
import { type Budget, openBudget } from './budget.ts'
import { type Choice, type Chosen, choose } from './choice.ts'
import { loadMeasure, type Measure } from './measure.ts'
import { type Network, openEngine, openNetwork, openOptimizer } from './network.ts'
import { rowsOf } from './rows.ts'
import { openSparseNetwork } from './sparse-network.ts'
import { loadTrack, openDataset } from './track.ts'

export interface TrainRequest {
  track: string
  model: Choice
  loss: Choice
  seed: number
  budget: Params
  engine: Params
}

export interface Run extends Asked {
  opened: Opened
  search: Search | undefined // what makes the test predictions instead
  size: number // rows of a batch
  known: number | undefined // places that a step looks at (Batch.known), where that is not all of them
  random: (...name: (string | number)[]) => Rng
  watched: Measure
  validTruth: Columns
  network: Network
}

export async function openRun(
  request: TrainRequest,
  folder: string,
  ctx: Pick<Context, 'rng' | 'signal'>,
): Promise<Run> {
  keepFreedMemory() // outputs of ONNX Runtime, weights among them, come in fresh buffers at every step
  const asked = await openRequest(request, folder)
  const { name, track, dataset, budget } = asked
  const opened = await track.open(dataset, folder, asked.forTrack)
  const size = Math.min(budget.batch, opened.rows('train'))
  if (size === 0) throw new UserError(`${name}: the train split has no rows to learn from`)
  if (opened.rows('test') === 0) throw new UserError(`${name}: the test split has no rows to predict`)
  if (budget.patience > 0 && opened.rows('valid') === 0)
    throw new UserError(`${name}: patience needs a valid split, and it has no rows. Set patience: 0`)
  const search = await opened.search?.(ctx.signal)
  const watched = await loadMeasure(request.track, track.watch)
  const validTruth = await track.truth(dataset, folder, 'valid')

  const random = (...rest: (string | number)[]) => ctx.rng('train', request.seed, ...rest)
  const weightsOf = (weight: string) => random('weights', weight)
  const { forTrack, open } = networkOf(asked, opened.facts)
  const known = knownOf(opened, { size, epochs: budget.epochs }, random)
  const shapes = opened.shapes(size)
  const batch = {
    facts: opened.facts,
    shapes: known === undefined ? shapes : { ...shapes, known: places(known) },
  }
  const network = await open(asked, batch, budget, asked.engine, weightsOf)
  return { ...asked, forTrack, opened, search, size, known, random, watched, validTruth, network }
}

/** M of `Batch.known`: what holds every batch that this run will see, if that leaves out a quarter of the places. */
function knownOf(
  opened: Opened,
  { size, epochs }: { size: number; epochs: number },
  random: Run['random'],
): number | undefined {
  const shuffles = Array.from({ length: epochs }, (_, e) => random('shuffle', e + 1))
  const most = opened.mostKnown?.(size, shuffles) ?? Infinity
  const all = opened.shapes(size).target.shape.reduce((product, side) => product * side, 1)
  const even = WIDE * Math.ceil(most / WIDE)
  return even <= 0.75 * all ? even : undefined
}

const WIDE = 16 // numbers in a vector of the widest processors
const places = (count: number) => ({ shape: [count], dtype: 'int32' as const })

/** The kind of network that `rows` in the track's part of the budget asks for; there, it is said which one it is. */
function networkOf({ model, loss, budget, forTrack }: Asked, facts: Params) {
  if (!Object.hasOwn(forTrack, 'rows')) return { forTrack, open: openNetwork }
  const rows = rowsOf(forTrack.rows!, { model, loss, facts, budget, optimizer: openOptimizer(budget) })
  return { forTrack: { ...forTrack, rows }, open: rows === 'sparse' ? openSparseNetwork : openNetwork }
}

/** What the request says, by name. */
interface Asked {
  name: string // 'fno_relative-l2_0 on gaussian0.4_grid64', for sentences
  track: Track
  dataset: Dataset
  model: Chosen<Model>
  loss: Chosen<Loss>
  budget: Budget
  forTrack: Params // the track's part of the budget
  engine: EngineOptions
}

async function openRequest(request: TrainRequest, folder: string): Promise<Asked> {
  const track = await loadTrack(request.track)
  const dataset = await openDataset(folder, request.track)
  const budgets = openBudget(request.track, track.defaults, request.budget)
  const engine = await openEngine(request.engine)
  const model = await choose<Model>('model', `models/${request.track}`, request.model)
  const loss = await choose<Loss>('loss', `losses/${request.track}`, request.loss)
  const name = `${model.name}_${loss.name}_${request.seed} on ${dataset.name}`
  if (!Number.isSafeInteger(request.seed) || request.seed < 0)
    throw new UserError(`${name}: seed must be a whole number from 0 (got ${request.seed})`)
  return { name, track, dataset, model, loss, ...budgets, engine }
}
