import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Columns } from '../../contracts.ts'
import zipf from '../../generators/zipf.ts'
import { concat, misfit, slice } from '../../io/columns.ts'
import { UserError } from '../../io/errors.ts'

const signal = new AbortController().signal
type Settings = typeof zipf.defaults

async function make(changes: Partial<Settings>, from: number, to: number, seed = 4): Promise<Columns> {
  const parts: Columns[] = []
  for await (const part of zipf.rows({ ...zipf.defaults, ...changes }, { from, to }, { seed, signal }))
    parts.push(part)
  return concat(parts)
}
const listsOf = (columns: Columns, name: string) => columns.data[name] as readonly Int32Array[]

describe('generators/zipf (seed 4)', () => {
  const size = { users: 2500, items: 800 }
  let all: Columns
  before(async () => {
    all = await make(size, 0, size.users)
  })

  it('fits its schema, in and across batches of 1,024', () => {
    assert.equal(misfit(all, zipf.schema({ ...zipf.defaults, ...size })), null)
    assert.deepEqual(
      all.data.user,
      Int32Array.from({ length: 2500 }, (_, i) => i),
    )
  })

  it('makes row i of (params, seed, i) alone', async () => {
    assert.deepEqual(await make(size, 1000, 1100), slice(all, 1000, 1100))
    assert.deepEqual(await make({ ...size, users: 9999 }, 1023, 1024), slice(all, 1023, 1024))
    assert.notDeepEqual(await make(size, 0, 1, 5), slice(all, 0, 1))
  })

  it('gives every user different items of the catalog, as many items as times, in order', () => {
    listsOf(all, 'items').forEach((items, row) => {
      const times = listsOf(all, 'times')[row]!
      assert.equal(items.length, times.length)
      assert.ok(items.length >= 4 && items.length <= 200)
      assert.equal(new Set(items).size, items.length)
      assert.ok(items.every((item) => item >= 1 && item <= size.items))
      assert.ok(times.every((time, n) => time >= (times[n - 1] ?? 0)))
      assert.ok(times[0]! < 2 * 365 * 86400)
    })
  })

  it('has lengths 4 + ⌊lognormal(1.35, 0.95)⌋', () => {
    // the median of the lognormal is e^1.35 = 3.857, so P(length ≥ 7.857) = ½; P(length ≥ 8) = P(normal ≥ (ln 4 − 1.35) / 0.95) = 0.4847
    const long = listsOf(all, 'items').filter(({ length }) => length >= 8).length / size.users
    assert.ok(Math.abs(long - 0.4847) < 4 * Math.sqrt(0.25 / size.users), `${long}`) // 4 standard errors
  })

  it('has gaps of 0 three times in ten, else with a median of four days', () => {
    const gaps = listsOf(all, 'times').flatMap((times) =>
      Array.from(times.slice(1), (time, n) => time - times[n]!),
    )
    const zero = gaps.filter((gap) => gap === 0).length / gaps.length
    assert.ok(Math.abs(zero - 0.3) < 4 * Math.sqrt(0.21 / gaps.length), `${zero}`)
    const short = gaps.filter((gap) => gap > 0 && gap < 4 * 86400).length / (gaps.length * (1 - zero))
    assert.ok(Math.abs(short - 0.5) < 4 * Math.sqrt(0.25 / (0.7 * gaps.length)), `${short}`)
    assert.ok(Math.max(...gaps) <= 90 * 86400)
  })

  it('takes each source when it is the only one', async () => {
    const only = { sequence: 0, interest: 0, popular: 0, noise: 0 }
    const countsOf = (columns: Columns) => {
      const counts = new Float64Array(size.items + 1)
      for (const items of listsOf(columns, 'items')) for (const item of items) counts[item]!++
      return counts
    }
    const most = (columns: Columns) =>
      Math.max(...countsOf(columns)) / countsOf(columns).reduce((sum, n) => sum + n)
    const noise = await make({ ...size, ...only, noise: 1 }, 0, 2500)
    const popular = await make({ ...size, ...only, popular: 1 }, 0, 2500)
    // uniform: 1/800, with some 31 events an item at most twice that; Zipf: 1 / Σ r^-0.7 = 1/22, less since nothing repeats
    assert.ok(most(noise) < 2.5 / 800, `${most(noise)}`)
    assert.ok(most(popular) > 0.03, `${most(popular)}`)
    // at most three clusters a user; items of a cluster are neighbours, so a user's sorted items have few wide gaps
    const interest = await make({ ...size, ...only, interest: 1, clusterSize: 80 }, 0, 200)
    const wide = listsOf(interest, 'items').map((items) => {
      const sorted = items.slice().sort()
      return sorted.filter((item, n) => n > 0 && item - sorted[n - 1]! > 160).length
    })
    assert.ok(Math.max(...wide) <= 2)
    // after the first item, all from the successors of the last: at most S different items follow any item
    const sequence = await make({ ...size, ...only, sequence: 1, successors: 2 }, 0, 2500)
    const followers = new Map<number, Map<number, number>>()
    for (const items of listsOf(sequence, 'items')) {
      items.forEach((item, n) => {
        const row = followers.get(items[n - 1]!) ?? new Map<number, number>()
        if (n > 0) followers.set(items[n - 1]!, row.set(item, (row.get(item) ?? 0) + 1))
      })
    }
    // users who have had both successors draw 50 times in vain and take another item: so most, not all
    const inTop = [...followers.values()].map((row) => {
      const counts = [...row.values()].sort((a, b) => b - a)
      return [
        counts.slice(0, 2).reduce((sum, n) => sum + n, 0),
        counts.reduce((sum, n) => sum + n, 0),
      ] as const
    })
    const share =
      inTop.reduce((sum, [top]) => sum + top, 0) / inTop.reduce((sum, [, total]) => sum + total, 0)
    assert.ok(share > 0.6, `${share}`)
  })

  it('has the bytes it always had where the later params have their defaults', async () => {
    // made before anchor, repeats, drift, window and the laws of lengths and gaps were params
    const hash = createHash('sha256')
    const made = await make({ users: 3000, items: 800 }, 0, 3000)
    for (let part = 0; part < 3000; part += 1024) {
      const end = Math.min(part + 1024, 3000)
      for (const name of ['items', 'times'])
        for (const list of listsOf(made, name).slice(part, end)) hash.update(list)
    }
    assert.equal(hash.digest('hex'), 'd7888e8e94f315418334e75b9a52a751bfa5358875c288d235b5e3a152cec111')
  })

  it('repeats the share of events asked for, and no other', async () => {
    const lists = listsOf(await make({ ...size, repeats: 0.27 }, 0, 2500), 'items')
    const asked = lists.reduce((sum, items) => sum + items.length - 1, 0)
    const repeated = lists.reduce((sum, items) => sum + items.length - new Set(items).size, 0)
    assert.ok(Math.abs(repeated / asked - 0.27) < 4 * Math.sqrt((0.27 * 0.73) / asked), `${repeated / asked}`)
  })

  it('has the lengths and gaps that it is told', async () => {
    const changes = { lengthLeast: 2, lengthMean: 0, lengthSpread: 0, gap: 60, gapZero: 0 }
    const made = await make({ ...size, ...changes }, 0, 500)
    assert.ok(listsOf(made, 'items').every((items) => items.length === 3)) // 2 + ⌊e^0⌋
    const gaps = listsOf(made, 'times').flatMap((times) => [times[1]! - times[0]!, times[2]! - times[1]!])
    const short = gaps.filter((gap) => gap < 60).length / gaps.length
    assert.ok(Math.abs(short - 0.5) < 4 * Math.sqrt(0.25 / gaps.length), `${short}`)
    const long = await make(
      { users: 3, items: 9000, lengthMean: 20, lengthMost: 4000, gap: 90 * 86400 },
      0,
      3,
    )
    assert.ok(listsOf(long, 'times').every((times) => times.length === 4000 && times[3999]! > times[0]!))
  })

  it('tells the law of its rows: their items, and a probability for each next one', async () => {
    const params = { ...zipf.defaults, ...size, anchor: 0.5, repeats: 0.1, drift: 1, window: 0.2 }
    const law = zipf.law(params, 4)
    const lists = listsOf(await make(params, 700, 800), 'items')
    const out = new Float64Array(law.items + 1)
    lists.forEach((items, r) => {
      assert.deepEqual(law.sequence(700 + r), items)
      law.next(700 + r, items.length - 1, out)
      assert.ok(Math.abs(out.reduce((sum, p) => sum + p, 0) - 1) < 1e-11) // 800 roundings
      assert.ok(out[items.at(-1)!]! > 0)
    })
  })

  it('terminates where the catalog is smaller than the histories would be', async () => {
    const tiny = await make({ users: 50, items: 3, successors: 1 }, 0, 50)
    assert.ok(listsOf(tiny, 'items').every((items) => items.length === 2 && items[0] !== items[1]))
    assert.ok(listsOf(await make({ users: 5, items: 1 }, 0, 5), 'items').every((items) => items.length === 1))
  })

  it('makes a log, and tells its law, with weights as steep as they may be', async () => {
    const steep = { users: 200, items: 400, popularity: 10, damping: 10 }
    const made = await make(steep, 0, 200)
    const law = zipf.law({ ...zipf.defaults, ...steep }, 4)
    const out = new Float64Array(law.items + 1)
    listsOf(made, 'items').forEach((items, row) => {
      assert.equal(new Set(items).size, items.length)
      law.next(row, items.length - 1, out)
      assert.ok(Math.abs(out.reduce((sum, p) => sum + p, 0) - 1) < 1e-11)
    })
  })

  it('refuses settings without sense', async () => {
    const refused = (changes: Partial<Settings>, message: RegExp) =>
      assert.rejects(
        make(changes, 0, 1),
        (error) => error instanceof UserError && message.test(error.message),
      )
    await refused(
      { items: 0 },
      /^generator zipf: param 'items' must be a whole number of at least 1 \(got 0\)$/,
    )
    await refused({ clusterSize: 2.5 }, /'clusterSize'/)
    await refused({ noise: 0.5 }, /sum to 1 \(got 0\.18, 0\.42, 0\.15, 0\.5\)/)
    await refused({ anchor: 1.5 }, /param 'anchor' must lie between 0 and 1 \(got 1\.5\)/)
    await refused({ lengthMost: 0 }, /'lengthMost'/)
    await refused({ gap: Number.NaN }, /'gap' must lie between/)
    await refused({ noise: -0.25, popular: 0.65 }, /must be at least 0/)
  })
})
