import assert from 'node:assert/strict'
import { agrees, COUNTS, check, holdOut, KNOWN, knownOf } from './rankers.ts'

describe('checks/rankers', () => {
  const held = holdOut('u1 a b c d\nu2 b a\n\nu3 a c b\n')

  it('holds out the last item, trains on all but the last two', () => {
    assert.deepEqual(held.train, {
      items: 4,
      sequences: [[1, 2], [2, 1], [1]].map((s) => Int32Array.from(s)),
    })
    assert.deepEqual([...held.rows], [0, 2])
    assert.deepEqual(
      held.histories.map((history) => [...history]),
      [
        [1, 2, 3],
        [1, 3],
      ],
    )
    assert.deepEqual(held.truth.data.target, Int32Array.of(4, 2))
    assert.deepEqual(held.counts, { users: 3, items: 4, events: 9 })
  })

  it('scores a method on it', async () => {
    // u1 can be offered 4 alone, u3 2 before 4: two hits at place 1; 2 of 4 items are not offered to anyone
    const { line, hitRate, ndcg } = await check(held, 'popularity')
    assert.deepEqual([hitRate, ndcg], [1, 1])
    assert.match(line, /^popularity +1\.0000 {2}1\.0000 {2}0\.5000 {2}/)
  })

  it('knows some settings on one log, and nothing of another log or setting', () => {
    for (const known of KNOWN) assert.equal(knownOf({ ...COUNTS }, known.choice), known)
    assert.equal(knownOf(COUNTS, { name: 'markov' }), knownOf(COUNTS, 'markov'))
    assert.equal(knownOf(COUNTS, { regularization: 50, name: 'ease' }), KNOWN[3])
    assert.equal(knownOf(COUNTS, 'ease'), undefined) // its default is 500
    assert.equal(knownOf({ ...COUNTS, events: COUNTS.events - 1 }, 'markov'), undefined)
  })

  it('a score further off than half of the third digit is a miss, on either metric', () => {
    const known = knownOf(COUNTS, 'markov')!
    assert.ok(agrees(known, known))
    assert.ok(agrees({ hitRate: known.hitRate + 0.0004, ndcg: known.ndcg - 0.0004 }, known))
    assert.ok(!agrees({ ...known, hitRate: known.hitRate + 0.0006 }, known))
    assert.ok(!agrees({ ...known, ndcg: known.ndcg - 0.0006 }, known))
    assert.ok(!agrees({ ...known, ndcg: Number.NaN }, known))
  })
})
