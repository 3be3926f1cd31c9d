import assert from 'node:assert/strict'
import ease from '../../../baselines/recommenders/ease.ts'
import { rng } from '../../../math/rng.ts'
import { binary, type Log, scoresOf, tastes } from '../asked.ts'

describe('baseline ease', () => {
  it('two items that go together, on paper', () => {
    // users {1,2}, {1,2}, {1}: XᵀX + 1 = [4 2; 2 3], inverse [3 −2; −2 4] / 8, B₁₂ = 2/4, B₂₁ = 2/3
    const log = { items: 2, sequences: [[1, 2], [2, 1, 1], [1]] }
    const one = { regularization: 1 }
    near(scoresOf(ease, log, [1], one), [0, 1 / 2])
    near(scoresOf(ease, log, [2], one), [2 / 3, 0])
    near(scoresOf(ease, log, [2, 1, 2], one), [2 / 3, 1 / 2])
    near(scoresOf(ease, log, [], one), [0, 0])
  })

  it('three items in a chain, on paper', () => {
    // users {1,2}, {2,3}: XᵀX + 1 = [2 1 0; 1 3 1; 0 1 2], inverse [5 −2 1; −2 4 −2; 1 −2 5] / 8
    const log = {
      items: 3,
      sequences: [
        [1, 2],
        [2, 3],
      ],
    }
    near(scoresOf(ease, log, [1], { regularization: 1 }), [0, 1 / 2, -1 / 5])
    near(scoresOf(ease, log, [2], { regularization: 1 }), [2 / 5, 0, 2 / 5])
  })

  it('is the dense inverse by elimination, for more items than a block (seed 4)', () => {
    for (const regularization of [0.5, 20]) {
      const log = tastes(4, { users: 60, items: 39 })
      const b = dense(log, regularization)
      for (const history of [[1], [2, 5, 8, 39], [7, 7, 11]]) {
        const once = [...new Set(history)]
        const right = b.map((_, j) => once.reduce((sum, item) => sum + b[item - 1]![j]!, 0))
        near(scoresOf(ease, log, history, { regularization }), right)
      }
    }
  })

  it('is the least of what it minimizes: any other weight of a column misses more (seed 5)', () => {
    const log = tastes(5, { users: 30, items: 12 })
    const regularization = 3
    const x = binary(log)
    const b = Array.from({ length: 12 }, (_, i) => scoresOf(ease, log, [i + 1], { regularization }))
    const missed = (j: number, column: readonly number[]) =>
      x.reduce((sum, row) => sum + (row[j]! - row.reduce((dot, v, i) => dot + v * column[i]!, 0)) ** 2, 0) +
      regularization * column.reduce((sum, v) => sum + v * v, 0)
    const stream = rng(5, 'ease')
    for (let j = 0; j < 12; j++) {
      const column = b.map((row) => row[j]!)
      assert.equal(column[j], 0)
      const moved = column.map((v, i) => (i === j ? 0 : v + 1e-2 * stream.normal()))
      assert.ok(missed(j, moved) > missed(j, column), `item ${j + 1}`)
    }
  })

  it('takes no users, and an item that nobody took', () => {
    near(scoresOf(ease, { items: 2, sequences: [] }, [1]), [0, 0])
    near(scoresOf(ease, { items: 3, sequences: [[1, 2]] }, [3]), [0, 0, 0])
  })

  it('refuses what would not fit, and no regularization, in a sentence', () => {
    assert.throws(() => scoresOf(ease, { items: 50_000, sequences: [] }, [1]), {
      name: 'UserError',
      message: /50000 items need 10\.0 GB .*'gigabytes' allows \(4\)/,
    })
    assert.throws(
      () => scoresOf(ease, { items: 2, sequences: [] }, [1], { regularization: 0 }),
      /greater than 0/,
    )
  })

  it('refuses a regularization that is too small to solve with, in place of weights that are no numbers', () => {
    // two items that go together have an eigenvalue of λ alone, and 1 / λ overflows
    const log = { items: 2, sequences: [[1, 2]] }
    assert.throws(() => scoresOf(ease, log, [1], { regularization: 1e-320 }), {
      name: 'UserError',
      message: /not found to 1e-9 in 5000 iterations with param 'regularization' .*Raise it/,
    })
  })
})

/** Weights are kept in float32, of order one: 6e-8 each, a few are summed. */
function near(found: readonly number[], right: readonly number[]): void {
  assert.equal(found.length, right.length)
  for (const [j, value] of found.entries())
    assert.ok(Math.abs(value - right[j]!) < 3e-7, `item ${j + 1}: ${value}, expected ${right[j]}`)
}

/** B by Gauss–Jordan elimination of the full matrix. */
function dense(log: Log, regularization: number): number[][] {
  const x = binary(log)
  const n = log.items
  const rows = Array.from({ length: n }, (_, i) =>
    Array.from({ length: 2 * n }, (_, c) => {
      if (c >= n) return c - n === i ? 1 : 0
      return x.reduce((sum, row) => sum + row[i]! * row[c]!, 0) + (c === i ? regularization : 0)
    }),
  )
  for (let p = 0; p < n; p++) {
    const pivot = rows[p]![p]!
    rows[p] = rows[p]!.map((value) => value / pivot)
    for (let r = 0; r < n; r++) {
      const factor = rows[r]![p]!
      if (r !== p) rows[r] = rows[r]!.map((value, c) => value - factor * rows[p]![c]!)
    }
  }
  const inverse = rows.map((row) => row.slice(n))
  return inverse.map((row, i) => row.map((value, j) => (i === j ? 0 : -value / inverse[j]![j]!)))
}
