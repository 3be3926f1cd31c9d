import assert from 'node:assert/strict'
import { addRows, logSumExp, segmentMax, stopGradient, tf } from '../../../tensor/index.ts'
import type { Scalar, Tensor } from '../../../tensor/types.ts'
import { checkGradient } from '../differences.ts'

describe('tensor op logSumExp', () => {
  it('is log n for n equals, at any height', () => {
    for (const height of [-1e4, 0, 1e4]) {
      const y = logSumExp(tf.fill([4], height)).dataSync()[0]!
      assert.ok(Math.abs(y - (height + Math.log(4))) <= 1e-3 * (height === 0 ? 1e-3 : 1), `${height}: ${y}`) // one ulp of 1e4
    }
  })
  it('agrees with double arithmetic', () => {
    const x = [
      [0.3, -2, 5, 4.9],
      [-70, 20, 0, -1],
    ]
    const got = logSumExp(tf.tensor(x)).dataSync()
    for (const [i, row] of x.entries()) {
      const wanted = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0))
      assert.ok(Math.abs(got[i]! - wanted) < 1e-6 * Math.abs(wanted)) // float32
    }
  })
  it('takes any axis', () => {
    const x = tf.tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
    const [first, last] = [logSumExp(x, 0), logSumExp(x, -1)]
    assert.deepEqual([first.shape, last.shape], [[3], [2]])
    assert.ok(Math.abs(first.dataSync()[0]! - (4 + Math.log1p(Math.exp(-3)))) < 1e-6)
  })
  it('has the gradient softmax, which sums to one', () => {
    const gradient = tf.grad((x) => logSumExp(x).sum())(
      tf.tensor([
        [1, 2, 3],
        [900, 900, -900],
      ]),
    )
    const sums = gradient.sum(-1).dataSync()
    assert.ok(
      sums.every((sum) => Math.abs(sum - 1) < 1e-6),
      `${sums}`,
    )
    assert.deepEqual([...gradient.slice([1, 0]).dataSync()], [0.5, 0.5, 0])
  })
})

describe('tensor op segmentMax', () => {
  const ids = tf.tensor([1, 0, 1, 3, -1, 4], [6], 'int32')
  const values = tf.tensor([2, 7, 5, -3, 99, 99])

  it('takes the largest of each segment; ids outside belong nowhere; none is `empty`', () => {
    assert.deepEqual([...segmentMax(values, ids, 4).dataSync()], [7, 5, 0, -3])
    assert.deepEqual([...segmentMax(values, ids, 4, -1).dataSync()], [7, 5, -1, -3])
  })
  it('works on rows, elementwise', () => {
    const rows = tf.tensor([
      [1, 9],
      [8, 2],
      [3, 3],
    ])
    assert.deepEqual([...segmentMax(rows, tf.tensor([0, 0, 1], [3], 'int32'), 2).dataSync()], [8, 9, 3, 3])
  })
  it('sends the gradient to the largest, and nowhere for an empty segment', () => {
    const weights = tf.tensor([10, 20, 30, 40])
    const gradient = tf.grad((x) => segmentMax(x, ids, 4).mul(weights).sum())(values)
    assert.deepEqual([...gradient.dataSync()], [0, 10, 20, 40, 0, 0])
  })
  it('shares it evenly among equals', () => {
    const same = tf.tensor([0, 0, 0, 1], [4], 'int32')
    const gradient = tf.grad((x) => segmentMax(x, same, 2).sum())(tf.tensor([4, 1, 4, 2]))
    assert.deepEqual([...gradient.dataSync()], [0.5, 0, 0.5, 1])
  })
  it('agrees with differences', () => {
    const input = {
      shape: [4, 2],
      dtype: 'float32' as const,
      data: Float32Array.of(0.1, 0.9, 0.5, 0.2, 0.7, 0.4, 0.3, 0.6),
    }
    const f = (x: Tensor) =>
      segmentMax(x, tf.tensor([0, 1, 0, 0], [4], 'int32'), 2)
        .square()
        .sum() as Scalar
    checkGradient(f, [input], 'segmentMax')
  })
  it('refuses ids that are not whole or not one a row', () => {
    assert.throws(
      () => segmentMax(values, tf.zeros([6]), 4),
      /ids int32 \[P\] \(got float32 \[6\] and float32 \[6\]\)/,
    )
    assert.throws(() => segmentMax(values, tf.zeros([5], 'int32'), 4), /and int32 \[5\]/)
  })
})

describe('tensor op unsortedSegmentSum, taken over from TensorFlow.js', () => {
  it('adds up rows by id, drops ids outside', () => {
    const rows = tf.tensor([
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8],
    ])
    const ids = tf.tensor([2, 0, 2, -1], [4], 'int32') as tf.Tensor1D
    assert.deepEqual([...tf.unsortedSegmentSum(rows, ids, 3).dataSync()], [3, 4, 0, 0, 6, 8])
  })
})

describe('tensor op addRows', () => {
  it('adds up rows by id', () => {
    const rows = tf.tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    const ids = tf.tensor([2, 0, 2], [3], 'int32')
    const sums = addRows(rows, ids, 4)
    assert.deepEqual(sums.shape, [4, 2])
    assert.deepEqual([...sums.dataSync()], [3, 4, 0, 0, 6, 8, 0, 0])
  })

  it('gives each row the gradient of its sum', () => {
    const ids = tf.tensor([2, 0, 2], [3], 'int32')
    const weight = tf.tensor([10, 20, 30])
    const gradient = tf.grad((x) => addRows(x, ids, 3).mul(weight).sum())(tf.tensor([1, 2, 3]))
    assert.deepEqual([...gradient.dataSync()], [30, 10, 30])
  })
})

describe('tensor op stopGradient', () => {
  it('is x, and a constant to the gradient', () => {
    const x = tf.tensor([2, 3])
    assert.deepEqual([...stopGradient(x).dataSync()], [2, 3])
    const gradient = tf.grad((z) => z.mul(stopGradient(z)).sum())(x)
    assert.deepEqual([...gradient.dataSync()], [2, 3]) // d(x c)/dx = c
  })
})
