import assert from 'node:assert/strict'
import { groupNormalize, normalize, tf } from '../../../tensor/index.ts'
import type { Tensor } from '../../../tensor/types.ts'

const values = (x: Tensor) => [...x.dataSync()].map((value) => Math.round(value * 1e4) / 1e4)

describe('tensor ops normalize, groupNormalize, batchNorm', () => {
  it('(1, 3) has mean 2 and deviation 1', () =>
    assert.deepEqual(values(normalize(tf.tensor([1, 3, 10, 10], [2, 2]))), [-1, 1, 0, 0]))
  it('over the sides of an image, each channel by itself', () => {
    const x = tf.tensor([1, 0, 3, 0, 1, 5, 3, 5], [1, 2, 2, 2]) // channels (1, 3, 1, 3) and (0, 0, 5, 5)
    assert.deepEqual(values(normalize(x, [1, 2])), [-1, -1, 1, -1, -1, 1, 1, 1])
  })
  it('over groups of channels that lie together', () => {
    const x = tf.tensor([1, 3, 0, 20], [1, 1, 4])
    assert.deepEqual(values(groupNormalize(x, 2)), [-1, 1, -1, 1])
    assert.throws(() => groupNormalize(x, 3), /4 channels cannot be split into 3/)
  })
  it('ε keeps equals at zero', () => assert.deepEqual(values(normalize(tf.fill([3], 7))), [0, 0, 0]))
  it('by given statistics: (5 − 1) / √4 · 3 + 2 = 8', () => {
    const row = (x: number) => tf.tensor1d([x])
    const y = tf.batchNorm(tf.tensor([5], [1, 1]), row(1), row(4), row(2), row(3), 0)
    assert.deepEqual(values(y), [8])
  })
  it('sends no gradient along the mean, nor along itself', () => {
    // Σ y and Σ y² / 2 are constants but for ε
    const x = tf.tensor([0.3, -1, 2, 0.5])
    for (const f of [(t: Tensor) => normalize(t).sum(), (t: Tensor) => normalize(t, -1, 0).square().sum()])
      assert.ok(tf.grad(f)(x).abs().max().dataSync()[0]! < 1e-6) // what float32 leaves of numbers of order one
  })
})
