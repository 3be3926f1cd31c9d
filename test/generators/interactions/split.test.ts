import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Context } from '../../../contracts.ts'
import { type Cold, countCold } from '../../../generators/interactions/cold.ts'
import { checkLeaks, checkOrder } from '../../../generators/interactions/leaks.ts'
import {
  eachShard,
  type Limits,
  writeEventShards,
  writeShards,
} from '../../../generators/interactions/shards.ts'
import { type Law, loadLog, roundHalfEven, splitLog } from '../../../generators/interactions/split.ts'
import { type Duckdb, openDuckdb } from '../../../io/duckdb.ts'
import { UserError } from '../../../io/errors.ts'
import { readParquet } from '../../../io/parquet.ts'
import { testContext } from '../../context.ts'
import { clear, type Event, logs, type SplitLog, splitOf, writeEvents } from './oracle.ts'
import { writeSplit } from './written.ts'

/** 'u3a' is user u at time 3 with item a; the ordinal is the place in the list. */
const log = (events: string) =>
  events.split(' ').map((event, ordinal): Event => {
    const [, user, time, item] = /^(\D)(\d+)(\D)$/.exec(event)!
    return { user: user!, item: item!, time: BigInt(time!), ordinal }
  })

describe('generators/interactions/split', () => {
  let folder: string
  let db: Duckdb
  let strategy: Law['strategy']
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "it's split "))
    db = await openDuckdb(join(folder, 'db'))
  })
  after(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })

  const lawOf = (strategy: 'leave-one-out' | 'temporal', quantile = 0.5): Law =>
    strategy === 'temporal' ? { strategy, quantile } : { strategy }
  const split = async (events: readonly Event[], law: Law) => {
    await clear(db)
    await writeEvents(db, join(folder, 'events.parquet'), events)
    await loadLog(db, [join(folder, 'events.parquet')], { most: 7 })
    strategy = law.strategy
    return splitLog(db, law)
  }
  const write = (limits?: Limits) => writeSplit(db, folder, strategy, limits)

  it('rounds halves to even', () => {
    assert.deepEqual([0, 0.5, 1.5, 2.5, 2.4999, 2.5001, 9.5].map(roundHalfEven), [0, 0, 2, 2, 2, 3, 10])
  })

  it('leaves the last one out: a case by hand', async () => {
    // v has 3 events of which two tie (file order decides), w has 2 and x 1: trained on, not tested
    const cut = await split(log('w5a v2c v1b v1a u1d x9e u2a u3a u4b w6c'), { strategy: 'leave-one-out' })
    assert.equal(cut.from, null)
    const { rows, users, items, count } = await write()
    assert.deepEqual(rows, {
      train: ['u: d > a @ 2', 'v:  > b @ 1', 'w: a > c @ 6', 'x:  > e @ 9'],
      valid: ['u: d a > a @ 3', 'v: b > a @ 1'],
      test: ['u: d a a > b @ 4', 'v: b a > c @ 2'],
    })
    assert.deepEqual(users, ['u', 'v', 'w', 'x'])
    assert.deepEqual(items, ['a', 'b', 'c', 'd', 'e'])
    assert.deepEqual(count, [2, 1, 1, 1, 1])
    await checkLeaks(db, 'leave-one-out', cut)
    await checkOrder(db, 'leave-one-out')
    assert.deepEqual(await countCold(db), { items: 0, valid: 0, test: 0 })
  })

  it('counts items that are targets alone: a case by hand', async () => {
    // trained on: a, b of u, a of v, d of w, who has two events; c is a target of test twice and x of valid, e is known from w
    await split(log('u1a u2b u3x u4c v1a v2b v3c w1d w2e y1a y2e y3d'), { strategy: 'leave-one-out' })
    await write()
    assert.deepEqual(await countCold(db), { items: 2, valid: 1, test: 2 })
  })

  it('splits by time: a case by hand', async () => {
    // 10 events, quantile 0.5: index 4.5 goes to 4, the fifth time, T = 4
    // t and u end before T and are trained on; the early event of v is thrown away; v keeps a b a; z (item of v alone) is dropped
    // w has two events after T: neither trained on nor tested
    const cut = await split(log('u1a u2b t3c v2c v4a v5z v6b v7a w8a w9b'), lawOf('temporal'))
    assert.equal(cut.from, '4')
    assert.deepEqual(cut.removed, { pastOfTested: 1, afterWindow: 0, coldItems: 1, shortUsers: 2 })
    assert.equal(cut.droppedItems, 1)
    const { rows, users, items, count } = await write()
    assert.deepEqual(rows, {
      train: ['t:  > c @ 3', 'u: a > b @ 2'],
      valid: ['v: a > b @ 6'],
      test: ['v: a b > a @ 7'],
    })
    assert.deepEqual(users, ['t', 'u', 'v'])
    assert.deepEqual(items, ['a', 'b', 'c'])
    assert.deepEqual(count, [1, 1, 1])
    await checkLeaks(db, 'temporal', cut)
  })

  it('numbers ids in the byte order of UTF-8', async () => {
    const ids = ['9', '10', '😀', '\uffee', 'é', 'Z', 'a', "o'neil", ' ']
    const events = ids.flatMap((id) =>
      [0, 1, 2].map((k): Event => ({ user: id, item: id + k, time: 0n, ordinal: k })),
    )
    await split(
      events.map((event, ordinal) => ({ ...event, ordinal })),
      lawOf('leave-one-out'),
    )
    const { users, rows } = await write()
    const sorted = ids.slice().sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    assert.deepEqual(users, sorted)
    assert.deepEqual(
      rows.test,
      sorted.map((id) => `${id}: ${id}0 ${id}1 > ${id}2 @ 0`),
    )
  })

  it('cuts shards by user modulo their number, sorted by user', async () => {
    const users = ['a', 'b', 'c', 'd', 'e']
    const events = users.flatMap((user) =>
      [1, 2, 3, 4].map((t): Event => ({ user, item: `i${t}`, time: BigInt(t), ordinal: t })),
    )
    await split(events, lawOf('leave-one-out'))
    const names = (shards: readonly { path: string; rows: number }[]) =>
      shards.map(({ path, rows }) => `${path} ${rows}`)
    const byUsers = await write({ users: 2, events: 1000 }) // users 3; 1, 4; 2, 5
    assert.deepEqual(names(byUsers.shards).slice(0, 3), [
      'train-00000-of-00003.parquet 1',
      'train-00001-of-00003.parquet 2',
      'train-00002-of-00003.parquet 2',
    ])
    assert.deepEqual(names(byUsers.events)[1], 'events-00001-of-00003.parquet 8')
    const flat = await readParquet(join(folder, 'events-00001-of-00003.parquet'))
    assert.deepEqual(Array.from(flat.data.user as Int32Array), [1, 1, 1, 1, 4, 4, 4, 4])
    assert.deepEqual(Array.from(flat.data.place as Int32Array), [1, 2, 3, 4, 1, 2, 3, 4])
    const byEvents = await write({ users: 1000, events: 8 })
    assert.equal(byEvents.shards.length, 9)
    let shown = 0
    await eachShard(db, folder, byEvents, async () => {
      shown += await db.count('SELECT count(DISTINCT "user") FROM sequence')
      await checkOrder(db, 'leave-one-out') // asked of one shard: its rows belong to its events
    })
    assert.deepEqual([shown, await db.count('SELECT count(*) FROM test_rows')], [5, 5])
    const one = await write({ users: 1000, events: 1000 })
    assert.deepEqual(one.rows, byUsers.rows)
    assert.deepEqual(one.rows, byEvents.rows)
  })

  it('trusts finished shards of a killed run through the journal alone', async () => {
    await split(log('u1a u2b u3a v1a v2b v3b'), lawOf('leave-one-out'))
    const writeAll = async (ctx: Context) => {
      const tables = await writeEventShards(db, folder, 'leave-one-out', ctx)
      return [...tables, ...(await writeShards(db, folder, tables, ctx))]
    }
    const ctx = testContext(folder)
    const first = await writeAll(ctx)
    await db.run('UPDATE event SET item = 2') // would change every shard if one were written again
    assert.deepEqual(await writeAll(ctx), first)
    const again = await writeAll(testContext(folder))
    for (const [k, table] of again.entries()) assert.notEqual(table.sha256, first[k]!.sha256, table.path)
    // a file that is not what its receipt says is made again
    await writeFile(join(folder, again[0]!.path), 'half')
    assert.equal((await writeAll(ctx))[0]!.sha256, again[0]!.sha256)
  })

  it('refuses a log that leaves nothing to test or to train on', async () => {
    const refused = (events: string, name: 'leave-one-out' | 'temporal', message: RegExp) =>
      assert.rejects(
        split(log(events), lawOf(name)),
        (error) => error instanceof UserError && message.test(error.message),
      )
    await refused('u1a u2b', 'leave-one-out', /^split leave-one-out: no user has 3 events, so nothing/)
    await refused(
      'u1a u2b v9a v9b',
      'temporal',
      /^split temporal: no user has 3 events at or after 9 \(quantile 0\.5\)/,
    )
    await refused('u1a u2a u3a', 'temporal', /no user has 3 events/)
  })

  it('rolls: a case by hand', async () => {
    // 13 events; cuts 0.4 and 0.99: index 4.8 → 5, T₁ = 5; index 11.88 → 12, T₂ = 8
    const events = log('u1a y1a u2b v3c w4a u5c u6z v6b x5a x7b w8b y5a y6b')
    const first = await split(events, { strategy: 'rolling', cuts: [0.4, 0.99], fold: 1 })
    assert.deepEqual([first.from, first.to], ['5', '8'])
    // y is tested; u keeps c alone in the window (z is in no training), so it is trained on and not tested, as v with b alone and w, who is
    // later; x is new and has two events in the window, one too few
    assert.deepEqual(first.removed, { pastOfTested: 0, afterWindow: 1, coldItems: 1, shortUsers: 4 })
  })

  it('rolls on: the past of a tested user is trained on and known', async () => {
    // cuts 0.3 and 0.7 of 10 events: index 2.7 → 3, T₁ = 4; index 6.3 → 6, T₂ = 7
    const cut = await split(log('u1a u2b v3c u4b u5a v4a v6z v6b x7a x8b'), {
      strategy: 'rolling',
      cuts: [0.3, 0.7],
      fold: 1,
    })
    assert.deepEqual([cut.from, cut.to, cut.droppedItems], ['4', '6', 0])
    const { rows, items } = await write()
    assert.deepEqual(rows, {
      train: ['u: a > b @ 2', 'v:  > c @ 3'],
      valid: ['u: a b > b @ 4'],
      test: ['u: a b b > a @ 5'],
    })
    assert.deepEqual(items, ['a', 'b', 'c'])
    assert.deepEqual(cut.removed, { pastOfTested: 0, afterWindow: 4, coldItems: 0, shortUsers: 1 })
    await checkLeaks(db, 'rolling', cut)
  })

  const laws: Record<string, (q: number) => Law> = {
    'leave-one-out': () => ({ strategy: 'leave-one-out' }),
    temporal: (quantile) => ({ strategy: 'temporal', quantile }),
    'rolling, a fold with an end': (q) => ({ strategy: 'rolling', cuts: [q * 0.8, (1 + q) / 2], fold: 1 }),
    'rolling, the last fold': (q) => ({ strategy: 'rolling', cuts: [q / 2, q], fold: 2 }),
  }
  for (const [name, make] of Object.entries(laws)) {
    it(`equals the oracle and leaks nothing: ${name} (fast-check, seed 29)`, async () => {
      let tested = 0
      const shardNumbers = new Set<number>()
      const quantiles = fc.constantFrom(0.25, 0.5, 0.75, 0.95)
      const limits = fc.record({
        users: fc.integer({ min: 3, max: 12 }),
        events: fc.integer({ min: 12, max: 60 }),
      })
      await fc.assert(
        fc.asyncProperty(logs, quantiles, limits, async (events, quantile, limit) => {
          const law = make(quantile)
          const expected = splitOf(events, law)
          if (expected.held.size === 0 || expected.trained.size === 0) {
            await assert.rejects(split(events, law), UserError)
            return
          }
          tested++
          const cut = await split(events, law)
          const text = (moment: bigint | null) => (moment === null ? null : String(moment))
          assert.deepEqual([cut.from, cut.to], [text(expected.moment), text(expected.end)])
          assert.deepEqual(cut.removed, expected.removed)
          const { moment, end, catalog } = expected
          const late = events.filter(
            ({ time }) => moment !== null && time >= moment && (end === null || time < end),
          )
          const cold = new Set(late.map(({ item }) => item).filter((item) => !catalog.includes(item)))
          assert.equal(cut.droppedItems, cold.size)
          const written = await write(limit)
          const { rows, users, items, count } = written
          assert.deepEqual(await countCold(db), coldOf(expected))
          assert.deepEqual(users, expected.users)
          assert.deepEqual(items, expected.catalog)
          const trained = [...expected.trained.values()].flat()
          assert.deepEqual(
            count,
            items.map((id) => trained.filter(({ item }) => item === id).length),
          )
          const row = (own: readonly Event[]) => {
            const last = own.at(-1)!
            return `${last.user}: ${own
              .slice(0, -1)
              .map(({ item }) => item)
              .join(' ')} > ${last.item} @ ${last.time}`
          }
          const inOrder = (of: Map<string, Event[]>) =>
            users.filter((id) => of.has(id)).map((id) => of.get(id)!)
          assert.deepEqual(rows.train, inOrder(expected.trained).map(row))
          assert.deepEqual(
            rows.valid,
            inOrder(expected.held).map((own) => row(own.slice(0, -1))),
          )
          assert.deepEqual(rows.test, inOrder(expected.held).map(row))
          await checkOrder(db, law.strategy)
          await checkLeaks(db, law.strategy, cut)
          const whole = await write({ users: 1000, events: 1000 }) // any number of shards holds the same rows
          shardNumbers.add(written.events.length)
          assert.deepEqual([whole.events.length, whole.rows], [1, rows])
        }),
        { seed: 29, numRuns: 20 },
      )
      assert.ok(tested >= 6, `only ${tested} of 20 logs could be split`)
      assert.ok(shardNumbers.size >= 4, `only ${[...shardNumbers]} shards were tried`)
    })
  }
})

/** Items of the catalog that no event of training has, and targets that are such. */
function coldOf({ trained, held, catalog }: SplitLog): Cold {
  const known = new Set([...trained.values()].flat().map(({ item }) => item))
  const cold = (place: number) => [...held.values()].filter((own) => !known.has(own.at(place)!.item)).length
  return { items: catalog.filter((item) => !known.has(item)).length, valid: cold(-2), test: cold(-1) }
}
