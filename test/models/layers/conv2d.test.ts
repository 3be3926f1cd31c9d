import assert from 'node:assert/strict'
import type { Init } from '../../../contracts.ts'
import { conv2d, double, halve } from '../../../models/layers/conv2d.ts'
import { tf } from '../../../tensor/index.ts'
import { apart, drawn, initOf, normal, shaken } from '../values.ts'

const SEED = 12

describe(`conv2d, halve, double (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('conv2d is a cross-correlation with zeros outside, plus a bias', () => {
    const build = (init: Init) => conv2d(init, 'c', { inputs: 1, outputs: 1 })
    const weights = drawn(build, SEED)
    weights.get('c/filter')!.data.set([0, 0, 0, 0, 1, 10, 0, 100, 0]) // itself, 10 × east, 100 × south
    weights.get('c/bias')!.data.set([0.5])
    const y = build(initOf(weights))(tf.tensor([1, 2, 3, 4], [1, 2, 2, 1]))
    assert.deepEqual(
      [...y.dataSync()],
      [1 + 20 + 300, 2 + 400, 3 + 40, 4].map((v) => v + 0.5),
    )
  })

  it('halve keeps the largest of each window', () => {
    const x = tf.tensor([1, 5, 2, 0, 3, 4, 9, 8], [1, 2, 4, 1])
    assert.deepEqual([...halve(x).dataSync()], [5, 9])
  })

  it('double puts x[r, c] W_ij at (2r + i, 2c + j)', () => {
    const build = (init: Init) => double(init, 'd', { inputs: 1, outputs: 1 })
    const weights = drawn(build, SEED)
    weights.get('d/weight')!.data.set([1, 2, 3, 4]) // W_00 W_01 W_10 W_11
    const y = build(initOf(weights))(tf.tensor([1, 10], [1, 1, 2, 1]))
    assert.deepEqual(y.shape, [1, 2, 4, 1])
    assert.deepEqual([...y.dataSync()], [1, 2, 10, 20, 3, 4, 30, 40])
  })

  it('double is the transposed convolution with stride 2', () => {
    const [inputs, outputs] = [3, 2]
    const build = (init: Init) => double(init, 'd', { inputs, outputs })
    const weights = shaken(drawn(build, SEED), SEED)
    const x = normal([2, 3, 5, inputs], SEED) as tf.Tensor4D
    const pixels = tf.tensor(weights.get('d/weight')!.data, [inputs, 2, 2, outputs]) // W[in, i, j, out]
    const filter = pixels.transpose([1, 2, 3, 0]) as tf.Tensor4D
    const theirs = tf
      .conv2dTranspose(x, filter, [2, 6, 10, outputs], 2, 'valid')
      .add(weights.get('d/bias')!.data)
    const ours = build(initOf(weights))(x)
    assert.deepEqual(ours.shape, theirs.shape)
    assert.ok(apart(ours.dataSync(), theirs.dataSync()) < 1e-6) // sums of three float32 products near 1
  })
})
