import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { keepCore } from '../../../generators/interactions/core.ts'
import { DUPLICATES, type Duplicates, dropDuplicates } from '../../../generators/interactions/duplicates.ts'
import { loadLog } from '../../../generators/interactions/split.ts'
import { type Duckdb, openDuckdb } from '../../../io/duckdb.ts'
import { clear, coreOf, type Event, logs, singleOf, writeEvents } from './oracle.ts'

describe('generators/interactions/duplicates', () => {
  let folder: string
  let db: Duckdb
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'duplicates-'))
    db = await openDuckdb(join(folder, 'db'))
  })
  after(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })

  const load = async (events: readonly Event[]) => {
    await clear(db)
    await writeEvents(db, join(folder, 'events.parquet'), events)
    await loadLog(db, [join(folder, 'events.parquet')])
  }
  const left = async () => {
    const { data } = await db.columns('SELECT time, ordinal FROM log ORDER BY ordinal')
    const times = data.time as BigInt64Array
    return Array.from(data.ordinal as BigInt64Array, (ordinal, n) => [Number(ordinal), times[n]!])
  }
  const event = (user: string, item: string, time: bigint, ordinal: number) => ({ user, item, time, ordinal })

  it('keeps all, the first or the last, by time and then by place', async () => {
    const [most, least] = [2n ** 63n - 1n, -(2n ** 63n)]
    const events = [
      event('u', 'a', 5n, 0), // a: 3 is the earliest; 0 and 2 tie as the latest, and 2 comes later
      event('u', 'b', most, 1), // b: the ends of the range of times
      event('u', 'a', 5n, 2),
      event('u', 'a', 4n, 3),
      event('u', 'b', least, 4),
      event('v', 'a', 9n, 5),
    ]
    const kept: Record<Duplicates, [number, bigint][]> = {
      'keep-all': events.map(({ ordinal, time }) => [ordinal, time]),
      first: [
        [3, 4n],
        [4, least],
        [5, 9n],
      ],
      last: [
        [1, most],
        [2, 5n],
        [5, 9n],
      ],
    }
    for (const policy of DUPLICATES) {
      await load(events)
      assert.equal(await dropDuplicates(db, policy, { most: 7 }), events.length - kept[policy].length)
      assert.deepEqual(await left(), kept[policy])
    }
  })

  it('equals the oracle, before or after a core (fast-check, seed 23)', async () => {
    const core = { items: 2, users: 2, iterate: true }
    await fc.assert(
      fc.asyncProperty(logs, fc.constantFrom(...DUPLICATES), async (events, policy) => {
        const expected = coreOf(singleOf(events, policy), core)
          .map(({ ordinal }) => ordinal)
          .sort((a, b) => a - b)
        fc.pre(expected.length > 0)
        for (const isFirst of [true, false]) {
          await load(events)
          if (isFirst) await dropDuplicates(db, policy, { most: 7 })
          await keepCore(db, core)
          if (!isFirst) await dropDuplicates(db, policy)
          assert.deepEqual(
            (await left()).map(([ordinal]) => ordinal),
            expected,
          )
        }
      }),
      { seed: 23, numRuns: 12 },
    )
  })
})
