/** As a stage opens the database: no order of insertion is kept, and threads race. Bytes must not know how many. */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keepCore } from '../../../generators/interactions/core.ts'
import { dropDuplicates } from '../../../generators/interactions/duplicates.ts'
import { checkLeaks, checkOrder } from '../../../generators/interactions/leaks.ts'
import {
  eachShard,
  writeEventShards,
  writeShards,
  writeTables,
} from '../../../generators/interactions/shards.ts'
import { type Law, loadLog, splitLog } from '../../../generators/interactions/split.ts'
import { openDuckdb, quote } from '../../../io/duckdb.ts'
import { hashTree } from '../../../io/files.ts'
import { rng } from '../../../math/rng.ts'
import { testContext } from '../../context.ts'
import { type Event, writeEvents } from './oracle.ts'

const EVENTS = 200_000
const LIMITS = { users: 6_000, events: 40_000 }

describe('generators/interactions on any number of threads', function () {
  this.timeout(180_000)
  let folder: string
  const files = () => ['events-00000.parquet', 'events-00001.parquet'].map((name) => join(folder, name))
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'threads-'))
    const db = await openDuckdb(join(folder, 'db'))
    const random = rng(29, 'threads')
    // 20,000 users and 5,000 items, unevenly; a user is there for a tenth of all 1,000 moments, so that most have ties
    const events = Array.from({ length: EVENTS }, (_, ordinal): Event => {
      const user = Math.floor(20_000 * random.uniform() ** 2)
      const time = BigInt(((user * 7919) % 900) + random.integer(100))
      return { user: `u${user}`, item: `i${Math.floor(5000 * random.uniform() ** 2)}`, time, ordinal }
    })
    for (const [k, file] of files().entries()) {
      const half = join(folder, 'half.parquet')
      await writeEvents(db, half, events.slice((k * EVENTS) / 2, ((k + 1) * EVENTS) / 2))
      // small row groups, which threads share
      await db.run(
        `COPY (FROM read_parquet(${quote(half)})) TO ${quote(file)} (FORMAT parquet, ROW_GROUP_SIZE 8192)`,
      )
    }
    await db.close()
  })
  after(() => rm(folder, { recursive: true }))

  const run = async (law: Law, threads: number) => {
    const out = join(folder, 'out')
    await rm(out, { recursive: true, force: true })
    await mkdir(out)
    const db = await openDuckdb(join(folder, 'db'), { ordered: false, threads })
    try {
      await loadLog(db, files())
      const duplicates = await dropDuplicates(db, 'last')
      const core = await keepCore(db, { items: 20, users: 5, iterate: true })
      const cut = await splitLog(db, law)
      const ctx = testContext(out)
      const events = await writeEventShards(db, out, law.strategy, ctx, LIMITS)
      const shards = await writeShards(db, out, events, ctx)
      await writeTables(db, out)
      await eachShard(db, out, { events, shards }, () => checkOrder(db, law.strategy))
      await checkLeaks(db, law.strategy, cut)
      const rows = events.reduce((sum, table) => sum + table.rows, 0)
      return {
        duplicates,
        core,
        cut,
        rows,
        shards: events.length,
        files: await readdir(out),
        hash: await hashTree(out),
      }
    } finally {
      await db.close()
    }
  }

  const laws: Law[] = [
    { strategy: 'leave-one-out' },
    { strategy: 'temporal', quantile: 0.8 },
    { strategy: 'rolling', cuts: [0.7, 0.9], fold: 1 },
  ]
  for (const law of laws) {
    it(`makes the same bytes with one and with two: ${law.strategy}`, async () => {
      const one = await run(law, 1)
      assert.ok(
        one.shards > 1 && one.duplicates > 0 && one.core.items > 0 && one.core.users > 0,
        JSON.stringify(one),
      )
      assert.deepEqual(await run(law, 2), one)
    })
  }
})
