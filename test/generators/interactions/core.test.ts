import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { type Core, keepCore } from '../../../generators/interactions/core.ts'
import { loadLog } from '../../../generators/interactions/split.ts'
import { type Duckdb, openDuckdb } from '../../../io/duckdb.ts'
import { UserError } from '../../../io/errors.ts'
import { clear, coreOf, type Event, logs, singleOf, writeEvents } from './oracle.ts'

describe('generators/interactions/core', () => {
  let folder: string
  let db: Duckdb
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'core-'))
    db = await openDuckdb(join(folder, 'db'))
  })
  after(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })

  const filter = async (events: readonly Event[], core: Core, isSingle = false) => {
    await clear(db)
    await writeEvents(db, join(folder, 'events.parquet'), events)
    await loadLog(db, [join(folder, 'events.parquet')], { most: 7 })
    const { passes, ...removed } = await keepCore(db, core, { isSingle, most: 7 })
    const { data } = await db.columns('SELECT ordinal FROM log ORDER BY ordinal')
    return { passes, removed, kept: Array.from(data.ordinal as BigInt64Array, Number) }
  }
  /** 'ua' is user u with item a; the ordinal is the place in the list. */
  const log = (pairs: string) =>
    pairs.split(' ').map(([user, item], ordinal): Event => ({ user: user!, item: item!, time: 0n, ordinal }))

  it('drops items first, then users, once', async () => {
    // c has one user and goes; then w has one item (a) and goes; b keeps u alone and stays, below its bound
    const events = log('ua va wa wb ub wc')
    const core = { items: 2, users: 2, iterate: false }
    const removed = { items: 1, users: 1 }
    assert.deepEqual(await filter(events, core), { passes: 1, removed, kept: [0, 2, 3, 4] })
  })

  it('goes on until both bounds hold, when asked', async () => {
    // d goes (1 user), then x (left with c alone); then c has y alone and goes; what is left is a, b with u, v
    const events = log('ua ub va vb xc xd yc ya yb')
    assert.deepEqual(
      (await filter(events, { items: 2, users: 2, iterate: false })).kept,
      [0, 1, 2, 3, 6, 7, 8],
    )
    const iterated = await filter(events, { items: 2, users: 2, iterate: true })
    assert.deepEqual(iterated, { passes: 3, removed: { items: 2, users: 1 }, kept: [0, 1, 2, 3, 7, 8] })
  })

  it('counts different users and items, not events', async () => {
    const events = log('ua ua ua va ub vb wa wa')
    const { kept, removed } = await filter(events, { items: 2, users: 2, iterate: true })
    assert.deepEqual(kept, [0, 1, 2, 3, 4, 5])
    assert.deepEqual(removed, { items: 0, users: 2 }) // both events of w
  })

  it('says so when nothing is left', async () => {
    await assert.rejects(filter(log('ua vb'), { items: 2, users: 1, iterate: false }), (error) => {
      assert.ok(error instanceof UserError)
      assert.match(
        error.message,
        /^core: no interactions are left with at least 2 users per item and 1 items per user/,
      )
      return true
    })
  })

  it('keeps what the oracle keeps (fast-check, seed 17)', async () => {
    const bound = fc.integer({ min: 0, max: 4 })
    const cores = fc.record({ items: bound, users: bound, iterate: fc.boolean() })
    let emptied = 0
    await fc.assert(
      fc.asyncProperty(logs, cores, async (events, core) => {
        const expected = coreOf(events, core).map(({ ordinal }) => ordinal)
        if (expected.length > 0) {
          const { kept, removed } = await filter(events, core)
          assert.deepEqual(kept, expected)
          assert.equal(removed.items + removed.users, events.length - expected.length)
          const single = singleOf(events, 'first')
          const alone = await filter(single, core, true)
          assert.deepEqual(alone, await filter(single, core))
          assert.equal(alone.kept.length, coreOf(single, core).length)
        } else {
          emptied++
          await assert.rejects(filter(events, core), UserError)
        }
      }),
      { seed: 17, numRuns: 25 },
    )
    assert.ok(emptied < 15, `${emptied} of 25 logs were emptied: the bounds are too high to test anything`)
  })
})
