/** Stages of a benchmark on toy datasets, as pipeline.yaml spells them out. */
import { join } from 'node:path'
import type { Context, Params, Stage, Work } from '../../../contracts.ts'
import { makeOperators, makeRecommenders, temporary } from '../../benchmarks/toy-datasets.ts'
import { testContext } from '../../context.ts'

export async function toyRoot(): Promise<Context> {
  const root = await temporary()
  await makeOperators(join(root, 'datasets/operators/toy-fields'))
  await makeRecommenders(join(root, 'datasets/recommenders/toy-walks'))
  return testContext(root)
}

export function call(work: Work<never>, stage: Partial<Stage>, ctx: Context): Promise<Params> {
  const whole: Stage = { id: 'test', run: 'test', deps: [], outs: [], params: {}, device: 'cpu', ...stage }
  return work(whole as never, ctx)
}

export const operatorsRun: Partial<Stage> = {
  deps: ['datasets/operators/toy-fields'],
  outs: ['runs/operators/toy-fields/fno_relative-l2_0'],
  params: {
    track: 'operators',
    model: { name: 'fno', width: 4, layers: 1, modes: 2 },
    loss: 'relative-l2',
    seed: 0,
    budget: { epochs: 2, batch: 4 },
    engine: { device: 'cpu', threads: 1 },
  },
}
export const markovRun: Partial<Stage> = {
  deps: ['datasets/recommenders/toy-walks'],
  outs: ['runs/recommenders/toy-walks/markov_none_0'],
  params: { track: 'recommenders', baseline: 'markov', budget: { epochs: 1, batch: 16, length: 8 } },
}
