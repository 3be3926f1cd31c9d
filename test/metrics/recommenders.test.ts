import assert from 'node:assert/strict'
import type { Columns, Metric } from '../../contracts.ts'
import { take } from '../../io/columns.ts'
import { UserError } from '../../io/errors.ts'
import { permutation } from '../../math/permutation.ts'
import { rng } from '../../math/rng.ts'
import coverage from '../../metrics/recommenders/coverage.ts'
import hitRate from '../../metrics/recommenders/hit-rate.ts'
import mrr from '../../metrics/recommenders/mrr.ts'
import ndcg from '../../metrics/recommenders/ndcg.ts'
import surprisal from '../../metrics/recommenders/surprisal.ts'

const WIDTH = 50
const ITEMS = 60
const facts = { items: ITEMS, takers: Array<number>(ITEMS + 1).fill(1), takersOf: 2 }

/** One row a place: the list of row r is 1, 2, 3, … with item 60 at that place; 60 is the target. 0: not in the list. */
function scene(places: readonly number[]): { predicted: Columns; truth: Columns } {
  const rows = places.length
  const user = Int32Array.from(places, (_, r) => r + 1)
  const items = new Int32Array(rows * WIDTH).map((_, n) => (n % WIDTH) + 1)
  places.forEach((place, r) => {
    if (place > 0) items[r * WIDTH + place - 1] = ITEMS
  })
  const target = new Int32Array(rows).fill(ITEMS)
  return { predicted: { rows, data: { user, items } }, truth: { rows, data: { user, target } } }
}

describe('metrics of recommenders', () => {
  const measure = (metric: Metric, places: readonly number[], k?: number) => {
    const { predicted, truth } = scene(places)
    return metric.measure(predicted, truth, facts, k)
  }
  const near = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 5e-7, `${value}`) // six digits are given

  it('ranks 1, 2, 3, 11, 5 at cut-off 10: a case by hand', () => {
    const places = [1, 2, 3, 11, 5]
    // HR 4/5; NDCG (1 + 1/log2 3 + 1/2 + 0 + 1/log2 6) / 5; MRR (1 + 1/2 + 1/3 + 0 + 1/5) / 5
    near(measure(hitRate, places, 10).value, 0.8)
    near(measure(ndcg, places, 10).value, 0.503557)
    near(measure(mrr, places, 10).value, 0.406667)
    assert.deepEqual([...measure(hitRate, places, 10).perRow!], [1, 1, 1, 0, 1])
    assert.deepEqual([...measure(mrr, places, 10).perRow!], [1, 1 / 2, 1 / 3, 0, 1 / 5])
    assert.equal(measure(ndcg, places, 10).perRow![2], 0.5) // 1 / log2 4
  })

  it('counts the last place inside the cut-off and none outside it', () => {
    for (const metric of [ndcg, hitRate, mrr]) {
      assert.ok(measure(metric, [10], 10).value > 0)
      assert.equal(measure(metric, [11], 10).value, 0)
      assert.equal(measure(metric, [0], 10).value, 0)
      assert.equal(measure(metric, [1], 1).value, 1)
      assert.equal(measure(metric, [50]).value, measure(metric, [50], 50).value) // the whole list where no cut-off is asked
    }
  })

  it('is the mean of its rows', () => {
    for (const metric of [ndcg, hitRate, mrr]) {
      const { perRow, value } = measure(metric, [1, 4, 0, 2], 10)
      assert.equal(value, perRow!.reduce((sum, one) => sum + one) / 4)
    }
  })

  it('is not changed by the order of the rows (seed 2)', () => {
    const stream = rng(2, 'metrics')
    const { predicted, truth } = scene(Array.from({ length: 40 }, () => stream.integer(20)))
    const order = permutation(40, stream)
    for (const metric of [ndcg, hitRate, mrr, coverage]) {
      const before = metric.measure(predicted, truth, facts, 10)
      const after = metric.measure(take(predicted, order), take(truth, order), facts, 10)
      assert.ok(Math.abs(before.value - after.value) < 1e-15, metric.about) // 40 terms of at most 1, summed in another order
    }
  })

  it('covers what anyone is shown in the first k', () => {
    assert.deepEqual(measure(coverage, [1], 1), { perRow: null, value: 1 / ITEMS })
    assert.equal(measure(coverage, [1, 2], 2).value, 3 / ITEMS) // 60 2 and 1 60
    assert.equal(measure(coverage, [0, 0, 0], 10).value, 10 / ITEMS)
    const lists: Columns = {
      rows: 2,
      data: { user: Int32Array.of(1, 2), items: Int32Array.of(3, 1, 0, 2, 0, 0) },
    }
    assert.equal(coverage.measure(lists, lists, { items: 3 }, 3).value, 1) // 0 fills and is no item
  })

  it('surprises by what few took: a case by hand', () => {
    // 8 users; item 1 all took, item 2 four, item 3 one, item 4 none: log2(8/8) = 0, log2(8/4) / 3 = 1/3, 1, 1
    const told = { takers: [0, 8, 4, 1, 0], takersOf: 8 }
    const items = Int32Array.of(1, 2, 3, /**/ 4, 3, 0, /**/ 0, 0, 0)
    const lists: Columns = { rows: 3, data: { user: Int32Array.of(1, 2, 3), items } }
    const at = (k: number) => [...surprisal.measure(lists, lists, told, k).perRow!].map((v) => v.toFixed(9))
    const words = (...values: number[]) => values.map((v) => v.toFixed(9))
    assert.deepEqual(at(1), words(0, 1, 0))
    assert.deepEqual(at(2), words(1 / 6, 1, 0))
    assert.deepEqual(at(3), words(4 / 9, 1, 0)) // a place that is empty does not count
    near(surprisal.measure(lists, lists, told, 3).value, (4 / 9 + 1) / 3)
  })

  it('one user is surprised by what is new to him alone', () => {
    const lists: Columns = { rows: 1, data: { user: Int32Array.of(1), items: Int32Array.of(1, 2) } }
    assert.equal(surprisal.measure(lists, lists, { takers: [0, 1, 0], takersOf: 1 }, 2).value, 1 / 2)
  })

  it('refuses a cut-off beyond the lists', () => {
    for (const metric of [ndcg, hitRate, mrr, coverage, surprisal]) {
      for (const k of [51, 0, 2.5]) {
        assert.throws(
          () => measure(metric, [1], k),
          (error) => error instanceof UserError && /from 1 to 50/.test(error.message),
        )
      }
    }
  })

  it('knows that rows which are not aligned are a bug', () => {
    const { predicted } = scene([1, 2])
    assert.throws(
      () => ndcg.measure(predicted, scene([1]).truth, facts, 10),
      /2 lists, the truth has 1 targets/,
    )
  })
})
