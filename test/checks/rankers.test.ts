import assert from 'node:assert/strict'
import { check, holdOut } from './rankers.ts'

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
  })

  it('scores a method on it', async () => {
    // u1 can be offered 4 alone, u3 2 before 4: two hits at place 1; 2 of 4 items are not offered to anyone
    assert.match(await check(held, 'popularity'), /^popularity +1\.0000 {2}1\.0000 {2}0\.5000 {2}/)
  })
})
