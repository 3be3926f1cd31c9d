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

  const rolling = { strategy: 'rolling-2', dedup: 'last', core: CORE, cuts: [0.6, 0.8] }

  for (const isLost of [false, true]) {
    it(`goes on to the same bytes, its database ${isLost ? 'lost' : 'there'}`, async () => {
      await run(rolling, testContext(root))
      const whole = await hashTree(folder)
      for (const last of ['log', 'event', 'events-00000-of-00001.parquet', 'valid-00000-of-00001.parquet']) {
        await rm(folder, { recursive: true })
        const journal = await stopAfter(rolling, last)
        if (isLost) await rm(join(folder, 'work'), { recursive: true })
        await run(rolling, testContext(root, { journal }))
        assert.equal(await hashTree(folder), whole, last)
      }
    })
  }

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
