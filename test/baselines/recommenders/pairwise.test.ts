/** bpr-mf and dnis, and what they stand on. */
import assert from 'node:assert/strict'
import { descend, type Factors, scaled } from '../../../baselines/factors.ts'
import { incidenceOf } from '../../../baselines/incidence.ts'
import { other, pairsOf } from '../../../baselines/pairs.ts'
import bprMf from '../../../baselines/recommenders/bpr-mf.ts'
import dnis, { addScaleGradients, blocksOf, cut } from '../../../baselines/recommenders/dnis.ts'
import { rng } from '../../../math/rng.ts'
import { scoresOf, tastes } from '../asked.ts'

const SEED = 11
const log = { items: 5, sequences: [[1, 2, 2], [3], [1, 2, 3, 4, 5]] }
const incidence = () =>
  incidenceOf({ items: log.items, sequences: log.sequences.map((sequence) => Int32Array.from(sequence)) })

describe(`pairwise factors (seed ${SEED})`, () => {
  it('draws pairs all alike and items not taken all alike', () => {
    const pairs = pairsOf(incidence())
    assert.equal(pairs.count, 8) // 2 was taken twice by one user: one pair
    const random = rng(SEED, 'pairs')
    const triple = new Int32Array(3)
    const seen = new Map<string, number>()
    for (let n = 0; n < 8000; n++) {
      if (!pairs.draw(random, triple)) triple[2] = -1
      seen.set(String(triple), (seen.get(String(triple)) ?? 0) + 1)
    }
    // user 0: items 0, 1, and not 2, 3, 4; user 1: 2, and not the others; user 2 took all: five pairs to skip
    assert.equal(seen.size, 2 * 3 + 4 + 5)
    // 8000 draws, p = 1/24, 1/32, 1/8: five deviations are at most 5 √(8000 / 8) = 158
    for (const [key, count] of seen) {
      const [u] = key.split(',').map(Number)
      const expected = 8000 * [1 / 24, 1 / 32, 1 / 8][u!]!
      assert.ok(Math.abs(count - expected) < 5 * Math.sqrt(expected), `${key}: ${count} of ${expected}`)
    }
  })

  it('finds an item not taken where few are left', () => {
    const random = rng(SEED, 'other')
    const found = new Set(Array.from({ length: 60 }, () => other(Int32Array.of(0, 1, 3, 4, 6), 8, random)))
    assert.deepEqual([...found].sort(), [2, 5, 7])
    assert.equal(other(Int32Array.of(0, 1), 2, random), -1)
  })

  it('takes a step down the gradient of its head comment, scales and all', () => {
    const steps = { dim: 3, rate: 1e-6, regularization: 0.3, negatives: 0.2 }
    const triple = Int32Array.of(1, 0, 2)
    const fresh = () => factors(rng(SEED, 'step'), 3)
    const loss = ({ users, items }: ReturnType<typeof fresh>) => {
      const [u, v] = [scaled(users, 3), scaled(items, 3)]
      const x = [0, 1, 2].reduce((sum, f) => sum + u[3 + f]! * (v[f]! - v[6 + f]!), 0)
      const square = (m: Float64Array, r: number) =>
        m.subarray(3 * r, 3 * r + 3).reduce((s, a) => s + a * a, 0)
      return (
        Math.log1p(Math.exp(-x)) +
        0.15 * (square(users.vectors, 1) + square(items.vectors, 0)) +
        0.1 * square(items.vectors, 2)
      )
    }
    const moved = fresh()
    descend(moved.users, moved.items, triple, steps)
    for (const side of ['users', 'items'] as const)
      for (let n = 0; n < 9; n++) {
        const slope = difference((h) => {
          const at = fresh()
          at[side].vectors[n]! += h
          return loss(at)
        })
        const taken = (moved[side].vectors[n]! - fresh()[side].vectors[n]!) / -steps.rate
        assert.ok(Math.abs(taken - slope) < 1e-7, `${side} ${n}: ${taken}, ${slope}`) // differences of 1e-5: 1e-10 / 1e-5 and h²
      }
  })

  it('dnis: the gradient by the scales', () => {
    const triple = Int32Array.of(1, 0, 2)
    const fresh = () => factors(rng(SEED, 'scales'), 3)
    const found = { users: new Float64Array(6), items: new Float64Array(6) }
    addScaleGradients(fresh(), triple, 3, found)
    for (const side of ['users', 'items'] as const)
      for (let n = 0; n < 6; n++) {
        const slope = difference((h) => {
          const at = fresh()
          at[side].scales[n]! += h
          const [u, v] = [scaled(at.users, 3), scaled(at.items, 3)]
          return Math.log1p(Math.exp(-[0, 1, 2].reduce((sum, f) => sum + u[3 + f]! * (v[f]! - v[6 + f]!), 0)))
        })
        assert.ok(Math.abs(found[side][n]! - slope) < 1e-7, `${side} ${n}: ${found[side][n]}, ${slope}`)
      }
  })

  it('dnis: blocks by falling number of pairs; the smallest elements are cut', () => {
    const { users, items } = incidence()
    assert.deepEqual([...blocksOf(users, 3)], [1, 2, 0])
    assert.deepEqual([...blocksOf(items, 2)], [0, 0, 0, 1, 1]) // 2 2 2 1 1 takers, ties by number: ⌊5·place/…⌋ = 0 0 0 1 1
    const side = (vectors: number[]): Factors => ({
      vectors: Float64Array.from(vectors),
      scales: Float64Array.of(1, 0.1),
      groups: new Int32Array(vectors.length / 2),
    })
    // sizes 3 0.4 | 1 0.9, 2 0.5: half of six are 3, 2, 1
    const kept = cut({ users: side([-3, 4]), items: side([1, -9, 2, 5]) }, 2, 0.5)
    assert.deepEqual(
      [[...kept.users], [...kept.items]],
      [
        [1, 0],
        [1, 0, 1, 0],
      ],
    )
  })

  it('dnis: elements of size 0 are cut even where they are more than the share to cut', () => {
    const side = (vectors: number[], scales: number[]): Factors => ({
      vectors: Float64Array.from(vectors),
      scales: Float64Array.from(scales),
      groups: new Int32Array(vectors.length / 2),
    })
    // sizes 3 0 | 0 0, 2 0 (a scale of 0, a vector's 0): four of six are 0, so the size at the cut of half is 0
    const sides = { users: side([-3, 4], [1, 0]), items: side([0, -9, 2, 5], [1, 0]) }
    for (const share of [0.5, 1]) {
      const kept = cut(sides, 2, share)
      assert.deepEqual(
        [[...kept.users], [...kept.items]],
        [
          [1, 0],
          [0, 0, 1, 0],
        ],
      )
    }
  })
})

