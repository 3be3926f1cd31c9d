import assert from 'node:assert/strict'
import { draw, drawInCluster, makeMarket } from '../../../generators/interactions/market.ts'
import { rng } from '../../../math/rng.ts'

const params = { items: 1000, clusterSize: 20, popularity: 0.7, damping: 0.5, successors: 4 }
const DRAWS = 20_000

describe('generators/interactions/market (seed 6)', () => {
  const market = makeMarket(params, rng(6, 'market'))
  const { items, start, clusterOf, sharp, soft, successors } = market

  it('cuts the items into clusters with shares ∝ c^-0.6', () => {
    assert.equal(start.length - 1, 50) // 1000 / 20
    assert.deepEqual([start[0], start[50]], [0, 1000])
    const shares = Array.from({ length: 50 }, (_, c) => (c + 1) ** -0.6)
    const total = shares.reduce((sum, share) => sum + share)
    for (let c = 0; c < 50; c++) {
      const size = start[c + 1]! - start[c]!
      assert.ok(Math.abs(size - (1000 * shares[c]!) / total) < 1, `cluster ${c} has ${size}`) // two roundings down
      for (let i = start[c]!; i < start[c + 1]!; i++) assert.equal(clusterOf[i], c)
    }
  })

  it('has no empty cluster, which a drift could send a user to', () => {
    for (const clusterSize of [1, 2, 3]) {
      const { start: starts } = makeMarket({ ...params, items: 90, clusterSize }, rng(6, 'small'))
      assert.deepEqual([starts[0], starts.at(-1)], [0, 90])
      for (let c = 1; c < starts.length; c++) assert.ok(starts[c]! > starts[c - 1]!, `${clusterSize}: ${c}`)
    }
  })

  it('gives each rank to one item, with weights rank^-z and rank^-zβ', () => {
    const weights = (sums: Float64Array) =>
      Array.from({ length: items }, (_, i) => sums[i + 1]! - sums[i]!).sort((a, b) => b - a)
    const [a, b] = [weights(sharp), weights(soft)]
    for (let rank = 1; rank <= items; rank++) {
      // differences of running sums near 40: 1e-12 is some 100 ulps of them
      assert.ok(Math.abs(a[rank - 1]! - rank ** -0.7) < 1e-12, `rank ${rank}`)
      assert.ok(Math.abs(b[rank - 1]! - rank ** -0.35) < 1e-12, `rank ${rank}`)
    }
  })

  it('draws items as often as their weight says', () => {
    const sums = Float64Array.of(0, 1, 1, 4, 10) // weights 1 0 3 6
    const stream = rng(6, 'draw')
    const counts = [0, 0, 0, 0]
    for (let n = 0; n < DRAWS; n++) counts[draw(sums, 0, 4, stream)]!++
    assert.equal(counts[1], 0)
    for (const [i, share] of [0.1, 0, 0.3, 0.6].entries()) {
      const deviation = Math.sqrt(DRAWS * share * (1 - share))
      assert.ok(Math.abs(counts[i]! - DRAWS * share) <= 4 * deviation, `item ${i}: ${counts[i]}`) // 4 standard errors
    }
    for (let n = 0; n < 100; n++) assert.equal(draw(sums, 1, 3, stream), 2) // a range whose weight is all on item 2
  })

  it('draws inside a cluster', () => {
    const stream = rng(6, 'cluster')
    for (let n = 0; n < 1000; n++) assert.equal(clusterOf[drawInCluster(market, n % 50, stream)], n % 50)
  })

  it('gives successors: never the item itself, nine in ten from its cluster', () => {
    let inside = 0
    for (let n = 0; n < successors.length; n++) {
      const item = Math.floor(n / params.successors)
      assert.notEqual(successors[n], item)
      if (clusterOf[successors[n]!] === clusterOf[item]) inside++
    }
    // 0.9 and the few of the other tenth that fall into the cluster by chance: under 0.1 × its share of all weight
    const share = inside / successors.length
    const error = Math.sqrt((0.9 * 0.1) / successors.length)
    assert.ok(share > 0.9 - 4 * error && share < 0.9 + 0.1 * 0.15 + 4 * error, `${share}`)
  })

  it('works down to one item', () => {
    const one = makeMarket({ ...params, items: 1 }, rng(6, 'one'))
    assert.deepEqual([...one.successors], [0, 0, 0, 0])
    assert.deepEqual([...one.start], [0, 1])
  })
})
