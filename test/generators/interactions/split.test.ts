import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { checkLeaks } from '../../../generators/interactions/leaks.ts'
import { viewShards, writeShards, writeTables } from '../../../generators/interactions/shards.ts'
import { loadLog, roundHalfEven, type Strategy, splitLog } from '../../../generators/interactions/split.ts'
import { type Duckdb, openDuckdb } from '../../../io/duckdb.ts'
import { UserError } from '../../../io/errors.ts'
import { readParquet } from '../../../io/parquet.ts'
import { testContext } from '../../context.ts'
import { clear, type Event, logs, splitOf, writeEvents } from './oracle.ts'

/** 'u3a' is user u at time 3 with item a; the ordinal is the place in the list. */
const log = (events: string) =>
  events.split(' ').map((event, ordinal): Event => {
    const [, user, time, item] = /^(\D)(\d+)(\D)$/.exec(event)!
    return { user: user!, item: item!, time: BigInt(time!), ordinal }
  })

describe('generators/interactions/split', () => {
  let folder: string
  let db: Duckdb
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "it's split "))
    db = await openDuckdb(join(folder, 'db'))
  })
  after(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })

  const split = async (events: readonly Event[], strategy: Strategy, quantile = 0.5) => {
    await clear(db)
    await writeEvents(db, join(folder, 'events.parquet'), events)
    await loadLog(db, join(folder, 'events.parquet'))
    return splitLog(db, strategy, quantile)
  }
  /** The written dataset with ids in place of numbers: 'u: a b > c @ 7'. */
  const write = async (limits = { users: 2, events: 1000 }) => {
    const shards = await writeShards(db, folder, testContext(folder), limits)
    await writeTables(db, folder)
    const users = (await readParquet(join(folder, 'users.parquet'))).data.id as string[]
    const { id: items, count } = (await readParquet(join(folder, 'items.parquet'))).data as {
      id: string[]
      count: Int32Array
    }
    const rows: Record<string, string[]> = { train: [], valid: [], test: [] }
    for (const shard of shards) {
      const { data } = await readParquet(join(folder, shard.path), { expect: shard })
      const { user, history, target, time } = data as {
        user: Int32Array
        history: Int32Array[]
        target: Int32Array
        time: BigInt64Array
      }
      user.forEach((u, r) => {
        const known = Array.from(history[r]!, (item) => items[item - 1]!).join(' ')
        rows[shard.split]!.push(`${users[u - 1]}: ${known} > ${items[target[r]! - 1]} @ ${time[r]}`)
      })
    }
    return { shards, rows, users, items, count: Array.from(count) }
  }

  it('rounds halves to even', () => {
    assert.deepEqual([0, 0.5, 1.5, 2.5, 2.4999, 2.5001, 9.5].map(roundHalfEven), [0, 0, 2, 2, 2, 3, 10])
  })

  it('leaves the last one out: a case by hand', async () => {
    // v has 3 events of which two tie (file order decides), w has 2 and x 1: trained on, not tested
    assert.equal(await split(log('w5a v2c v1b v1a u1d x9e u2a u3a u4b w6c'), 'leave-one-out'), null)
    const { rows, users, items, count } = await write()
    assert.deepEqual(rows, {
      train: ['u: d > a @ 2', 'v:  > b @ 1', 'w: a > c @ 6', 'x:  > e @ 9'],
      valid: ['u: d a > a @ 3', 'v: b > a @ 1'],
      test: ['u: d a a > b @ 4', 'v: b a > c @ 2'],
    })
    assert.deepEqual(users, ['u', 'v', 'w', 'x'])
    assert.deepEqual(items, ['a', 'b', 'c', 'd', 'e'])
    assert.deepEqual(count, [2, 1, 1, 1, 1])
    await viewShards(db, folder, (await write()).shards)
    await checkLeaks(db, 'leave-one-out', null)
  })

  it('splits by time: a case by hand', async () => {
    // 10 events, quantile 0.5: index 4.5 goes to 4, the fifth time, T = 4
    // t and u end before T and are trained on; the early event of v is thrown away; v keeps a b a; z (item of v alone) is dropped
    // w has two events after T: neither trained on nor tested
    const moment = await split(log('u1a u2b t3c v2c v4a v5z v6b v7a w8a w9b'), 'temporal', 0.5)
    assert.equal(moment, '4')
    const { rows, users, items, count, shards } = await write()
    assert.deepEqual(rows, {
      train: ['t:  > c @ 3', 'u: a > b @ 2'],
      valid: ['v: a > b @ 6'],
      test: ['v: a b > a @ 7'],
    })
    assert.deepEqual(users, ['t', 'u', 'v'])
    assert.deepEqual(items, ['a', 'b', 'c'])
    assert.deepEqual(count, [1, 1, 1])
    await viewShards(db, folder, shards)
    await checkLeaks(db, 'temporal', moment)
  })

  it('numbers ids in the byte order of UTF-8', async () => {
    const ids = ['9', '10', '😀', '\uffee', 'é', 'Z', 'a', "o'neil", ' ']
    const events = ids.flatMap((id) =>
      [0, 1, 2].map((k): Event => ({ user: id, item: id + k, time: 0n, ordinal: k })),
    )
    await split(
      events.map((event, ordinal) => ({ ...event, ordinal })),
      'leave-one-out',
    )
    const { users, rows } = await write()
    const sorted = ids.slice().sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    assert.deepEqual(users, sorted)
    assert.deepEqual(
      rows.test,
      sorted.map((id) => `${id}: ${id}0 ${id}1 > ${id}2 @ 0`),
    )
  })

  it('cuts shards by users and by events, sorted by user', async () => {
    const users = ['a', 'b', 'c', 'd', 'e']
    const events = users.flatMap((user) =>
      [1, 2, 3, 4].map((t): Event => ({ user, item: `i${t}`, time: BigInt(t), ordinal: t })),
    )
    await split(events, 'leave-one-out')
    const byUsers = await write({ users: 2, events: 1000 })
    const names = (shards: readonly { path: string; rows: number }[]) =>
      shards.map(({ path, rows }) => `${path} ${rows}`)
    assert.deepEqual(names(byUsers.shards).slice(0, 3), [
      'train-00000-of-00003.parquet 2',
      'train-00001-of-00003.parquet 2',
      'train-00002-of-00003.parquet 1',
    ])
    const byEvents = await write({ users: 1000, events: 8 }) // train has 10 events, valid 15, test 20
    assert.deepEqual(names(byEvents.shards), [
      'train-00000-of-00002.parquet 3',
      'train-00001-of-00002.parquet 2',
      'valid-00000-of-00002.parquet 3',
      'valid-00001-of-00002.parquet 2',
      'test-00000-of-00003.parquet 2',
      'test-00001-of-00003.parquet 2',
      'test-00002-of-00003.parquet 1',
    ])
    const one = await write({ users: 1000, events: 1000 })
    assert.deepEqual(one.rows, byUsers.rows)
    assert.deepEqual(one.rows, byEvents.rows)
  })

  it('trusts finished shards of a killed run through the journal alone', async () => {
    await split(log('u1a u2b u3a v1a v2b v3b'), 'leave-one-out')
    const ctx = testContext(folder)
    const first = await writeShards(db, folder, ctx)
    await db.run('UPDATE sequence SET item = 2') // would change every shard if one were written again
    assert.deepEqual(await writeShards(db, folder, ctx), first)
    const again = await writeShards(db, folder, testContext(folder))
    assert.notEqual(again[0]!.sha256, first[0]!.sha256)
  })

  it('refuses a log that leaves nothing to test or to train on', async () => {
    const refused = (events: string, strategy: Strategy, message: RegExp) =>
      assert.rejects(
        split(log(events), strategy),
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

  for (const strategy of ['leave-one-out', 'temporal'] as const) {
    it(`equals the oracle and leaks nothing: ${strategy} (fast-check, seed 29)`, async () => {
      let tested = 0
      const quantiles = fc.constantFrom(0.25, 0.5, 0.75, 0.95)
      await fc.assert(
        fc.asyncProperty(logs, quantiles, async (events, quantile) => {
          const expected = splitOf(events, strategy, quantile)
          if (expected.held.size === 0 || expected.trained.size === 0) {
            await assert.rejects(split(events, strategy, quantile), UserError)
            return
          }
          tested++
          const moment = await split(events, strategy, quantile)
          assert.equal(moment, expected.moment === null ? null : String(expected.moment))
          const { rows, users, items, count, shards } = await write({ users: 5, events: 1000 })
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
          await viewShards(db, folder, shards)
          await checkLeaks(db, strategy, moment)
        }),
        { seed: 29, numRuns: 20 },
      )
      assert.ok(tested >= 6, `only ${tested} of 20 logs could be split`)
    })
  }
})
