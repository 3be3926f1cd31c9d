import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Params } from '../../contracts.ts'
import zipf from '../../generators/zipf.ts'
import { readParquet } from '../../io/parquet.ts'
import { expand } from '../../pipelines/expand.ts'
import { makeLog } from '../../pipelines/fit-log.ts'
import { loadPipeline } from '../../pipelines/load.ts'
import { override } from '../../pipelines/overrides.ts'
import interactions from '../../pipelines/stages/interactions.ts'
import { testContext } from '../context.ts'
import { setsOf } from './log-sets.ts'

describe('test/checks/log-sets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'log-sets-'))
  after(() => rmSync(folder, { recursive: true }))

  it('trains on the very log that the other tests measured: one seed, one core', async () => {
    const settings = { ...zipf.defaults, users: 6, items: 30, repeats: 0.1 }
    const set = setsOf({
      ...{ cut: '/data/real-cut.txt', settings, depth: { items: 3, users: 4 }, seed: 7 },
      ...{ seeds: [0, 1], losses: 'ce,sce', epochs: '2', patience: '1' },
    })
    const pipeline = override(loadPipeline('pipeline.yaml', 'small'), { set })
    assert.equal(pipeline.seed, 7)
    const stages = expand(pipeline)
    const made = stages.find(({ run, params }) => run === 'interactions' && params.source === 'zipf')!
    const splits = stages.filter(({ run }) => run === 'split')
    assert.equal(splits.length, 2)
    for (const { params } of splits) {
      assert.equal(params.strategy, 'leave-one-out')
      assert.deepEqual(params.core, { items: 3, users: 4, iterate: true })
    }
    const params = made.params as { source: string; size: Params }
    await interactions({ ...made, params }, testContext(folder, { seed: pipeline.seed }))
    const { data } = await readParquet(join(folder, made.outs[0]!, 'events-00000.parquet'))
    const { sequences } = await makeLog(settings, 7, new AbortController().signal)
    assert.deepEqual(
      data.item,
      sequences.flatMap((events) => Array.from(events, String)),
    )
  })
})
