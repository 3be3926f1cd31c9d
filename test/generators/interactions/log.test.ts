import assert from 'node:assert/strict'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context, Generator, Json } from '../../../contracts.ts'
import { countLog, makeLog, shardSink } from '../../../generators/interactions/log.ts'
import { parseInto } from '../../../generators/interactions/parse.ts'
import zipf from '../../../generators/zipf.ts'
import { type Duckdb, openDuckdb, quote } from '../../../io/duckdb.ts'
import { sha256File } from '../../../io/files.ts'
import { memoryJournal, testContext } from '../../context.ts'

describe('generators/interactions/log', () => {
  let folder: string
  let db: Duckdb
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'log-'))
    db = await openDuckdb(join(folder, 'db'))
  })
  afterEach(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })

  type Write = (ctx: Context) => Promise<string[]>
  const hashes = (files: readonly string[]) =>
    Promise.all(files.map((file) => sha256File(join(folder, file))))
  /** Runs it whole, then as after a kill that left one shard and its receipt, and a torn second one. */
  const resumes = async (write: Write) => {
    const journal = memoryJournal()
    const files = await write(testContext(folder, { journal }))
    assert.deepEqual(files.slice(0, 2), ['events-00000.parquet', 'events-00001.parquet'])
    const whole = await hashes(files)
    const first = join(folder, files[0]!)
    const before = (await stat(first)).mtimeMs
    for (const file of files.slice(2)) await rm(join(folder, file))
    await writeFile(join(folder, files[1]!), 'half')
    const receipts: Record<string, Json> = { [files[0]!]: journal.done(files[0]!)! }
    const again = await write(testContext(folder, { journal: memoryJournal(receipts) }))
    assert.deepEqual(again, files)
    assert.deepEqual(await hashes(again), whole)
    assert.equal((await stat(first)).mtimeMs, before)
    // a shard that is not what its receipt says is made again
    await writeFile(first, 'half')
    await write(testContext(folder, { journal }))
    assert.deepEqual(await hashes(files), whole)
    return files
  }
  const ordinals = async (files: readonly string[]) => {
    const sources = files.map((file) => quote(join(folder, file))).join(', ')
    const [row] = await db.rows(
      `SELECT count(*) AS n, min(ordinal) AS least, max(ordinal) AS most, count(DISTINCT ordinal) AS all FROM read_parquet([${sources}])`,
    )
    return row!
  }
  const text = (events: number) =>
    Array.from({ length: events }, (_, n) => `u${n % 7},i${n % 11},${n >> 1}\n`).join('')

  it('cuts a file of text by place, and goes on after the last whole shard', async () => {
    await writeFile(join(folder, 'log.csv'), text(250))
    const files = await resumes(async (ctx) => {
      const sink = shardSink(db, folder, ctx, 100)
      await parseInto(db, join(folder, 'log.csv'), sink, ctx)
      return sink.end()
    })
    assert.equal(files.length, 3)
    assert.deepEqual(await ordinals(files), { n: 250, least: 0, most: 249, all: 250 })
    assert.deepEqual(await countLog(db, folder, files, true), {
      users: 7,
      items: 11,
      interactions: 250,
      ties: 0,
    })
  })

  it('counts the same in parts: users, items, and events that share user and time', async () => {
    // each user twice in 14 events of one time; of the last 12, users 5 and 6 once
    const lines = Array.from({ length: 250 }, (_, n) => `u${n % 7},i${n % 11},${Math.floor(n / 14)}\n`)
    await writeFile(join(folder, 'log.csv'), lines.join(''))
    const ctx = testContext(folder)
    const sink = shardSink(db, folder, ctx, 100)
    await parseInto(db, join(folder, 'log.csv'), sink, ctx)
    const files = await sink.end()
    for (const most of [250, 100, 20])
      assert.deepEqual(await countLog(db, folder, files, true, most), {
        users: 7,
        items: 11,
        interactions: 250,
        ties: 248,
      })
  })

  it('ends on a shard that is exactly full', async () => {
    await writeFile(join(folder, 'log.csv'), text(200))
    const ctx = testContext(folder)
    const sink = shardSink(db, folder, ctx, 100)
    await parseInto(db, join(folder, 'log.csv'), sink, ctx)
    const files = await sink.end()
    assert.equal(files.length, 2)
    assert.deepEqual(await ordinals(files), { n: 200, least: 0, most: 199, all: 200 })
  })

  it('cuts a Parquet file likewise', async () => {
    const path = quote(join(folder, 'log.parquet'))
    await db.run(`COPY (SELECT i % 7 AS "user", i % 11 AS item, i AS time FROM range(250) r(i)) TO ${path}`)
    const files = await resumes(async (ctx) => {
      const sink = shardSink(db, folder, ctx, 100)
      await parseInto(db, join(folder, 'log.parquet'), sink, ctx)
      return sink.end()
    })
    assert.deepEqual(await ordinals(files), { n: 250, least: 0, most: 249, all: 250 })
  })

  it('cuts a generator by user, and does not make whole shards again', async () => {
    const params = { ...zipf.defaults, users: 50, items: 40 }
    const asked: number[] = []
    const counting = {
      ...zipf,
      rows(all, range, ctx) {
        asked.push(range.from)
        return zipf.rows(all, range, ctx)
      },
    } as typeof zipf
    const generator = counting as unknown as Generator
    const shard = { users: 20, events: 0 }
    const files = await resumes((ctx) => makeLog(db, folder, { name: 'zipf', generator, params }, ctx, shard))
    assert.deepEqual(asked, [0, 20, 40, 20, 40, 0])
    const { n, most, all } = await ordinals(files)
    assert.deepEqual([most, all], [Number(n) - 1, n])
    const one = await makeLog(db, folder, { name: 'zipf', generator, params }, testContext(folder))
    assert.equal(one.length, 1)
    assert.deepEqual(await ordinals(one), { n, least: 0, most, all })
  })
})
