import assert from 'node:assert/strict'
import { foresee } from '../../pipelines/foreseen.ts'
import { aim } from '../../pipelines/plan.ts'
import { type Toy, toy } from './toy.ts'

const own = { file: 'pipeline.yaml', profile: 'smoke', data: 'nowhere' }

describe('pipelines/foreseen', () => {
  it('says what a stage would refuse of its params', async () => {
    const cases: [object, string][] = [
      [
        { axis: ['strategy=nope'] },
        "split: strategy 'nope' not found (leave-one-out, temporal, rolling-1, rolling-2).",
      ],
      [
        { set: ['catalog.dedup=lats'] },
        "split: dedup 'lats' not found (keep-all, first, last). Did you mean 'last'?",
      ],
      [{ axis: ['seed=x'] }, 'train-operators: seed must be a whole number from 0 (got "x")'],
      [
        { set: ['train.recommenders.seed=[0, -1]'] },
        'train-recommenders: seed must be a whole number from 0 (got -1)',
      ],
      [
        { axis: ['covariance=cubc'] },
        "generator condiff: covariance 'cubc' not found (cubic, exponential, gaussian). Did you mean 'cubic'?",
      ],
      [
        { axis: ['grid=x'] },
        `generator condiff: param 'grid' must be a number like its default 64 (got "x")`,
      ],
    ]
    for (const [given, sentence] of cases)
      await assert.rejects(foresee(aim({ ...own, ...given })), { name: 'UserError', message: sentence })
  })

  it('takes every profile there is, and looks only at what was asked for', async () => {
    for (const profile of ['tiny', 'smoke', 'small', 'extended', 'full'])
      await foresee(aim({ ...own, profile }))
    await foresee(aim({ ...own, only: ['train-operators'], axis: ['strategy=nope'] }))
  })

  it('leaves stages of the user to themselves', async () => {
    const one: Toy = toy()
    one.write(
      'pipeline.yaml',
      'schema: 1\nseed: 1\nstages:\n  split: { run: rows, outs: [o] }\nprofiles: { toy: {} }\n',
    )
    await foresee(aim({ file: one.file, profile: 'toy', data: one.data, stages: one.stages }))
    one.remove()
  })
})
