import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Market, makeMarket } from '../../../generators/interactions/market.ts'
import {
  activity,
  drawTaste,
  makeSeasons,
  PERIOD,
  type Taste,
} from '../../../generators/interactions/taste.ts'
import { nextItem, type Shares, type World, walk } from '../../../generators/interactions/walk.ts'
import { rng } from '../../../math/rng.ts'

const NONE: Shares = { sequence: 0, interest: 0, popular: 0, noise: 0, anchor: 0, repeats: 0 }
const ANY: Taste = { clusters: [0, 0, 0], cuts: [0.2, 0.5], start: null }

/** Item i (from 0) is followed by next[i] alone; all items are alike and in one cluster. */
function chain(next: readonly number[], shares: Partial<Shares>): World {
  const items = next.length
  const sums = Float64Array.from({ length: items + 1 }, (_, i) => i)
  const market: Market = {
    items,
    start: Int32Array.of(0, items),
    clusterOf: new Int32Array(items),
    sharp: sums,
    soft: sums,
    light: new Map(),
    successors: Int32Array.from(next),
  }
  return { market, seasons: null, shares: { ...NONE, ...shares } }
}
function lawOf(world: World, taste: Taste, before: readonly number[]): Float64Array {
  const law = new Float64Array(world.market.items + 1).fill(9) // what was there must not matter
  nextItem(world, taste, Int32Array.from(before), law)
  return law
}
function near(actual: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(actual.length, expected.length)
  // a handful of roundings of numbers up to 1
  expected.forEach((value, i) => {
    assert.ok(Math.abs(actual[i]! - value) < 1e-14, `${[...Array.from(actual)]}`)
  })
}

describe('generators/interactions/walk: the law of the next item', () => {
  it('of a chain of three items, by hand', () => {
    const world = chain([1, 2, 0], { sequence: 0.5, noise: 0.5 })
    near(lawOf(world, ANY, []), [0, 1 / 3, 1 / 3, 1 / 3]) // interest stands for sequence: all alike here
    // after 1: item 2 has ½ + ⅙, item 3 has ⅙, and the ⅙ of item 1 is drawn again
    near(lawOf(world, ANY, [1]), [0, 0, 4 / 5, 1 / 5])
    near(lawOf(world, ANY, [1, 2]), [0, 0, 0, 1])
  })

  it('of a chain with repeats: a share for the events before, an event a time', () => {
    const world = chain([1, 2, 0], { sequence: 0.5, noise: 0.5, repeats: 0.25 })
    near(lawOf(world, ANY, [1]), [0, 0.25, 0.6, 0.15])
    near(lawOf(world, ANY, [1, 1, 2, 1]), [0, (0.25 * 3) / 4, 0.25 / 4, 0.75])
  })

  it('of an anchor: the g-th last item with (1 − a) a^(g−1), the first event with the rest', () => {
    // after 1 2 3, a = ½: the successor of 3 with ½, of 2 with ¼, of 1 with ¼; they are 6, 5 and 4
    const world = chain([3, 4, 5, 0, 0, 0], { sequence: 1, anchor: 0.5 })
    near(lawOf(world, ANY, [1, 2, 3]), [0, 0, 0, 0, 1 / 4, 1 / 4, 1 / 2])
  })

  it('of successors: weights 1, 1/2, …', () => {
    const { market, ...rest } = chain([0, 0, 0], { sequence: 1 })
    const world = { ...rest, market: { ...market, successors: Int32Array.of(1, 2, 0, 2, 0, 1) } }
    near(lawOf(world, ANY, [1]), [0, 0, 2 / 3, 1 / 3])
  })

  it('of draws in vain: the next item not had, around the end', () => {
    const vain = { sequence: 1 } // the one successor is had
    near(lawOf(chain([0, 2, 1, 0, 0], vain), ANY, [2, 3]), [0, 1 / 5, 0, 0, 3 / 5, 1 / 5])
    near(lawOf(chain([4, 0, 0, 0, 0], vain), ANY, [5, 1]), [0, 0, 3 / 5, 1 / 5, 1 / 5, 0])
  })

  it('of interest: clusters by the shares of the user, items by their weight', () => {
    const market: Market = {
      items: 4,
      start: Int32Array.of(0, 2, 4),
      clusterOf: Int32Array.of(0, 0, 1, 1),
      sharp: Float64Array.of(0, 1, 2, 3, 4),
      soft: Float64Array.of(0, 1, 4, 5, 6), // 1 3 | 1 1
      light: new Map(),
      successors: new Int32Array(4),
    }
    const world = { market, seasons: null, shares: { ...NONE, interest: 1 } }
    near(lawOf(world, { ...ANY, clusters: [0, 1, 0] }, []), [0, 0.7 / 4, (0.7 * 3) / 4, 0.15, 0.15])
  })

  const settings = fc.record({
    items: fc.integer({ min: 1, max: 40 }),
    clusterSize: fc.integer({ min: 1, max: 12 }),
    successors: fc.integer({ min: 1, max: 4 }),
    cuts: fc.tuple(fc.nat(10), fc.nat(10), fc.nat(10)),
    anchor: fc.constantFrom(0, 0.5, 1),
    repeats: fc.constantFrom(0, 0.3, 1),
    drift: fc.constantFrom(0, 1),
    window: fc.constantFrom(0, 0.1),
    weights: fc.constantFrom({ popularity: 0.8, damping: 0.7 }, { popularity: 10, damping: 10 }),
    seed: fc.nat(1e6),
  })

  it('sums to one, is never negative, and gives what was had to repeats alone', () => {
    fc.assert(
      fc.property(settings, ({ cuts: [a, b, c], anchor, repeats, weights, seed, ...rest }) => {
        const total = a + b + c + 1
        const shares = {
          sequence: a / total,
          interest: b / total,
          popular: 1 / total,
          noise: c / total,
          anchor,
          repeats,
        }
        const market = makeMarket({ ...rest, ...weights }, rng(seed, 'market'))
        const world = { market, seasons: makeSeasons(market, rest, rng(seed, 'seasons')), shares }
        const stream = rng(seed, 'user')
        const taste = drawTaste(market, world.seasons, stream)
        const before = walk(world, taste, Math.ceil(rest.items / 2), stream)
        const law = lawOf(world, taste, [...before])
        const sum = law.reduce((all, one) => all + one, 0)
        const isFull = new Set(before).size === rest.items && repeats < 1
        assert.ok(law.every((one) => one >= 0))
        if (!isFull) assert.ok(Math.abs(sum - 1) < 1e-12, `${sum}`) // some hundred roundings
        if (repeats === 0) for (const item of before) assert.equal(law[item], 0)
      }),
      { seed: 5, numRuns: 300 },
    )
  })

  for (const [name, weights] of Object.entries({
    ordinary: { popularity: 0.9, damping: 0.6 },
    steep: { popularity: 3, damping: 5 }, // 14^-15 is 6e-18: most clusters are nothing beside the whole
  }))
    it(`is what walks do (${name} weights, seed 11): frequencies of the fourth item against the mean of its laws`, () => {
      const size = { items: 14, clusterSize: 4, successors: 2, ...weights }
      const market = makeMarket(size, rng(11, 'market'))
      assert.equal(market.light.size > 0, name === 'steep')
      const seasons = makeSeasons(market, { drift: 0.7, window: 0.15 }, rng(11, 'seasons'))
      const shares = { sequence: 0.4, interest: 0.3, popular: 0.2, noise: 0.1, anchor: 0.4, repeats: 0.2 }
      const world = { market, seasons, shares }
      const [mean, spread, counts] = [0, 0, 0].map(() => new Float64Array(size.items + 1))
      const law = new Float64Array(size.items + 1)
      for (let user = 0; user < 6000; user++) {
        const stream = rng(11, 'user', user)
        const taste = drawTaste(market, seasons, stream)
        const items = walk(world, taste, 4, stream)
        nextItem(world, taste, items.subarray(0, 3), law)
        counts![items[3]!]!++
        law.forEach((p, j) => {
          mean![j]! += p
          spread![j]! += p * (1 - p)
        })
      }
      // given the laws, a count has mean Σ p and variance Σ p (1 − p); 4.5 standard errors, 14 items: once in 10,000 seeds
      for (let j = 1; j <= size.items; j++) {
        const z = (counts![j]! - mean![j]!) / Math.sqrt(spread![j]!)
        assert.ok(Math.abs(z) < 4.5, `item ${j}: z = ${z.toFixed(2)}`)
      }
    })
})

