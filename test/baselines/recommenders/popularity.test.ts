import assert from 'node:assert/strict'
import popularity from '../../../baselines/recommenders/popularity.ts'

describe('baseline popularity', () => {
  const rank = popularity.fit(
    { items: 4, sequences: [Int32Array.of(2, 3), Int32Array.of(2), Int32Array.of()] },
    {},
  )

  it('scores items by their events in training, whatever the history', () => {
    for (const history of [[], [2], [4, 1]]) {
      const scores = new Float64Array(5).fill(9) // what an earlier user left
      rank(Int32Array.from(history), scores)
      assert.deepEqual([...scores.subarray(1)], [0, 2, 1, 0])
    }
  })
})
