import assert from 'node:assert/strict'
import fc from 'fast-check'
import { argsort, sort, sortBy, tf } from '../../../tensor/index.ts'

describe('tensor ops sort, argsort, sortBy', () => {
  const x = tf.tensor([3, 1, 2, 1, 9, -4, 0, -4], [2, 4])

  it('order each row by itself', () => {
    assert.deepEqual([...sort(x).dataSync()], [1, 1, 2, 3, -4, -4, 0, 9])
    assert.deepEqual([...sort(x, 'descending').dataSync()], [3, 2, 1, 1, 9, 0, -4, -4])
  })
  it('keep the order of equals', () => {
    assert.deepEqual([...argsort(x).dataSync()], [1, 3, 2, 0, 1, 3, 2, 0])
    assert.deepEqual([...argsort(x, 'descending').dataSync()], [0, 2, 1, 3, 0, 2, 1, 3])
  })
  it('take rows along with their keys', () => {
    const rows = tf.tensor([10, 11, 20, 21, 30, 31], [3, 2])
    assert.deepEqual([...sortBy(tf.tensor([5, -1, 2]), rows).dataSync()], [20, 21, 30, 31, 10, 11])
    assert.throws(() => sortBy(tf.zeros([2, 3]), rows), /must begin with the shape of the keys/)
  })
  it('send the gradient to where each value came from', () => {
    const weights = tf.tensor([1, 10, 100])
    const gradient = tf.grad((t) => sort(t).mul(weights).sum())(tf.tensor([7, 3, 5]))
    assert.deepEqual([...gradient.dataSync()], [100, 1, 10])
  })
  it('agree with Array.sort', () =>
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 20 }), (values) => {
        const wanted = [...values.keys()].sort((i, j) => values[i]! - values[j]!)
        assert.deepEqual([...argsort(tf.tensor(values)).dataSync()], wanted)
      }),
      { seed: 5, numRuns: 50 },
    ))
})
