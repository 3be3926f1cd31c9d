import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { listFiles } from '../../../io/files.ts'
import train, { fresh } from '../../../pipelines/stages/train.ts'
import { call, operatorsRun, toyRoot } from './runs.ts'

describe('pipelines/stages/train', () => {
  it('makes the folder of a run and nothing else', async () => {
    const ctx = await toyRoot()
    const before = await listFiles(ctx.root)
    const facts = await call(train, operatorsRun, ctx)
    const made = (await listFiles(ctx.root)).filter((file) => !before.includes(file))
    const names = [
      'cost.json',
      'history.csv',
      'model.onnx',
      'predictions.parquet',
      'run.json',
      'weights.safetensors',
    ]
    assert.deepEqual(
      made,
      names.map((name) => `runs/operators/toy-fields/fno_relative-l2_0/${name}`),
    )
    assert.deepEqual([facts.status, facts.steps], ['trained', 4])
    const run = JSON.parse(await readFile(join(ctx.root, operatorsRun.outs![0]!, 'run.json'), 'utf8'))
    assert.equal(run.method.params.model.width, 4)
    assert.equal(run.method.params.pipelineSeed, ctx.seed)
  })

  it('wants a process of its own', () => assert.equal(fresh, true))

  it('passes on what is wrong', async () => {
    const ctx = await toyRoot()
    const params = { ...operatorsRun.params, loss: 'relative-l3' }
    await assert.rejects(
      call(train, { ...operatorsRun, params }, ctx),
      /loss 'relative-l3' not found .*Did you mean/,
    )
  })
})
