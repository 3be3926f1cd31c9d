/**
 * The training steps of track operators in profile `small`, by name of the model: sizes, batch and grid as in pipeline.yaml, on
 * fields of order one, with the loss that all of them meet. What the fields hold changes no shape, and so no time.
 */
import { fileURLToPath } from 'node:url'
import type { Declared, Loss, Model, Params } from '../../contracts.ts'
import { load } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'
import { loadPipeline } from '../../pipelines/load.ts'
import { collectWeights } from '../../tensor/init.ts'
import type { Case } from './train-models.ts'

interface Operators {
  model: (Params & { name: string })[]
  first: { loss: string }
  budget: { batch: number; epochs: number }
}

const { condiff, train } = loadPipeline(
  fileURLToPath(new URL('../../pipeline.yaml', import.meta.url)),
  'small',
).values as unknown as {
  condiff: { grid: number[]; rows: { train: number } }
  train: { operators: Operators }
}
const { model: models, first, budget } = train.operators
const [n, batch] = [condiff.grid[0]!, budget.batch]
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

/** Steps of one training: whole batches of the train split, every epoch. */
export const steps = budget.epochs * Math.floor(condiff.rows.train / batch)

export const smallCases: Record<string, () => Promise<Case>> = Object.fromEntries(
  models.map(({ name, ...params }) => [name, () => caseOf(name, params)]),
)

async function caseOf(name: string, params: Params): Promise<Case> {
  const model = await load<Model>('model', 'models/operators', name)
  const loss = await load<Loss>('loss', 'losses/operators', first.loss)
  const settings = { ...model.defaults, ...params }
  return {
    weights: collectWeights(
      (init) => model.build(settings, facts, init),
      (weight) => rng(1, weight),
    ),
    feeds,
    loss: (init, { target, ...input }, noise) => {
      const forward = model.build(settings, facts, init)
      return loss.value(forward(input, noise), { input, target: target! }, loss.defaults, noise)
    },
  }
}
