import assert from 'node:assert/strict'
import { rankByMeans } from '../../benchmarks/rank-by-means.ts'

const score = (value: number, stderr: number | null, rows = 11) => ({ value, stderr, rows })
const named = (...values: number[]) => values.map((value, i) => ({ name: `m${i}`, score: score(value, 0.3) }))

describe('benchmarks/rank-by-means', () => {
  it('ranks behind those that are better for sure, and says what is not excluded', () => {
    // √(0.3² + 0.4²) = 0.5. t = 10, 0.2 and 10: one is better, one cannot be told apart, one is worse
    const { ranked, best, behind } = rankByMeans(score(6, 0.4), named(1, 5.9, 11), 'lower')
    assert.deepEqual([ranked.rank, ranked.range, best], [2, [2, 3], 'm0'])
    assert.equal(behind!.difference, 5)
    assert.ok(behind!.p < 1e-6)
    const other = rankByMeans(score(6, 0.4), named(1, 5.9, 11), 'higher')
    assert.deepEqual([other.ranked.range, other.best, other.behind!.difference], [[2, 3], 'm2', 5])
  })

  it('asks t of Student with the degrees of freedom of Satterthwaite, corrected by Holm', () => {
    // equal errors of 11 rows: ν = 20, whose two-sided 5 % point is 2.08596 (tables)
    const apart = (t: number) =>
      rankByMeans(score(0, 1), [{ name: 'a', score: score(-t * Math.SQRT2, 1) }], 'lower').ranked.rank
    assert.deepEqual([apart(2.0859), apart(2.086)], [1, 2])
    // among two comparisons the smaller p counts twice: 2.5 % a side more, t = 2.42312
    const two = (t: number) => {
      const others = [-t * Math.SQRT2, 0].map((value) => ({ name: 'a', score: score(value, 1) }))
      return rankByMeans(score(0, 1), others, 'lower').ranked.rank
    }
    assert.deepEqual([two(2.423), two(2.4232)], [1, 2])
  })

  it('is best alone, and tells nobody apart who has no error', () => {
    assert.deepEqual(rankByMeans(score(1, 0.1), [], 'lower'), {
      ranked: { name: 'this submission', value: 1, rank: 1, range: [1, 1] },
      best: 'this submission',
      behind: null,
    })
    const unknown = [{ name: 'a', score: score(0, null) }]
    assert.deepEqual(rankByMeans(score(9, 0.1), unknown, 'lower').ranked.range, [1, 2])
    const same = [{ name: 'a', score: score(9, 0) }]
    assert.deepEqual(rankByMeans(score(9, 0), same, 'lower').ranked.range, [1, 2])
  })
})
