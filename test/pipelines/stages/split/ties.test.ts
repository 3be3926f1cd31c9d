import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Params } from '../../../../contracts.ts'
import { loadLog, splitLog } from '../../../../generators/interactions/split.ts'
import { openDuckdb } from '../../../../io/duckdb.ts'
import { permutation } from '../../../../math/permutation.ts'
import { rng } from '../../../../math/rng.ts'
import { orderOfTies } from '../../../../pipelines/stages/split/ties.ts'
import { testContext } from '../../../context.ts'
import { type Event, writeEvents } from '../../../generators/interactions/oracle.ts'

/** Lists of one letter an item, words of equal time: 'user abc x' takes a, b, c at one time, then x. */
async function asked(
  lists: readonly string[],
  work: (order: (seed: number, most?: number) => Promise<Params | null>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'ties-'))
  const db = await openDuckdb(join(folder, 'db'))
  try {
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
    await work((seed, most) => orderOfTies(db, 'leave-one-out', testContext(folder, { seed }), most))
  } finally {
    await db.close()
    await rm(folder, { recursive: true })
  }
}

describe('stage split: order of ties', () => {
  // 40 users take a b c d e at one time, in that order in the file, then x and y.
  // 40 users take z, then at one time two neighbours of a b c d e, in that order in the file.
  const sorted = Array.from({ length: 40 }, (_, n) => [
    `p${n} abcde x y`,
    `q${n} z ${'abcde'.slice(n % 4, (n % 4) + 2)}`,
  ]).flat()

  it('shows what a Markov chain reads from the order of equal times', () =>
    asked(sorted, async (orderWith) => {
      const order = (await orderWith(42))!
      // File order: the second kind has its target first, since training has every neighbour in order: NDCG 1.
      // The first kind is asked after x, which nothing followed; unseen are z (40 events) and y (none): place 2, 1 / log2 3.
      assert.equal(order.markovSourceOrder, Number(((1 + 1 / Math.log2(3)) / 2).toFixed(4)))
      // Random order: any of the other four may follow, so the second kind falls to about the mean over places 1 to 4, 0.64.
      assert.ok((order.markovSeededOrder as number) < 0.75, `${order.markovSeededOrder}`)
      assert.deepEqual([order.users, order.leaks], [80, true])
      // half of the users differ, by 0.36 on the mean: 0.18, and an error of some 0.18 / √80 and more
      const [difference, error] = [order.difference as number, order.standardError as number]
      const ends = (order.markovSourceOrder as number) - (order.markovSeededOrder as number)
      assert.ok(Math.abs(difference - ends) < 2e-4, `${difference}`) // three roundings to four digits
      assert.ok(error > 0.015 && error < 0.05, `${error}`)
    }))

  it('warns of no difference that is within its noise, however large', () => {
    // 60 users who take what they like: two items at one time, three times
    const stream = rng(3, 'noise')
    const letters = 'abcdefghijkl'
    const list = () =>
      Array.from(permutation(12, stream).subarray(0, 6), (n, i) => letters[n]! + (i % 2 ? ' ' : '')).join('')
    const lists = Array.from({ length: 60 }, (_, n) => `u${n} ${list().trim()}`)
    return asked(lists, async (orderWith) => {
      let large = 0
      for (let seed = 0; seed < 6; seed++) {
        const order = (await orderWith(seed))!
        const { difference, markovSeededOrder, standardError } = order as Record<string, number>
        if (Math.abs(difference!) > 0.05 * markovSeededOrder!) large++
        assert.ok(Math.abs(difference!) < 2 * standardError!, `${difference} ± ${standardError}`)
        assert.equal(order.leaks, false)
      }
      assert.ok(large >= 3, `${large}`) // the bound of 5 % alone would have warned
    })
  })

  it('looks at a part of the users of a large log', () =>
    asked(sorted, async (orderWith) => {
      const whole = (await orderWith(42))!
      assert.equal(whole.users, 80)
      const events = 40 * 7 + 40 * 3
      const half = (await orderWith(42, events / 2))!
      assert.deepEqual([half.users, half.leaks], [40, true])
      const one = (await orderWith(42, 1))!
      assert.deepEqual([one.users, one.standardError, one.leaks], [1, null, false])
    }))
})
