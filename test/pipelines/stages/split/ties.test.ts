import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadLog, splitLog } from '../../../../generators/interactions/split.ts'
import { openDuckdb } from '../../../../io/duckdb.ts'
import { orderOfTies } from '../../../../pipelines/stages/split/ties.ts'
import { testContext } from '../../../context.ts'
import { type Event, writeEvents } from '../../../generators/interactions/oracle.ts'

describe('stage split: order of ties', () => {
  it('shows what a Markov chain reads from the order of equal times', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ties-'))
    const db = await openDuckdb(join(folder, 'db'))
    try {
      // 40 users take a b c d e at one time, in that order in the file, then x and y.
      // 40 users take z, then at one time two neighbours of a b c d e, in that order in the file.
      const lists = Array.from({ length: 40 }, (_, n) => [
        `p${n} abcde x y`,
        `q${n} z ${'abcde'.slice(n % 4, (n % 4) + 2)}`,
      ]).flat()
      const events: Event[] = []
      for (const list of lists) {
        const [user, ...moments] = list.split(' ')
        for (const [time, items] of moments.entries()) {
          for (const item of items)
            events.push({ user: user!, item, time: BigInt(time), ordinal: events.length })
        }
      }
      await writeEvents(db, join(folder, 'events.parquet'), events)
      await loadLog(db, [join(folder, 'events.parquet')])
      await splitLog(db, { strategy: 'leave-one-out' })
      const order = (await orderOfTies(db, 'leave-one-out', testContext(folder)))!
      // File order: the second kind has its target first, since training has every neighbour in order: NDCG 1.
      // The first kind is asked after x, which nothing followed; unseen are z (40 events) and y (none): place 2, 1 / log2 3.
      assert.equal(order.markovSourceOrder, Number(((1 + 1 / Math.log2(3)) / 2).toFixed(4)))
      // Random order: any of the other four may follow, so the second kind falls to about the mean over places 1 to 4, 0.64.
      assert.ok((order.markovSeededOrder as number) < 0.75, `${order.markovSeededOrder}`)
      assert.deepEqual([order.users, order.leaks], [80, true])
    } finally {
      await db.close()
      await rm(folder, { recursive: true })
    }
  })
})
