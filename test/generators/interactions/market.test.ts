import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
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

  /** Ranks of items, from the weights of a market whose z is 0.5. */
  const ranksOf = ({ sharp: sums }: typeof market) =>
    Array.from({ length: sums.length - 1 }, (_, i) => Math.round((sums[i + 1]! - sums[i]!) ** -2))

  it('ends, and draws by weight, in clusters that are nothing beside the whole', () => {
    const steep = makeMarket({ ...params, popularity: 0.5, damping: 60 }, rng(6, 'steep')) // weights rank^-30
    const ranks = ranksOf(steep)
    const stream = rng(6, 'light')
    const light = [...steep.light.keys()]
    assert.ok(light.length > 40) // a cluster weighs enough if it has one of the first two ranks
    for (const cluster of light.slice(0, 12)) {
      const [from, to] = [steep.start[cluster]!, steep.start[cluster + 1]!]
      const best = Math.min(...ranks.slice(from, to))
      const weights = ranks.slice(from, to).map((rank) => (best / rank) ** 30)
      const total = weights.reduce((sum, weight) => sum + weight)
      const counts = new Float64Array(to - from)
      for (let n = 0; n < 2000; n++) counts[drawInCluster(steep, cluster, stream) - from]!++
      weights.forEach((weight, n) => {
        const [mean, share] = [(2000 * weight) / total, weight / total]
        // 4.5 standard errors, and one event of an item that is hardly ever drawn
        assert.ok(Math.abs(counts[n]! - mean) <= 1 + 4.5 * Math.sqrt(mean * (1 - share)), `${cluster} ${n}`)
      })
    }
  })

  it('draws the successors of an item that is all the weight there is', () => {
    // ranks 1, 2, 3 in one cluster: rank^-13.5 leaves 9e-5 to the others, so drawing until it is another takes 12,000 draws
    const size = { items: 3, clusterSize: 3, popularity: 1.35, damping: 10, successors: DRAWS }
    const { sharp: sums, successors: next } = makeMarket(size, rng(6, 'three'))
    const byRank = [0, 1, 2].sort((a, b) => sums[b + 1]! - sums[b]! - (sums[a + 1]! - sums[a]!))
    const drawn = next.subarray(byRank[0]! * DRAWS, (byRank[0]! + 1) * DRAWS)
    assert.ok(drawn.every((item) => item !== byRank[0]))
    const third = (exponent: number) => 3 ** -exponent / (2 ** -exponent + 3 ** -exponent)
    const share = 0.9 * third(13.5) + 0.1 * third(1.35)
    const found = drawn.filter((item) => item === byRank[2]).length / DRAWS
    assert.ok(Math.abs(found - share) < 4 * Math.sqrt((share * (1 - share)) / DRAWS), `${found}, ${share}`)
  })

  it('ends at the largest params there are, and at the largest that a fit may print', () => {
    for (const [count, popularity, damping] of [
      [400, 10, 10],
      [300_000, 1.5, 2],
    ] as const) {
      const given = { items: count, clusterSize: 20, popularity, damping, successors: 1 }
      const { successors: next, clusterOf: of } = makeMarket(given, rng(6, 'large'))
      assert.ok(next.every((item, i) => item !== i && item >= 0 && item < count))
      const inside = next.filter((item, i) => of[item] === of[i]).length / count
      assert.ok(inside > 0.8, `${inside}`)
    }
  })

  it('has no sums but those of the whole, and so the bytes it had, at ordinary params', () => {
    for (const given of [params, { ...params, items: 30_000, popularity: 1.5, damping: 0.7 }])
      assert.equal(makeMarket(given, rng(6, 'plain')).light.size, 0)
    const hash = createHash('sha256').update(successors).digest('hex')
    assert.equal(hash, '4a05b84b818e8967e242ffd67939d71584afbb0b4d259631c4597dedcd987a02')
  })

  it('works down to one item', () => {
    const one = makeMarket({ ...params, items: 1 }, rng(6, 'one'))
    assert.deepEqual([...one.successors], [0, 0, 0, 0])
    assert.deepEqual([...one.start], [0, 1])
  })
})
