import assert from 'node:assert/strict'
import fc from 'fast-check'
import { keepLargest } from '../../tensor/largest.ts'

describe('tensor/largest', () => {
  it('keeps the largest by hand', () => {
    const largest = keepLargest(2)
    largest.offer([9, 3, 1, 4], 1, 4, 10) // 3, 1, 4 are called 10, 11, 12
    assert.deepEqual([...largest.names()].sort(), [10, 12])
    largest.offer([5], 0, 1, 20)
    assert.deepEqual([...largest.names()].sort(), [12, 20])
  })

  it('gives fewer where there are fewer, and none of none', () => {
    const largest = keepLargest(3)
    largest.offer([Number.NaN, 7], 0, 2, 0)
    assert.deepEqual([...largest.names()], [1])
    const none = keepLargest(0)
    none.offer([1, 2], 0, 2, 0)
    assert.deepEqual([...none.names()], [])
  })

  it('holds the values that a sort puts first, in any cuts', () => {
    const given = fc.tuple(
      fc.array(fc.oneof(fc.integer({ min: -9, max: 9 }), fc.double({ noNaN: true })), { maxLength: 80 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 30 }),
    )
    fc.assert(
      fc.property(given, ([values, k, run]) => {
        const largest = keepLargest(k)
        for (let from = 0; from < values.length; from += run)
          largest.offer(values, from, Math.min(values.length, from + run), from)
        const names = [...largest.names()]
        const sorted = (list: number[]) => list.sort((a, b) => b - a)
        assert.equal(new Set(names).size, names.length)
        assert.deepEqual(
          sorted(names.map((name) => values[name]! + 0)), // + 0: −0 and 0 are one value
          sorted(values.map((value) => value + 0)).slice(0, k),
        )
      }),
    )
  })
})
