import assert from 'node:assert/strict'
import type { Log } from '../../../benchmarks/made-logs/cut.ts'
import { shapeOf, spreadOf } from '../../../benchmarks/made-logs/shape.ts'
import { rng } from '../../../math/rng.ts'

const log = (lists: readonly number[][], moments: Log['moments'] = null): Log => ({
  sequences: lists.map((list) => Int32Array.from(list)),
  moments,
})
const near = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`)

describe('benchmarks/made-logs/shape', () => {
  it('says how uneven counts are, by hand', () => {
    const { gini, top1, slope } = spreadOf(Float64Array.of(1, 1, 2, 4))
    near(gini, (-3 * 1 - 1 * 1 + 1 * 2 + 3 * 4) / (4 * 8))
    near(top1, 0.5) // one item stands for the top 1 %
    near(slope, -1) // log 4, log 2 over log 1, log 2
    near(spreadOf(new Float64Array(300).fill(7)).gini, 0)
    near(spreadOf(new Float64Array(300).fill(7)).top1, 0.01)
  })

  it('counts users, items, lengths, repeats, and steps that are taken twice', () => {
    const shape = shapeOf(log([[1, 2, 1], [1, 2], [9]]), 10, rng(1))
    assert.deepEqual([shape.users, shape.items, shape.events], [3, 3, 6])
    assert.deepEqual([shape.medianLength, shape.longest, shape.itemMost, shape.itemMedian], [2, 3, 3, 2])
    near(shape.meanLength, 2)
    near(shape.repeats, 1 / 3) // of three events that are not a user's first
    near(shape.followed, 2 / 3) // 1 → 2 twice, 2 → 1 once
    assert.equal(shape.turnover, null)
  })

  it('asks the simple methods: a cycle is known to markov, and no more when it is shuffled (seed 3)', () => {
    const cycle = Array.from({ length: 240 }, (_, user) => [0, 1, 2, 3, 4, 5].map((n) => (user + n) % 24))
    const shape = shapeOf(log(cycle), 240, rng(3))
    near(shape.markov, 1)
    assert.ok(shape.shuffled < 0.8 && shape.shuffled > 0.1, `${shape.shuffled}`)
    assert.ok(shape.popular < 0.4, `${shape.popular}`) // ten of 24 items that are all alike
  })

  it('sees targets turn over with time, and not where time has no part (seed 4)', () => {
    const users = Array.from({ length: 400 }, (_, user) => [1 + (user % 5), 7, user < 200 ? 20 : 30])
    const moments = (late: (user: number) => number) => users.map((_, user) => ({ last: late(user), gap: 1 }))
    const rising = shapeOf(
      log(
        users,
        moments((user) => user),
      ),
      1,
      rng(4),
    ).turnover!
    const mixed = shapeOf(
      log(
        users,
        moments((user) => (user * 7919) % 400),
      ),
      1,
      rng(4),
    ).turnover!
    assert.ok(rising > 0.8, `${rising}`) // 1 less what two random halves differ by, some 0.05
    assert.ok(Math.abs(mixed) < 0.2, `${mixed}`)
  })
})
