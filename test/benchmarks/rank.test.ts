import assert from 'node:assert/strict'
import { LEVEL, ranks, resolution } from '../../benchmarks/rank.ts'
import type { Rng } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'

describe('benchmarks/rank', () => {
  const seed = 2024

  it('ranks three that are far apart, in either direction', () => {
    const stream = rng(seed, 'far')
    const rows = ['a', 'b', 'c'].map((name, i) => ({ name, perRow: normals(50, stream, 10 * i) }))
    const lower = ranks(rows, 'lower', rng(seed))
    assert.deepEqual(
      lower.map(({ name, rank, range }) => [name, rank, range]),
      [
        ['a', 1, [1, 1]],
        ['b', 2, [2, 2]],
        ['c', 3, [3, 3]],
      ],
    )
    assert.deepEqual(
      ranks(rows, 'higher', rng(seed)).map(({ rank }) => rank),
      [3, 2, 1],
    )
  })

  it('ties identical methods, and says how far the ranks of a tie reach', () => {
    const perRow = normals(20, rng(seed, 'same'), 0)
    const worse = perRow.map((value, row) => value + 5 + (row % 3))
    const rows = [
      { name: 'worse', perRow: worse },
      { name: 'a', perRow },
      { name: 'b', perRow: perRow.slice() },
    ]
    assert.deepEqual(
      ranks(rows, 'lower', rng(seed)).map(({ name, rank, range }) => [name, rank, range]),
      [
        ['worse', 3, [3, 3]],
        ['a', 1, [1, 2]],
        ['b', 1, [1, 2]],
      ],
    )
  })

  it('says the p-value of every pair, each beside the one that Holm makes of all', () => {
    const stream = rng(seed, 'pairs')
    const rows = [0, 0.2, 0.5].map((shift, i) => ({ name: 'abc'[i]!, perRow: normals(60, stream, shift) }))
    const ranked = ranks(rows, 'lower', rng(seed))
    const [a, b, c] = ranked
    assert.deepEqual(Object.keys(a!.pairs), ['b', 'c'])
    assert.equal(a!.pairs.b, b!.pairs.a)
    // Holm by hand: the smallest times 3, the next times 2, the largest as it is, never falling.
    const alone = Object.entries({ ab: a!.pairs.b!, ac: a!.pairs.c!, bc: b!.pairs.c! })
    const corrected = new Map<string, number>()
    let reached = 0
    for (const [name, p] of alone.sort(([, p], [, q]) => p - q)) {
      reached = Math.max(reached, Math.min(1, (3 - corrected.size) * p))
      corrected.set(name, reached)
    }
    const best = ranked.find(({ behind }) => behind === null)!.name
    for (const { name, behind } of [a!, b!, c!])
      if (behind !== null) assert.equal(behind.p, corrected.get([best, name].sort().join('')))
  })

  it('does not take ties for transitive', () => {
    // Method 1 lies in the middle and is noisy: 2.1 standard errors from both ends. The ends are steady.
    const noise = normals(200, rng(seed, 'noise'), 0)
    const center = noise.reduce((a, b) => a + b) / 200
    const error = Math.sqrt(noise.reduce((a, b) => a + (b - center) ** 2, 0) / 200 / 200)
    const steady = () => normals(200, rng(seed, 'steady'), 0).map((value) => 0.01 * value)
    const rows = [
      { name: 'low', perRow: new Float64Array(200) },
      { name: 'middle', perRow: noise.map((value) => value - center + 2.1 * error) },
      { name: 'high', perRow: steady().map((value) => value + 4.2 * error) },
    ]
    const result = ranks(rows, 'lower', rng(seed)).map(({ rank, range }) => [rank, ...range])
    assert.deepEqual(result, [
      [1, 1, 2],
      [1, 1, 3],
      [2, 2, 3],
    ])
  })

  it('groups neighbors that are not told apart, and says how far each is behind the best', () => {
    // Rows alternate by ±1 about 0, 0.1 and 10: the first two differ by a constant 0.1, found by the sign test alone.
    const wiggle = Float64Array.from({ length: 40 }, (_, row) => (row % 2 === 0 ? 1 : -1))
    const stream = rng(seed, 'groups')
    const noisy = (shift: number) => wiggle.map((value) => value + shift + stream.normal())
    const rows = [
      { name: 'far', perRow: noisy(10) },
      { name: 'a', perRow: noisy(0) },
      { name: 'b', perRow: noisy(0) },
    ]
    const [far, ...near] = ranks(rows, 'lower', rng(seed))
    assert.deepEqual(far!.groups, [1])
    assert.deepEqual(
      near.map(({ groups }) => groups),
      [[0], [0]],
    )
    const best = near.find(({ behind }) => behind === null)!
    const other = near.find((one) => one !== best)!
    assert.ok(far!.behind!.p <= LEVEL && other.behind!.p > LEVEL)
    // The difference of means is the mean of differences, up to rounding of 40 sums.
    assert.ok(Math.abs(far!.behind!.difference - (far!.value - best.value)) < 1e-12)
    assert.ok(
      far!.behind!.visible < far!.behind!.difference && other.behind!.visible > other.behind!.difference,
    )
    const turned = ranks(rows, 'higher', rng(seed))
    assert.equal(turned[0]!.behind, null)
    assert.ok(turned[1]!.behind!.difference > 0)
  })

  it('knows the smallest difference that a test set can see, worked out by hand', () => {
    // Differences 1, −1, 1, −1, 0: mean 0, s² = 4/4, s/√5; t₀.₉₇₅(4) = 2.776, t₀.₈(4) = 0.941 (tables, three decimals).
    const sample = Float64Array.of(1, -1, 1, -1, 0)
    const seen = resolution([sample, new Float64Array(5)])!
    assert.ok(Math.abs(seen - (2.776 + 0.941) / Math.sqrt(5)) < 1e-3)
    assert.equal(resolution([sample]), null)
    assert.equal(resolution([Float64Array.of(1), Float64Array.of(2)]), null)
  })

  it('finds a clear difference in a table of twenty', () => {
    const stream = rng(seed, 'long')
    const rows = Array.from({ length: 20 }, (_, i) => ({
      name: `${i}`,
      perRow: normals(24, stream, i === 0 ? -9 : 0),
    }))
    const [first, ...others] = ranks(rows, 'lower', rng(seed))
    assert.deepEqual([first!.rank, first!.range], [1, [1, 1]])
    assert.ok(others.every(({ rank }) => rank >= 2))
  })

  it('repeats itself under one seed, and ranks one method and none', () => {
    const stream = rng(seed, 'again')
    const rows = ['a', 'b'].map((name) => ({ name, perRow: normals(9, stream, 0) }))
    assert.deepEqual(ranks(rows, 'lower', rng(seed)), ranks(rows, 'lower', rng(seed)))
    assert.deepEqual(ranks([{ name: 'a', perRow: Float64Array.of(1, 3) }], 'lower', rng(seed)), [
      { name: 'a', value: 2, rank: 1, range: [1, 1], groups: [0], behind: null, pairs: {} },
    ])
    assert.deepEqual(ranks([], 'lower', rng(seed)), [])
  })

  const laws: Record<string, { rows: number; draw: (stream: Rng) => number }> = {
    'normal, 6 rows': { rows: 6, draw: (stream) => stream.normal() },
    'NDCG with one hit in ten, 30 rows': { rows: 30, draw: gain },
    'long tails, 25 rows': { rows: 25, draw: (stream) => Math.exp(stream.normal()) },
  }
  for (const [law, { rows, draw }] of Object.entries(laws)) {
    it(`calls two equal methods different in 5 % or less: ${law} (seed ${seed})`, () => {
      const trials = 200
      let different = 0
      for (let trial = 0; trial < trials; trial++) {
        const stream = rng(seed, law, trial)
        const methods = ['a', 'b'].map((name) => ({
          name,
          perRow: Float64Array.from({ length: rows }, () => draw(stream)),
        }))
        different += ranks(methods, 'lower', stream).some(({ rank }) => rank > 1) ? 1 : 0
      }
      // Two standard errors of a share of 200 at 5 %.
      const most = trials * (LEVEL + 2 * Math.sqrt((LEVEL * (1 - LEVEL)) / trials))
      assert.ok(different <= most, `${different} of ${trials}`)
    })
  }

  it(`keeps the true rank inside the range in 95 % of tables or more (seed ${seed})`, () => {
    const trials = 120
    let held = 0
    for (let trial = 0; trial < trials; trial++) {
      const stream = rng(seed, 'range', trial)
      const difficulty = normals(30, stream, 0)
      const methods = [0, 0.1, 0.5, 1].map((shift, i) => ({
        name: `${i}`,
        perRow: difficulty.map((value) => value + shift + 0.5 * stream.normal()),
      }))
      const ranked = ranks(methods, 'lower', stream)
      held += ranked.every(({ range: [from, to] }, i) => from <= i + 1 && i + 1 <= to) ? 1 : 0
    }
    // Two standard errors below 95 %.
    assert.ok(held >= trials * (0.95 - 2 * Math.sqrt((0.95 * 0.05) / trials)), `${held} of ${trials}`)
  })
})

function normals(count: number, stream: Rng, center: number): Float64Array {
  return Float64Array.from({ length: count }, () => center + stream.normal())
}

/** One over the logarithm of a rank from 1 to 10, in one row of ten. */
function gain(stream: Rng): number {
  return stream.uniform() < 0.1 ? 1 / Math.log2(2 + stream.integer(10)) : 0
}
