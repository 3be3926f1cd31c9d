import assert from 'node:assert/strict'
import relativeL2 from '../../../losses/operators/relative-l2.ts'
import { type Tensor, tf } from '../../../tensor/index.ts'

const target = () => tf.tensor([0, 0, 6, 8, 2, 2, 2, 2], [2, 2, 2])
const input = () => ({ k: tf.ones([2, 3, 3]), rhs: tf.ones([2, 2, 2]) })
const noNoise = () => assert.fail('asks for no noise')
const value = (x: Tensor) => relativeL2.value({ x }, { input: input(), target: target() }, {}, noNoise)

describe('relative-l2 as a loss', () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('by hand: errors (0, 0, 3, 4) of norm 10 and (1, −1, 1, −1) / 2 of norm 4 give (5/10 + 1/4) / 2', () => {
    const x = tf.tensor([0, 0, 9, 12, 2.5, 1.5, 2.5, 1.5], [2, 2, 2])
    assert.ok(Math.abs(value(x).dataSync()[0]! - 0.375) < 1e-7)
  })

  it('is 1 for zeros, and 0 at the truth with a gradient of 0', () => {
    assert.ok(Math.abs(value(tf.zeros([2, 2, 2])).dataSync()[0]! - 1) < 1e-7)
    assert.ok(value(target()).dataSync()[0]! < 1e-14)
    assert.deepEqual(
      [
        ...tf
          .grad((x) => value(x))(target())
          .dataSync(),
      ],
      Array(8).fill(0),
    )
  })

  it('has the gradient e / (‖e‖ ‖x‖ B)', () => {
    const x = tf.tensor([0, 0, 9, 12, 2.5, 1.5, 2.5, 1.5], [2, 2, 2])
    const gradient = tf
      .grad((v) => value(v))(x)
      .dataSync()
    const exact = [0, 0, 3 / 100, 4 / 100, 1 / 16, -1 / 16, 1 / 16, -1 / 16]
    for (const [i, slope] of exact.entries()) assert.ok(Math.abs(gradient[i]! - slope) < 1e-8)
  })
})
