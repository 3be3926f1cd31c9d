/**
 * The trainings of track operators in profile `small`: their sizes, batch and grid as in pipeline.yaml, on fields of order one, with
 * the loss that all models meet. What the fields hold changes no shape, and so no time.
 */
import { fileURLToPath } from 'node:url'
import type { Declared, Loss, Model, Params } from '../../contracts.ts'
import { load } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'
import { expand, templateOf } from '../../pipelines/expand.ts'
import { loadPipeline } from '../../pipelines/load.ts'
import type { ForwardOf } from '../../tensor/engine.ts'
import { collectWeights } from '../../tensor/init.ts'
import type { Case } from './train-models.ts'

interface Training {
  model: Params & { name: string }
  budget: { batch: number; epochs: number }
}
interface Profile {
  condiff: { grid: [number]; rows: { train: number; valid: number } }
  train: { operators: { first: { loss: string } } }
}

const pipeline = loadPipeline(fileURLToPath(new URL('../../pipeline.yaml', import.meta.url)), 'small')
const { condiff, train } = pipeline.values as unknown as Profile
const trainings = expand(pipeline)
  .filter(({ id }) => templateOf(id) === 'train-operators')
  .map(({ params }) => params as unknown as Training)
const models = new Map(trainings.map(({ model }) => [model.name, model]))
const { batch, epochs } = trainings[0]!.budget
const [n] = condiff.grid

/** How often a model is trained in the profile, and what one training is made of. */
export const timesTrained = (name: string) => trainings.filter(({ model }) => model.name === name).length
export const steps = epochs * Math.floor(condiff.rows.train / batch)
export const predictions = epochs * Math.ceil(condiff.rows.valid / batch) // batches of the valid split, after every epoch

const facts = {
  grid: n,
  reading: 'nodes',
  logK: { mean: 0, deviation: 1 },
  rhs: 1,
  x: 1 / (15 * (n + 1)),
  flux: 1,
  channels: {},
}
const floats = (...shape: number[]): Declared => ({ shape, dtype: 'float32' })
const feeds = { k: floats(batch, n + 1, n + 1), rhs: floats(batch, n, n), target: floats(batch, n, n) }

export const smallCases: Record<string, () => Promise<Case & { forward: ForwardOf }>> = Object.fromEntries(
  [...models].map(([name, { name: _, ...params }]) => [name, () => caseOf(name, params)]),
)

async function caseOf(name: string, params: Params): Promise<Case & { forward: ForwardOf }> {
  const model = await load<Model>('model', 'models/operators', name)
  const loss = await load<Loss>('loss', 'losses/operators', train.operators.first.loss)
  const settings = { ...model.defaults, ...params }
  const weights = collectWeights(
    (init) => model.build(settings, facts, init),
    (weight) => rng(1, weight),
  )
  return {
    weights,
    feeds,
    forward: (init, input) => ({ ...model.build(settings, facts, init)(input, null) }),
    loss: (init, { target, ...input }, noise) => {
      const forward = model.build(settings, facts, init)
      return loss.value(forward(input, noise), { input, target: target! }, loss.defaults, noise)
    },
  }
}
