import assert from 'node:assert/strict'
import { topItems } from '../../benchmarks/top-items.ts'
import type { Rng } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'

const none = new Int32Array(0)
/** Values of items 1, 2, …; index 0 is unused. */
const of = (...values: number[]) => Float64Array.of(Number.NaN, ...values)

describe('benchmarks/top-items', () => {
  it('orders by score, then popularity, then smaller id', () => {
    // Item       1  2  3  4  5  6      scores: 2 first; 1, 3, 4, 6 tie at 1; of these 4 is most popular, then 1 and 3
    const scores = of(1, 9, 1, 1, 0, 1) //      tie at 5 (1 is smaller), then 6
    const popularity = of(5, 0, 5, 7, 9, 2)
    assert.deepEqual([...topItems(scores, none, popularity, 6)], [2, 4, 1, 3, 6, 5])
    assert.deepEqual([...topItems(scores, none, popularity, 3)], [2, 4, 1])
    assert.deepEqual([...topItems(scores, none, popularity, 1)], [2])
  })

  it('lets a tie at the last place be taken by a more popular item that comes later, not by an equal one', () => {
    assert.deepEqual([...topItems(of(1, 1, 1), none, of(3, 3, 4), 1)], [3])
    assert.deepEqual([...topItems(of(1, 1, 1), none, of(3, 3, 3), 1)], [1])
  })

  it('leaves out the history, and fills with 0 what the catalog cannot', () => {
    const history = Int32Array.of(2, 4, 2)
    assert.deepEqual([...topItems(of(1, 9, 3, 8), history, of(0, 0, 0, 0), 4)], [3, 1, 0, 0])
    assert.deepEqual([...topItems(of(1, 2), Int32Array.of(1, 2), of(0, 0), 2)], [0, 0])
  })

  it('lists −∞ last and NaN never', () => {
    const scores = of(Number.NEGATIVE_INFINITY, Number.NaN, -5)
    assert.deepEqual([...topItems(scores, none, of(0, 0, 0), 3)], [3, 1, 0])
  })

  const seed = 31
  it(`agrees with a full sort of 300 items whose scores tie often (seed ${seed})`, () => {
    for (let trial = 0; trial < 40; trial++) {
      const stream = rng(seed, trial)
      const [scores, popularity] = [integers(300, 20, stream), integers(300, 4, stream)]
      const history = Int32Array.from({ length: stream.integer(60) }, () => 1 + stream.integer(300))
      const sorted = Array.from({ length: 300 }, (_, i) => i + 1)
        .filter((item) => !history.includes(item))
        .sort((a, b) => scores[b]! - scores[a]! || popularity[b]! - popularity[a]! || a - b)
      assert.deepEqual([...topItems(scores, history, popularity, 50)], sorted.slice(0, 50))
    }
  })
})

function integers(items: number, below: number, stream: Rng): Float64Array {
  return Float64Array.from({ length: items + 1 }, () => stream.integer(below))
}
