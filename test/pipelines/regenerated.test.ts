import assert from 'node:assert/strict'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import verb from '../../cli/regenerate.ts'
import { hashTree } from '../../io/files.ts'
import { checkDataset, readManifest, writeManifest } from '../../io/manifest.ts'
import { regenerate } from '../../pipelines/regenerated.ts'
import fields from '../../pipelines/stages/fields.ts'
import interactions from '../../pipelines/stages/interactions.ts'
import solve from '../../pipelines/stages/solve.ts'
import split from '../../pipelines/stages/split.ts'
import { temporary } from '../benchmarks/toy-datasets.ts'
import { printed } from '../cli/printed.ts'
import { testContext } from '../context.ts'

describe('fieldrank regenerate', function () {
  this.timeout(120_000)
  let root = ''
  const signal = new AbortController().signal
  const operators = () => join(root, 'datasets/operators/cubic0.4_grid4')
  const recommenders = () => join(root, 'datasets/recommenders/zipf')
  const rolling = () => join(root, 'datasets/recommenders/zipf-rolling-2')
  before(async () => {
    root = await temporary()
    const ctx = testContext(root, { seed: 3 })
    const stage = (run: string, deps: string[], outs: string[]) => ({
      id: run,
      run,
      deps,
      outs,
      device: 'cpu' as const,
    })
    const law = { generator: 'condiff', covariance: 'cubic', variance: 0.4, contrast: [1, 90], grid: 4 }
    const rows = { train: 7, valid: 2, test: 3, perShard: 4 }
    const [made, solved] = ['fields/cubic', 'datasets/operators/cubic0.4_grid4']
    await fields({ ...stage('fields', [], [made]), params: { ...law, rows } }, ctx)
    await solve(
      { ...stage('solve', [made], [solved]), params: { solver: 'multigrid', tolerance: 1e-10 } },
      ctx,
    )
    const size = { users: 80, items: 40 }
    await interactions({ ...stage('interactions', [], ['log']), params: { source: 'zipf', size } }, ctx)
    const rule = { strategy: 'leave-one-out', core: { items: 2, users: 3, iterate: true } }
    await split({ ...stage('split', ['log'], ['datasets/recommenders/zipf']), params: rule }, ctx)
    const window = { strategy: 'rolling-2', cuts: [0.3, 0.5, 0.8], dedup: 'last' }
    const fold = testContext(root, { seed: 3 }) // with a journal of its own
    await split(
      { ...stage('split', ['log'], ['datasets/recommenders/zipf-rolling-2']), params: window },
      fold,
    )
  })

  for (const [track, folder] of [
    ['operators', operators],
    ['recommenders', recommenders],
    ['recommenders in folds', rolling],
  ] as const) {
    it(`gives every file of ${track} back to the byte, lost or damaged, and nothing else`, async () => {
      const whole = await hashTree(folder())
      const { shards, tables } = await readManifest(folder())
      const files = track === 'operators' ? shards : [shards[0]!, ...tables.slice(0, 1)]
      for (const [i, { path }] of files.entries()) {
        if (i % 2 === 0) await rm(join(folder(), path))
        else await writeFile(join(folder(), path), 'damaged')
        assert.equal((await checkDataset(folder())).length, 1)
        assert.equal(await regenerate(folder(), path, signal), 'made')
        assert.equal(await hashTree(folder()), whole)
      }
    })
  }

  it('has nothing to do for a file that is right', async () => {
    const { shards } = await readManifest(operators())
    const { text } = await printed(() => verb.run([join(operators(), shards[0]!.path)], {}))
    assert.match(text, /^whole {3}.*: every byte is right, nothing was made\n$/)
  })

  it('replaces nothing when the hash is another, and says why', async () => {
    const dataset = await readManifest(operators())
    const path = dataset.shards[0]!.path
    const files = await readdir(operators())
    await writeManifest(operators(), { ...dataset, params: { ...dataset.params, seed: 4 } })
    await writeFile(join(operators(), path), 'damaged')
    await assert.rejects(
      regenerate(operators(), path, signal),
      /made again, its sha256 is .*Nothing was replaced$/,
    )
    assert.deepEqual(await readdir(operators()), files)
    const on = (params: object) =>
      writeManifest(operators(), { ...dataset, params: { ...dataset.params, ...params } })
    await on({ solverParams: { ...(dataset.params.solverParams as object), device: 'webgpu' } })
    await assert.rejects(
      regenerate(operators(), path, signal),
      /cannot be made again: it was solved on the device webgpu/,
    )
    await on({ generator: 'mine' })
    await assert.rejects(
      regenerate(operators(), path, signal),
      /cannot be made again: mine is not in generators/,
    )
    await writeManifest(operators(), dataset)
    await assert.rejects(regenerate(operators(), 'train-0.parquet', signal), /not a file of cubic0\.4_grid4/)
  })

  it('says that a log from a file is made by nobody', async () => {
    const dataset = await readManifest(recommenders())
    const { generator: _, ...params } = dataset.params
    await writeManifest(recommenders(), { ...dataset, params: { ...params, source: 'ml.csv' } })
    await rm(join(recommenders(), dataset.shards[0]!.path))
    const lost = regenerate(recommenders(), dataset.shards[0]!.path, signal)
    await assert.rejects(lost, /cannot be made again: its log is ml\.csv, a file that no code makes/)
  })
})
