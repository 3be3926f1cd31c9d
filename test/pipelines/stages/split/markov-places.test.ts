import assert from 'node:assert/strict'
import markov from '../../../../baselines/recommenders/markov.ts'
import { countItems } from '../../../../benchmarks/sequences.ts'
import { topItems } from '../../../../benchmarks/top-items.ts'
import { rng } from '../../../../math/rng.ts'
import { markovPlaces } from '../../../../pipelines/stages/split/markov-places.ts'

const seed = 61
const users = (...lists: number[][]) => lists.map((list) => Int32Array.from(list))

describe('stage split: places in the list of a Markov chain', () => {
  it('counts, by hand', () => {
    // after 1 came 2 twice and 3 once; popularity: 1 three times, 2 and 4 twice, 3 once, 5 never
    const sequences = users([1, 2], [4, 1, 2], [1, 3], [4])
    const places = (most: number, ...asked: number[][]) => [
      ...markovPlaces({ items: 5, sequences }, users(...asked), most),
    ]
    // 2, 3, then the rest by popularity: 4 (1 is the history), then 5
    assert.deepEqual(places(4, [1, 2], [1, 3], [1, 4], [1, 5]), [1, 2, 3, 4])
    assert.deepEqual(places(3, [1, 5]), [0], 'not among the first three')
    assert.deepEqual(places(4, [1, 1], [2, 1, 2]), [0, 0], 'taken before')
    assert.deepEqual(places(4, [2, 1, 3], [3, 5]), [1, 4], 'the history is left out: after 3 came nothing')
    assert.deepEqual(places(4, [1]), [1], 'without a history the most popular is first')
  })

  it(`is the place in the list of all scores (seed ${seed})`, () => {
    const stream = rng(seed)
    for (let round = 0; round < 60; round++) {
      const items = 1 + stream.integer(30)
      const list = (length: number) => Int32Array.from({ length }, () => 1 + stream.integer(items))
      const sequences = Array.from({ length: stream.integer(40) }, () => list(1 + stream.integer(8)))
      const asked = Array.from({ length: 20 }, () => list(1 + stream.integer(6)))
      const most = 1 + stream.integer(12)
      const rank = markov.fit({ items, sequences }, {})
      const popularity = countItems(sequences, items)
      const scores = new Float64Array(items + 1)
      const expected = asked.map((events) => {
        const history = events.subarray(0, -1)
        rank(history, scores)
        return 1 + topItems(scores, history, popularity, most).indexOf(events.at(-1)!)
      })
      assert.deepEqual([...markovPlaces({ items, sequences }, asked, most)], expected)
    }
  })
})
