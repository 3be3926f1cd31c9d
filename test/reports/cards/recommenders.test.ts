/** What a card says of a split, against its facts; older manifests, which counted less, are not made to say more. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dataset, Params } from '../../../contracts.ts'
import { readManifest } from '../../../io/manifest.ts'
import { cardOf } from '../../../reports/card.ts'
import { cardMarkdown } from '../../../reports/card-markdown.ts'
import recommenders from '../../../reports/cards/recommenders.ts'
import { splitOf } from '../../pipelines/stages/split/of-events.ts'

describe('reports/cards/recommenders', function () {
  this.timeout(60_000) // draws charts
  let root: string
  let folder: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'card-'))
    folder = join(root, 'dataset')
  })
  afterEach(() => rm(root, { recursive: true }))

  const textOf = async (dataset: Dataset) => cardMarkdown(await cardOf(recommenders, dataset, folder), null)
  const make = async (events: string, params: Params) => {
    await splitOf(root, events, params)
    return readManifest(folder)
  }
  /** As a manifest was before it held these facts. */
  const older = ({ facts, ...dataset }: Dataset): Dataset => {
    const { filtered: _, coldTargets: __, usersLeftOut: ___, ...rest } = facts
    return {
      ...dataset,
      facts: { ...rest, ...(dataset.params.strategy === 'leave-one-out' && { coldItems: 0 }) },
    }
  }
  const ORDER = /Time rises along the events of a user/

  it('leave-one-out: counts of each step, users who are not tested, cold items', async () => {
    const dataset = await make('u1a u2b u3x u4c v1a v2b v3c w1d w2e y1a y2e y3d f8z', {
      strategy: 'leave-one-out',
      core: { items: 1, users: 2 },
    })
    const text = await textOf(dataset)
    assert.match(
      text,
      /\| in the source \| 5 \| 7 \| 13 \|\n\| after the filter \| 4 \| 6 \| 12 \|\n\| in the dataset \| 4 \| 6 \| 12 \|/,
    )
    assert.match(
      text,
      /3 users are tested\. 1 user has fewer than three events and is trained on, not tested\.\n/,
    )
    assert.match(
      text,
      /2 items have no event in training, since all their events are targets: 2 targets of test and 1 of valid\./,
    )
    assert.match(text, ORDER)
    const before = await textOf(older(dataset))
    assert.match(before, /\| after the filter \| 4 \| 6 \| 12 \|\n\| in the dataset \| 4 \| 6 \| 12 \|/)
    assert.doesNotMatch(before, /have no event in training|Every item of the catalog/) // it said 0, and had not counted
    assert.doesNotMatch(before, ORDER) // it was not asked
  })

  it('leave-one-out: nothing is cold and everybody is tested', async () => {
    const text = await textOf(await make('u1a u2b u3a u4b v1b v2b v3a', { strategy: 'leave-one-out' }))
    assert.match(text, /2 users are tested\. All of them are tested\./)
    assert.match(text, /Every item of the catalog has an event in training\./)
  })

  it('temporal: the filtered log apart from what the split left of it', async () => {
    const dataset = await make('t3c v2c u1a u2b v4a v5z v6b v7a w8a w9b', {
      strategy: 'temporal',
      quantile: 0.5,
    })
    const text = await textOf(dataset)
    assert.match(text, /\| after the filter \| 4 \| 4 \| 10 \|\n\| in the dataset \| 3 \| 3 \| 6 \|/)
    assert.match(
      text,
      /Nobody who is trained on is tested\. 1 user who passed the filter is neither trained on nor tested: too few/,
    )
    assert.match(text, /1 item has no event in training and is not in the catalog\./)
    const before = await textOf(older(dataset))
    assert.match(before, /\| after the filter \| — \| — \| 10 \|\n\| in the dataset \| 3 \| 3 \| 6 \|/)
    assert.match(before, /Nobody who is trained on is tested\.\n/)
  })

  it('rolling: who is not tested in the window', async () => {
    const dataset = await make('u1a u2b v3c u4b u5a v4a z6z v6b x7a x8b', {
      strategy: 'rolling-1',
      cuts: [0.3, 0.7],
    })
    assert.match(
      await textOf(dataset),
      /1 user has too few events in the window and is trained on, not tested\. 2 users who passed the filter are neither/,
    )
  })

  it('says what tied times give away, by which bounds it warns, and when nobody could be asked', async () => {
    const dataset = await make('u1a u2b u3c v1a v2b v3c', { strategy: 'leave-one-out' })
    const order = { users: 3, markovSourceOrder: 0.2, markovSeededOrder: 0.1, leaks: true }
    const said = (facts: Params) =>
      textOf({ ...dataset, facts: { ...dataset.facts, tiedEvents: 4, ...facts } })
    const warned = await said({ tieOrder: order })
    assert.match(warned, /4 events share user and time/)
    assert.match(warned, /on 3 users is 0\.2 in it and 0\.1 when/)
    assert.match(warned, /Warning: the two differ by more than 5 % and by more than two standard errors\./)
    assert.doesNotMatch(await said({ tieOrder: { ...order, leaks: false } }), /Warning/)
    assert.match(await said({ tieOrder: null }), /was not tried: of the users looked at none is tested\./)
  })
})
