import assert from 'node:assert/strict'
import type { Rng } from '../../contracts.ts'
import { meanIntervals } from '../../math/mean-interval.ts'
import { rng } from '../../math/rng.ts'

describe('math/mean-interval', () => {
  const seed = 7

  it('is about the mean, null where there is nothing to say, and a point without spread', () => {
    const samples = [
      Float64Array.of(1, 2, 3, 4, 5),
      Float64Array.of(2, 2, 2, 2, 2),
      Float64Array.of(1, Number.NaN, 1, 1, 1),
    ]
    const [some, none, unknown] = meanIntervals(samples, 500, rng(seed))
    assert.ok(Math.abs((some![0] + some![1]) / 2 - 3) < 1e-12) // symmetric
    assert.deepEqual(none, [2, 2])
    assert.equal(unknown, null)
    assert.deepEqual(meanIntervals([Float64Array.of(1)], 10, rng(seed)), [null])
    assert.deepEqual(meanIntervals([], 10, rng(seed)), [])
  })

  it('moves and scales with its sample', () => {
    const stream = rng(seed, 'law')
    const sample = Float64Array.from({ length: 30 }, () => stream.normal())
    const [low, high] = meanIntervals([sample], 300, rng(seed))[0]!
    const [other] = meanIntervals([sample.map((value) => 5 - 2 * value)], 300, rng(seed))
    // The same resamples; rounding of 30 sums.
    assert.ok(Math.abs(other![0] - (5 - 2 * high)) < 1e-12 && Math.abs(other![1] - (5 - 2 * low)) < 1e-12)
  })

  const laws: Record<string, { rows: number; draw: (stream: Rng) => number; mean: number }> = {
    'normal, 12 rows': { rows: 12, draw: (stream) => stream.normal(), mean: 0 },
    'uniform, 40 rows': { rows: 40, draw: (stream) => stream.uniform(), mean: 0.5 },
    'averaged, 600 rows of which three in ten are 1': {
      rows: 600,
      draw: (stream) => (stream.uniform() < 0.3 ? 1 : 0),
      mean: 0.3,
    },
  }
  for (const [law, { rows, draw, mean }] of Object.entries(laws)) {
    it(`holds the mean in 93 to 97 %: ${law} (seed ${seed})`, () => {
      const [batches, each] = [10, 40]
      let held = 0
      for (let batch = 0; batch < batches; batch++) {
        // Forty samples meet the same resamples, which costs forty times less and does not favor any side.
        const stream = rng(seed, law, batch)
        const samples = Array.from({ length: each }, () =>
          Float64Array.from({ length: rows }, () => draw(stream)),
        )
        for (const [low, high] of meanIntervals(samples, 800, stream) as [number, number][])
          held += low <= mean && mean <= high ? 1 : 0
      }
      const trials = batches * each
      // Two standard errors of a share of 400 at 95 %, beyond 93 and 97.
      const slack = 2 * Math.sqrt((0.95 * 0.05) / trials)
      assert.ok(held / trials >= 0.93 - slack && held / trials <= 0.97 + slack, `${held} of ${trials}`)
    })
  }
})
