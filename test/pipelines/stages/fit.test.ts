import assert from 'node:assert/strict'
import { listFiles } from '../../../io/files.ts'
import fit from '../../../pipelines/stages/fit.ts'
import { call, markovRun, toyRoot } from './runs.ts'

describe('pipelines/stages/fit', () => {
  it('makes the folder of a run and nothing else', async () => {
    const ctx = await toyRoot()
    const before = await listFiles(ctx.root)
    assert.deepEqual(await call(fit, markovRun, ctx), { status: 'fitted', rows: 20 })
    const made = (await listFiles(ctx.root)).filter((file) => !before.includes(file))
    assert.deepEqual(
      made,
      ['cost.json', 'predictions.parquet', 'run.json'].map((name) => `${markovRun.outs![0]}/${name}`),
    )
  })
})