for (const [name, ranker] of [
  ['bpr-mf', bprMf],
  ['dnis', dnis],
] as const) {
  const fitted = (given: ReturnType<typeof tastes>, history: number[], user?: number) => {
    const params = { ...ranker.defaults, dim: 8, epochs: 60 } as never
    const train = { items: given.items, sequences: given.sequences.map((one) => Int32Array.from(one)) }
    const scores = new Float64Array(given.items + 1).fill(9)
    ranker.fit(train, params)(Int32Array.from(history), scores, user)
    assert.equal(scores[0], 0)
    return [...scores.subarray(1)]
  }
  const group = (scores: number[], residue: number) => scores.filter((_, i) => i % 3 === residue)
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

  describe(`baseline ${name} (seed 8)`, () => {
    it('finds the tastes, of a user of training and of somebody new', () => {
      const given = tastes(8, { users: 90 })
      for (const [history, user] of [
        [[2], 1],
        [[2, 5, 8], undefined],
      ] as const) {
        const scores = fitted(given, [...history], user) // user 1 is of group 1, items 2, 5, 8, …
        const rest = Math.max(mean(group(scores, 0)), mean(group(scores, 2)))
        assert.ok(mean(group(scores, 1)) > rest + 0.5, `${mean(group(scores, 1))}, others ${rest}`)
      }
    })

    it('repeats itself under one seed, and ignores order and repeats of a history', () => {
      const given = tastes(9)
      assert.deepEqual(fitted(given, [3, 9]), fitted(given, [9, 3, 3]))
    })

    it('scores nothing after nothing, with nobody to learn from, and where one took all', () => {
      assert.deepEqual(fitted(tastes(9), []), Array(24).fill(0))
      assert.deepEqual(scoresOf(ranker as typeof bprMf, { items: 2, sequences: [] }, []), [0, 0])
      assert.ok(
        scoresOf(ranker as typeof bprMf, { items: 2, sequences: [[1, 2]] }, [1, 2]).every(Number.isFinite),
      )
    })
  })
}

/** Three users and three items of three factors in two groups, all of order one. */
function factors(random: ReturnType<typeof rng>, dim: number): { users: Factors; items: Factors } {
  const side = (): Factors => ({
    vectors: Float64Array.from({ length: 3 * dim }, () => random.normal()),
    scales: Float64Array.from({ length: 2 * dim }, () => random.uniform()),
    groups: Int32Array.of(0, 1, 1),
  })
  return { users: side(), items: side() }
}

function difference(f: (h: number) => number): number {
  return (f(1e-5) - f(-1e-5)) / 2e-5
}
