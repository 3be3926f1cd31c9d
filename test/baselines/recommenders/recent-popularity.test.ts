import assert from 'node:assert/strict'
import recentPopularity from '../../../baselines/recommenders/recent-popularity.ts'

const sequences = [[1, 2], [3], [1, 4], [], [2, 4]].map((sequence) => Int32Array.from(sequence))

function asked(ends: readonly bigint[] | null, share: number): number[] {
  const train = { items: 4, sequences, ...(ends !== null && { ends: BigInt64Array.from(ends) }) }
  const scores = new Float64Array(5).fill(9) // what an earlier user left
  recentPopularity.fit(train, { share })(Int32Array.of(1), scores)
  return [...scores]
}

describe('baseline recent-popularity', () => {
  it('counts the last items of users who were seen lately', () => {
    // times 10 40 30 0 20, sorted 0 10 20 30 40: share 0.5 begins at index ⌈0.5 · 4⌉ = 2, T = 20
    assert.deepEqual(asked([10n, 40n, 30n, 0n, 20n], 0.5), [0, 0, 0, 1, 2])
    assert.deepEqual(asked([10n, 40n, 30n, 0n, 20n], 0.2), [0, 0, 0, 1, 0]) // ⌈3.2⌉ = 4: user 1 alone
    assert.deepEqual(asked([10n, 40n, 30n, 0n, 20n], 1), [0, 0, 1, 1, 2])
  })

  it('counts all of one moment, before 1970 too', () => {
    assert.deepEqual(asked([-5n, -5n, -9n, -9n, -5n], 0.1), [0, 0, 1, 1, 1])
  })

  it('of a log without times it counts the last item of everyone', () => {
    for (const ends of [null, [0n, 0n, 0n, 0n, 0n]]) assert.deepEqual(asked(ends, 0.1), [0, 0, 1, 1, 2])
  })
})
