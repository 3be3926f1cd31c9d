import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context, Journal, Params } from '../../../../contracts.ts'
import { openDuckdb } from '../../../../io/duckdb.ts'
import { hashTree } from '../../../../io/files.ts'
import interactions from '../../../../pipelines/stages/interactions.ts'
import split from '../../../../pipelines/stages/split.ts'
import { memoryJournal, testContext } from '../../../context.ts'

const CORE = { items: 2, users: 3, iterate: true }
const LOG = 'interactions/zipf'
const OUT = 'datasets/recommenders/zipf'

describe('stage split: after a kill', () => {
  let root: string
  let folder: string
  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'resume-'))
    folder = join(root, OUT)
    const params = { source: 'zipf', size: { users: 100, items: 50 } }
    const stage = { id: 'i', run: 'interactions', deps: [], outs: [LOG], params, device: 'cpu' } as const
    await interactions(stage, testContext(root))
  })
  beforeEach(() => rm(folder, { recursive: true, force: true }))
  after(() => rm(root, { recursive: true }))

  const run = (params: Params, ctx: Context) =>
    split({ id: 's', run: 'split', deps: [LOG], outs: [OUT], params, device: 'cpu' }, ctx)
  /** Runs until the receipt `last` is written; what the journal then holds. */
  const stopAfter = async (params: Params, last: string): Promise<Journal> => {
    const ended = new AbortController()
    const held = memoryJournal()
    const journal: Journal = {
      done: held.done,
      async record(name, receipt) {
        await held.record(name, receipt)
        if (name === last) ended.abort(new Error('stopped'))
      },
    }
    await assert.rejects(run(params, testContext(root, { journal, signal: ended.signal })), /stopped/)
    assert.ok((await readdir(folder)).includes('work'), 'an interrupted stage leaves its database')
    return held
  }

  /** The same journal, and the names of what is recorded from now on. */
  const listened = (held: Journal): { journal: Journal; made: string[] } => {
    const made: string[] = []
    const record: Journal['record'] = async (name, receipt) => {
      made.push(name)
      await held.record(name, receipt)
    }
    return { journal: { done: held.done, record }, made }
  }

  const rolling = { strategy: 'rolling-2', dedup: 'last', core: CORE, cuts: [0.6, 0.8] }

  for (const isLost of [false, true]) {
    it(`goes on to the same bytes, its database ${isLost ? 'lost' : 'there'}`, async () => {
      const { journal: first, made: all } = listened(memoryJournal())
      await run(rolling, testContext(root, { journal: first }))
      const shards = ['events', 'train', 'valid', 'test'].map((kind) => `${kind}-00000-of-00001.parquet`)
      assert.deepEqual(all, ['log', 'event', ...shards])
      const whole = await hashTree(folder)
      for (const last of ['log', 'event', shards[0]!, shards[2]!]) {
        await rm(folder, { recursive: true })
        const { journal, made } = listened(await stopAfter(rolling, last))
        if (isLost) await rm(join(folder, 'work'), { recursive: true })
        await run(rolling, testContext(root, { journal }))
        assert.equal(await hashTree(folder), whole, last)
        const rest = all.slice(all.indexOf(last) + 1)
        assert.deepEqual(
          made,
          isLost ? ['log', 'event', ...rest.filter((name) => name !== 'event')] : rest,
          last,
        )
      }
    })
  }

  it('reads the tables that it finds, and does not make them anew', async () => {
    const found = { log: /1 events are neither in the dataset/, event: /1 offenders against/ } // an event was taken away
    for (const [table, said] of Object.entries(found)) {
      await rm(folder, { recursive: true, force: true })
      const journal = await stopAfter(rolling, table)
      const db = await openDuckdb(join(folder, 'work'), { resume: true })
      await db.run(`DELETE FROM ${table} WHERE ordinal = (SELECT min(ordinal) FROM ${table})`)
      await db.close(true)
      await assert.rejects(run(rolling, testContext(root, { journal })), said)
    }
  })

  it('goes on from the middle of a phase, and from what is no database', async () => {
    const params = { strategy: 'leave-one-out', core: CORE }
    await run(params, testContext(root))
    const whole = await hashTree(folder)
    await rm(folder, { recursive: true })
    const journal = await stopAfter(params, 'log')
    const db = await openDuckdb(join(folder, 'work'), { resume: true })
    await db.run('CREATE VIEW used AS SELECT * FROM log; CREATE TABLE users AS SELECT 1 AS x')
    await db.close(true)
    await run(params, testContext(root, { journal }))
    assert.equal(await hashTree(folder), whole)

    await mkdir(join(folder, 'work'))
    await writeFile(join(folder, 'work', 'work.duckdb'), 'no database')
    await run(params, testContext(root, { journal }))
    assert.equal(await hashTree(folder), whole)
  })
})
