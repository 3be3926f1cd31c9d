import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readParquet } from '../../../io/parquet.ts'
import fit from '../../../pipelines/stages/fit.ts'
import score from '../../../pipelines/stages/score.ts'
import { call, markovRun, toyRoot } from './runs.ts'

const metrics = ['ndcg@10', 'hit-rate@1', 'mrr@10', 'coverage@10']
const stage = {
  deps: [...markovRun.outs!, ...markovRun.deps!],
  outs: ['scores/recommenders/toy-walks/markov_none_0'],
  params: { track: 'recommenders', metrics },
}

describe('pipelines/stages/score', () => {
  it('scores the run of its first dep on the dataset of its second', async () => {
    const ctx = await toyRoot()
    await call(fit, markovRun, ctx)
    // Walks never leave doubt about the next item, and all twelve items are next for someone.
    const facts = await call(score, stage, ctx)
    assert.deepEqual(facts, { 'ndcg@10': 1, 'hit-rate@1': 1, 'mrr@10': 1, 'coverage@10': 1 })
    const folder = join(ctx.root, stage.outs[0]!)
    const { scores, better, units } = JSON.parse(await readFile(join(folder, 'scores.json'), 'utf8'))
    assert.deepEqual(Object.keys(scores), metrics)
    assert.deepEqual(scores['ndcg@10'], { value: 1, stderr: 0, rows: 20, median: 1, p95: 1 })
    assert.deepEqual(scores['coverage@10'], { value: 1, stderr: null, rows: 20 })
    assert.deepEqual([better['ndcg@10'], units['ndcg@10']], ['higher', '1'])
    const rows = await readParquet(join(folder, 'rows.parquet'))
    assert.deepEqual(Object.keys(rows.data), ['user', 'ndcg@10', 'hit-rate@1', 'mrr@10'])
    assert.equal(rows.rows, 20)
  })

  it('says when there is no run', async () => {
    const ctx = await toyRoot()
    await assert.rejects(call(score, stage, ctx), /run\.json: no such file/)
  })
})
