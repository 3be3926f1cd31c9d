import assert from 'node:assert/strict'
import markov from '../../../baselines/recommenders/markov.ts'
import { rng } from '../../../math/rng.ts'

const scoresOf = (items: number, sequences: readonly number[][], history: readonly number[]) => {
  const rank = markov.fit({ items, sequences: sequences.map((sequence) => Int32Array.from(sequence)) }, {})
  const scores = new Float64Array(items + 1).fill(9) // what an earlier user left
  rank(Int32Array.from(history), scores)
  return [...scores.subarray(1)]
}

describe('baseline markov', () => {
  const sequences = [[1, 2, 1, 2, 3], [2, 3], [3, 3], [4], []]

  it('counts direct steps after the last item', () => {
    assert.deepEqual(scoresOf(4, sequences, [4, 1]), [0, 2, 0, 0])
    assert.deepEqual(scoresOf(4, sequences, [2]), [1, 0, 2, 0])
    assert.deepEqual(scoresOf(4, sequences, [3]), [0, 0, 1, 0])
  })

  it('leaves all at 0 after an item that nothing followed, and after nothing', () => {
    assert.deepEqual(scoresOf(4, sequences, [4]), [0, 0, 0, 0])
    assert.deepEqual(scoresOf(4, sequences, []), [0, 0, 0, 0])
    assert.deepEqual(scoresOf(2, [], [2]), [0, 0])
  })

  it('equals a full matrix of counts (seed 8)', () => {
    const stream = rng(8, 'markov')
    const items = 12
    const random = Array.from({ length: 60 }, () =>
      Array.from({ length: stream.integer(15) }, () => 1 + stream.integer(items)),
    )
    for (let last = 1; last <= items; last++) {
      const expected = new Array<number>(items).fill(0)
      for (const one of random)
        for (let n = 1; n < one.length; n++) if (one[n - 1] === last) expected[one[n]! - 1]!++
      assert.ok(expected.some((count) => count > 1))
      assert.deepEqual(scoresOf(items, random, [1, last]), expected)
    }
  })
})
