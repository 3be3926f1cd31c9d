import assert from 'node:assert/strict'
import type { Rng } from '../../contracts.ts'
import { holm, pairedBootstrap } from '../../math/bootstrap.ts'
import { permutation } from '../../math/permutation.ts'
import { rng } from '../../math/rng.ts'

describe('math/bootstrap', () => {
  it('corrects a hand-worked case by Holm', () => {
    // 0.01·4 = 0.04, 0.02·3 = 0.06, 0.03·2 = 0.06, 0.5·1 = 0.5; then never below the one before.
    assert.deepEqual([...holm([0.03, 0.01, 0.5, 0.02])], [0.06, 0.04, 0.5, 0.06])
    assert.deepEqual([...holm([0.9, 0.6])], [1, 1])
    assert.deepEqual([...holm([])], [])
  })

  it('counts resamples as a hand would', () => {
    // d = (0, 2): d̄ = 1, s = 1/√2, |t| = √2. Drawing both rows gives t* = 0. Drawing one twice gives |d̄* − d̄| = 1 with no
    // spread, so a tenth of s stands in: |t*| = 10 √2. The resamples below are (0,0), (0,1), (1,1), (1,0): two exceed.
    const draws = [0, 0, 0, 1, 1, 1, 1, 0]
    const p = pairedBootstrap([Float64Array.of(1, 3), Float64Array.of(1, 1)], 4, scripted(draws))
    assert.deepEqual([...p], [(1 + 2) / (1 + 4)])
    assert.equal(draws.length, 0)
  })

  it('agrees with all 3125 resamples of five rows', () => {
    const d = [0.3, -0.1, 0.8, 0.4, 0.5]
    const exact = enumerate(d)
    const seed = 11
    const zeros = new Float64Array(5)
    const p = pairedBootstrap([Float64Array.from(d), zeros], 20000, rng(seed))[0]!
    // 5 standard errors of a share of 20000.
    const tolerance = 5 * Math.sqrt((exact * (1 - exact)) / 20000)
    assert.ok(Math.abs(p - exact) < tolerance, `seed ${seed}: ${p} against ${exact}`)
  })

  it('is 1 for equal samples and for what is not finite', () => {
    const a = Float64Array.of(1, 2, 3)
    assert.deepEqual([...pairedBootstrap([a, a], 10, rng(1))], [1])
    assert.deepEqual([...pairedBootstrap([a, Float64Array.of(1, Number.NaN, 0)], 10, rng(1))], [1])
    assert.deepEqual(
      [...pairedBootstrap([a, Float64Array.of(1, Number.POSITIVE_INFINITY, 0)], 10, rng(1))],
      [1],
    )
  })

  it('is the sign test where all rows differ by the same amount', () => {
    // 0.1 is not a binary fraction: the differences are equal up to rounding only.
    const a = Float64Array.of(0.1, 0.2, 0.3, 0.4)
    const p = pairedBootstrap([a.map((value) => value + 0.1), a], 1000, rng(1))
    assert.deepEqual([...p], [2 / 2 ** 4])
    const one = pairedBootstrap([new Float64Array(100).fill(1), new Float64Array(100)], 1000, rng(1))
    assert.deepEqual([...one], [1 / 1001])
  })

  it('orders pairs as (0,1) (0,2) (1,2) and does not care for the order of the two', () => {
    const seed = 3
    const stream = rng(seed, 'data')
    const a = Float64Array.from({ length: 40 }, () => stream.normal())
    const b = a.map((value, row) => value + (row % 2 === 0 ? 1 : -1)) // d̄ = 0
    const far = a.map((value) => value + 10 + stream.uniform())
    const p = pairedBootstrap([a, b, far], 500, rng(seed))
    assert.ok(p[0]! > 0.5 && p[1]! < 0.01 && p[2]! < 0.01, `seed ${seed}: ${p}`)
    const swapped = pairedBootstrap([b, a, far], 500, rng(seed))
    assert.deepEqual([swapped[0], swapped[1], swapped[2]], [p[0], p[2], p[1]])
  })

  it('averages many rows without losing power', () => {
    // 5000 rows, 20 to a group and 250 groups; d̄ is 5 standard errors away from 0.
    const seed = 5
    const stream = rng(seed, 'data')
    const a = Float64Array.from({ length: 5000 }, () => stream.normal() + 5 / Math.sqrt(5000))
    const p = pairedBootstrap([a, new Float64Array(5000)], 2000, rng(seed))[0]!
    assert.ok(p <= 2 / 2001, `seed ${seed}: p = ${p}`)
  })

  it('permutes all orders alike', () => {
    const seed = 7
    const stream = rng(seed)
    const counts = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const order = permutation(3, stream).join('')
      counts.set(order, (counts.get(order) ?? 0) + 1)
    }
    assert.equal(counts.size, 6)
    // Standard deviation √(6000 · 1/6 · 5/6) = 29; five of them.
    for (const [order, count] of counts)
      assert.ok(Math.abs(count - 1000) < 145, `seed ${seed}: ${order} ${count}`)
  })
})

/** Hands out the given integers. */
function scripted(draws: number[]): Rng {
  const fail = () => assert.fail('not asked for')
  return { uniform: fail, normal: fail, integer: () => draws.shift()!, words: fail }
}

/** The same p-value from its definition, over all nⁿ resamples of d, with textbook formulas. */
function enumerate(d: readonly number[]): number {
  const n = d.length
  const statistics = (x: readonly number[]) => {
    const average = x.reduce((a, b) => a + b) / n
    return { average, error: Math.sqrt(x.reduce((a, b) => a + (b - average) ** 2, 0) / n / n) }
  }
  const all = statistics(d)
  let exceeded = 0
  for (let code = 0; code < n ** n; code++) {
    const drawn = d.map((_, i) => d[Math.floor(code / n ** i) % n]!)
    const { average, error } = statistics(drawn)
    const t = (average - all.average) / Math.max(error, all.error / 10)
    if (Math.abs(t) >= Math.abs(all.average) / all.error) exceeded++
  }
  return exceeded / n ** n
}
