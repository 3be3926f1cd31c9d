import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context, Json, Params, Stage } from '../../../contracts.ts'
import { UserError } from '../../../io/errors.ts'
import { hashTree } from '../../../io/files.ts'
import { checkDataset, readManifest, readSplit, readTable } from '../../../io/manifest.ts'
import interactions from '../../../pipelines/stages/interactions.ts'
import split from '../../../pipelines/stages/split.ts'
import verify from '../../../pipelines/verify/recommenders.ts'
import { memoryJournal, testContext } from '../../context.ts'

const CORE = { items: 2, users: 3, iterate: true }

describe('stage split', () => {
  let root: string
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'split-'))
    await write('zipf', 'zipf', { users: 150, items: 60 })
  })
  after(() => rm(root, { recursive: true }))

  const write = (name: string, source: string, size: Params | null = null) => {
    const stage = {
      id: 'i',
      run: 'interactions',
      deps: [],
      outs: [`interactions/${name}`],
      params: { source, size },
    }
    return interactions({ ...stage, device: 'cpu' }, testContext(root))
  }
  const writeText = async (name: string, text: string) => {
    await writeFile(join(root, `${name}.csv`), text)
    return write(name, join(root, `${name}.csv`))
  }
  const run = (name: string, params: Params, ctx: Context = testContext(root)) => {
    const outs = [`datasets/recommenders/${name}_${params.strategy}`]
    const stage: Stage = {
      id: 's',
      run: 'split',
      deps: [`interactions/${name}`],
      outs,
      params,
      device: 'cpu',
    }
    return split(stage, ctx)
  }
  const folderOf = (name: string) => join(root, 'datasets/recommenders', name)

  for (const strategy of ['leave-one-out', 'temporal']) {
    it(`publishes a whole dataset: ${strategy}`, async () => {
      const facts = await run('zipf', { strategy, quantile: 0.8, core: CORE })
      const folder = folderOf(`zipf_${strategy}`)
      assert.deepEqual(await checkDataset(folder), [])
      const files = ['items.parquet', 'manifest.json', 'SHA256SUMS', 'users.parquet']
      const shards = ['events', 'test', 'train', 'valid'].map((one) => `${one}-00000-of-00001.parquet`)
      assert.deepEqual((await readdir(folder)).sort(), [...files, ...shards].sort())

      const dataset = await readManifest(folder)
      assert.deepEqual(dataset.facts, facts)
      const { name, track, license, params } = dataset
      assert.deepEqual(
        { name, track, license },
        { name: `zipf_${strategy}`, track: 'recommenders', license: 'CC-BY-4.0' },
      )
      assert.deepEqual(
        [params.source, params.seed, params.users, params.strategy],
        ['zipf', 42, 150, strategy],
      )

      const train = await readSplit(folder, dataset, 'train')
      const test = await readSplit(folder, dataset, 'test')
      const items = await readTable(folder, dataset, 'items.parquet')
      const users = await readTable(folder, dataset, 'users.parquet')
      const lengths = (train.data.history as Int32Array[]).map(({ length }) => length + 1)
      const trainEvents = lengths.reduce((sum, length) => sum + length, 0)
      assert.deepEqual(
        [facts.items, facts.users, facts.trainUsers, facts.testUsers, facts.trainEvents],
        [items.rows, users.rows, train.rows, test.rows, trainEvents],
      )
      assert.equal(
        (items.data.count as Int32Array).reduce((sum, n) => sum + n, 0),
        trainEvents,
      )
      assert.deepEqual([facts.made, facts.hasTime, facts.targetsSeen], [true, true, 0]) // nothing repeats in zipf
      const order = facts.tieOrder as { markovSourceOrder: number; markovSeededOrder: number; users: number }
      assert.equal(order.users, test.rows)
      assert.ok(order.markovSourceOrder > 0 && order.markovSourceOrder <= 1)
      assert.notEqual(order.markovSeededOrder, order.markovSourceOrder) // a third of the gaps are ties
    })
  }

  it('makes the same bytes again', async () => {
    const folder = folderOf('zipf_leave-one-out')
    const hashes: (string | null)[] = []
    for (let n = 0; n < 2; n++) {
      await rm(folder, { recursive: true, force: true })
      await run('zipf', { strategy: 'leave-one-out', core: CORE })
      hashes.push(await hashTree(folder))
    }
    assert.equal(hashes[0], hashes[1])
  })

  it('goes on after a kill with the shards that the journal has, to the same bytes', async () => {
    const folder = folderOf('zipf_leave-one-out')
    const journal = memoryJournal()
    await run('zipf', { strategy: 'leave-one-out', core: CORE }, testContext(root, { journal }))
    const whole = await hashTree(folder)
    const train = join(folder, 'train-00000-of-00001.parquet')
    const before = (await stat(train)).mtimeMs
    // as a kill leaves it: no manifest, a shard that is in no journal, a half-written file, an open database
    await rm(join(folder, 'manifest.json'))
    await writeFile(join(folder, 'test-00000-of-00001.parquet'), 'half')
    await writeFile(join(folder, '.valid-00000-of-00001.parquet.tmp'), 'half')
    const receipt = journal.done('train-00000-of-00001.parquet')!
    const resumed = memoryJournal({ 'train-00000-of-00001.parquet': receipt })
    await run('zipf', { strategy: 'leave-one-out', core: CORE }, testContext(root, { journal: resumed }))
    assert.equal(await hashTree(folder), whole)
    assert.equal((await stat(train)).mtimeMs, before)
  })

  it('counts every event that is not in the dataset, by reason', async () => {
    // 12 events; a a of u is one event too many for `first`; d has one user and w one item: the core drops both
    await writeText(
      'reasons',
      'u,a,1\nu,b,2\nu,a,3\nv,a,1\nv,b,3\nv,c,4\nw,b,5\nu,d,6\nu,c,7\nx,a,2\nx,b,8\nx,c,9\n',
    )
    const params = { dedup: 'first', core: { items: 2, users: 2, iterate: true }, quantile: 0.6 }
    const none = {
      duplicates: 1,
      coreItems: 1,
      coreUsers: 1,
      pastOfTested: 0,
      afterWindow: 0,
      coldItems: 0,
      shortUsers: 0,
    }
    const last = await run('reasons', { strategy: 'leave-one-out', ...params })
    assert.deepEqual(last.removed, none)
    assert.equal(last.interactions, 9)
    const { rules, dedup } = (await readManifest(folderOf('reasons_leave-one-out'))).params as Params
    assert.equal(dedup, 'first')
    assert.match((rules as Params).order as string, /^user, time, ordinal/)
    for (const strategy of ['temporal', 'rolling-1', 'rolling-2']) {
      const facts = await run('zipf', { strategy, quantile: 0.8, cuts: [0.6, 0.8], core: CORE })
      const counts = facts.removed as Record<string, number>
      const removed = Object.values(counts).reduce((sum, n) => sum + n, 0)
      if (strategy === 'temporal') assert.ok(counts.pastOfTested! > 0)
      if (strategy === 'rolling-1') assert.ok(counts.afterWindow! > 0)
      const folder = folderOf(`zipf_${strategy}`)
      const dataset = await readManifest(folder)
      const { rows } = await readTable(folder, dataset, 'events-00000-of-00001.parquet')
      const { interactions } = facts.unfiltered as { interactions: number }
      assert.equal(rows + removed, interactions)
      assert.deepEqual((await verify(folder, dataset, 0)).problems, [])
      const wrong = { ...facts, removed: { ...counts, duplicates: 1 } }
      assert.deepEqual((await verify(folder, { ...dataset, facts: wrong }, 0)).problems, [
        'manifest.json: -1 events of the source are neither in events-….parquet nor counted as removed',
      ])
    }
  })

  it('splits a catalog of one item', async () => {
    await writeText('one', 'u,a,1\nu,a,2\nu,a,3\nv,a,4\n')
    const facts = await run('one', { strategy: 'leave-one-out' })
    assert.deepEqual([facts.items, facts.testUsers, facts.targetsSeen], [1, 1, 1])
    assert.deepEqual(await checkDataset(folderOf('one_leave-one-out')), [])
  })

  it('tells rows and passes as it goes', async () => {
    const told: number[] = []
    let most = 0
    const progress = (done: number, total: number) => {
      told.push(done)
      most = total
    }
    await run('zipf', { strategy: 'leave-one-out', core: CORE }, testContext(root, { progress }))
    assert.deepEqual(
      told,
      told.toSorted((a, b) => a - b),
    )
    assert.ok(told.length > 4 && told.at(-1) === most, `${told} of ${most}`)
  })

  it('tells each pass over the log while it filters, however many a core takes', async () => {
    let told = 0
    let toldOfLog = 0
    const held = memoryJournal()
    const journal = {
      done: held.done,
      async record(name: string, receipt: Json) {
        if (name === 'log') toldOfLog = told
        await held.record(name, receipt)
      },
    }
    const ctx = testContext(root, { journal, progress: () => told++ })
    const facts = await run('zipf', { strategy: 'leave-one-out', dedup: 'first', core: CORE }, ctx)
    // the beginning, four to load, one for duplicates, the pairs, the passes, the cut of the log
    assert.equal(toldOfLog, 1 + 4 + 1 + 1 + (facts.corePasses as number) + 1)
  })

  it('filters, tells ties and repeats, and keeps a log of the user to its license', async () => {
    // u: a b c a at 1 1 2 3; v: a b c at 1 2 2; w has b alone and d one user: both fall to the core
    await writeText('mine', 'u,a,1\nu,b,1\nu,c,2\nu,a,3\nv,a,1\nv,b,2\nv,c,2\nw,b,5\nu,d,9\n')
    const facts = await run('mine', {
      strategy: 'leave-one-out',
      core: { items: 2, users: 2, iterate: true },
    })
    const { users, items, interactions, trainEvents, testUsers, targetsSeen, tiedEvents, hasTime, made } =
      facts
    assert.deepEqual(
      { users, items, interactions, trainEvents, testUsers, targetsSeen, tiedEvents, hasTime, made },
      {
        users: 2,
        items: 3,
        interactions: 7,
        trainEvents: 3,
        testUsers: 2,
        targetsSeen: 1,
        tiedEvents: 4,
        hasTime: true,
        made: false,
      },
    )
    assert.deepEqual(facts.unfiltered, { users: 3, items: 4, interactions: 9 })
    const { license, about } = await readManifest(folderOf('mine_leave-one-out'))
    assert.equal(license, 'that of mine.csv')
    assert.equal(about, 'Interactions of mine.csv; last item of each user held out')
  })

  it('needs times for a temporal split, and no core', async () => {
    await writeText('pairs', 'u,a\nu,b\nu,c\nv,a\n')
    await assert.rejects(run('pairs', { strategy: 'temporal', quantile: 0.5 }), (error) => {
      assert.ok(error instanceof UserError)
      assert.match(error.message, /^split temporal: pairs\.csv has no times\. Use leave-one-out/)
      return true
    })
    const facts = await run('pairs', { strategy: 'leave-one-out', core: null })
    assert.deepEqual([facts.users, facts.testUsers, facts.tiedEvents, facts.tieOrder], [2, 1, 0, null])
  })

  it('refuses params without sense, with one sentence', async () => {
    const refused = (params: Params, message: RegExp) =>
      assert.rejects(run('zipf', params), (error) => {
        assert.ok(error instanceof UserError, String(error))
        assert.match(error.message, message)
        return true
      })
    await refused(
      { strategy: 'temporl' },
      /^split: strategy 'temporl' not found \(leave-one-out, temporal, rolling-1, rolling-2\)\. Did you mean 'temporal'\?$/,
    )
    await refused(
      { strategy: 'temporal', quantile: 1 },
      /^split: quantile must lie between 0 and 1 \(got 1\)$/,
    )
    await refused(
      { strategy: 'rolling-3' },
      /'rolling-3' not found \(.*\): there is a fold for each of the 2 cuts\./,
    )
    await refused(
      { strategy: 'rolling-1', cuts: [0.9, 0.8] },
      /^split: cuts must rise between 0 and 1 \(got 0\.9, 0\.8\)$/,
    )
    await refused(
      { strategy: 'leave-one-out', dedup: 'frist' },
      /^split: dedup 'frist' not found \(keep-all, first, last\)\. Did you mean 'first'\?$/,
    )
    await refused({ strategy: 'leave-one-out', core: { item: 2 } }, /^split core: unknown param 'item'/)
    await refused(
      { strategy: 'leave-one-out', core: { items: 1.5 } },
      /^split core: 'items' must be a whole number \(got 1\.5\)$/,
    )
    await refused({ strategy: 'leave-one-out', core: { items: 999 } }, /^core: no interactions are left/)
  })
})