describe('generators/interactions/taste (seed 3)', () => {
  const size = { items: 300, clusterSize: 10, successors: 1, popularity: 0.5, damping: 1 }
  const market = makeMarket(size, rng(3, 'market'))

  it('draws nothing for seasons where there are none', () => {
    assert.equal(makeSeasons(market, { drift: 0, window: 0 }, rng(3, 's')), null)
    assert.equal(drawTaste(market, null, rng(3, 'u')).start, null)
  })

  it('moves clusters to the other order as the period goes by', () => {
    const seasons = makeSeasons(market, { drift: 1, window: 0 }, rng(3, 's'))!
    const plain = makeSeasons(market, { drift: 1e-12, window: 0 }, rng(3, 's'))!
    let [moved, expected, spread, asked] = [0, 0, 0, 0]
    for (let user = 0; user < 3000; user++) {
      // the first cluster is drawn alike in both, then one is moved with probability start / period
      const here = drawTaste(market, seasons, rng(3, 'u', user))
      const there = drawTaste(market, plain, rng(3, 'u', user))
      const target = seasons.other[there.clusters[0]!]!
      if (target === there.clusters[0]) continue
      const share = here.start! / PERIOD
      moved += here.clusters[0] === target ? 1 : 0
      expected += share
      spread += share * (1 - share)
      asked++
    }
    assert.ok(asked > 2000)
    assert.ok(
      Math.abs(moved - expected) < 4 * Math.sqrt(spread),
      `${moved} of ${asked}, expected ${expected}`,
    )
  })

  it('offers items by a bell around their peak, 3 % far from it', () => {
    const seasons = { drift: 0, window: 0.1, other: new Int32Array(1), peaks: Float64Array.of(0.5, 0.6, 0) }
    const taste = { ...ANY, start: PERIOD / 2 }
    assert.equal(activity(seasons, taste, 0), 1)
    assert.ok(Math.abs(activity(seasons, taste, 1) - (0.03 + 0.97 * Math.exp(-0.5))) < 1e-12)
    assert.ok(Math.abs(activity(seasons, taste, 2) - (0.03 + 0.97 * Math.exp(-12.5))) < 1e-12)
    assert.equal(activity({ ...seasons, window: 1e-9 }, taste, 1), 0.03)
  })
})
