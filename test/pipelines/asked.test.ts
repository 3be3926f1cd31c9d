import assert from 'node:assert/strict'
import { namesIn } from '../../io/lookup.ts'
import { aim, type Request } from '../../pipelines/plan.ts'
import { mistake } from './toy.ts'

const request = (only: string[], axis: string[] = [], profile = 'smoke'): Request => ({
  file: 'pipeline.yaml',
  profile,
  data: 'nowhere',
  only,
  axis,
})
const said = (...args: Parameters<typeof request>) => mistake(() => aim(request(...args)))
const has = (folder: string) => `(${folder} has ${namesIn(folder).join(', ')})`

describe('pipelines/asked', () => {
  it('names the stage that a value leaves nothing of, and the values of its track', () => {
    assert.equal(
      said(['fit-operators'], ['baseline=popularity']),
      `stage 'fit-operators': --axis baseline=popularity leaves nothing of it ${has('baselines/operators')}.`,
    )
    assert.equal(
      said(['fit-recommenders@zipf-temporal-nope'], ['baseline=populartiy,nope']),
      `stage 'fit-recommenders': --axis baseline=populartiy,nope leaves nothing of it ${has('baselines/recommenders')}. Did you mean 'popularity'?`,
    )
    assert.match(
      said(['train-recommenders'], ['model={name: fno, width: 8}']),
      /^stage 'train-recommenders': --axis model=fno leaves nothing/,
    )
  })

  it('lets a value pass that the stage has, or one of its stages', () => {
    const ids = (...args: Parameters<typeof request>) =>
      aim(request(...args)).graph.stages.map(({ id }) => id)
    assert.ok(
      ids(['fit-operators'], ['baseline=popularity,mean']).includes('fit-operators@gaussian-0.4-16-mean'),
    )
    assert.ok(ids(['leaderboard@recommenders'], ['baseline=popularity']).length > 0)
    assert.ok(ids(['train-operators'], ['model=./test/docs/my-model.ts']).some((id) => /my-model/.test(id)))
    assert.ok(ids(['solve-systems'], ['set=gaussian0.5_grid16']).length === 2) // coefficients has none of that name
  })

  it('says that a profile makes nothing of a stage', () => {
    assert.equal(said(['coefficients']), "stage 'coefficients': profile 'smoke' makes none")
    assert.equal(
      said(['coefficients'], ['set=gaussian0.5_grid16']),
      "stage 'coefficients': --axis set=gaussian0.5_grid16 leaves nothing of it",
    )
    assert.match(said(['coeficients']), /^unknown stage 'coeficients' /)
  })
})
