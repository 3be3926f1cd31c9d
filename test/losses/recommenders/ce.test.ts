import assert from 'node:assert/strict'
import { positionsOf } from '../../../losses/positions.ts'
import ce, { ceOf } from '../../../losses/recommenders/ce.ts'
import { tf } from '../../../tensor/index.ts'
import { crossEntropy, golden } from './reference.ts'

const { X, W, y } = golden
/** Two users with three places each. */
const output = () => ({ states: tf.tensor(X.flat(), [2, 3, 4]), catalog: tf.tensor(W.flat(), [10, 4]) })
const batch = (target: number[]) => ({
  input: { history: tf.zeros([2, 3], 'int32') },
  target: tf.tensor(target, [2, 3], 'int32'),
})
const noNoise = () => assert.fail('asks for no noise')
const F32 = 1e-6 // measured 2.4e-7: sums of ten exponentials and a logarithm near 4, each rounded to 6e-8 of itself

describe('ce', () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('the reference gives the worked numbers', () => {
    const { values, mean } = crossEntropy(X, W, y)
    const worked = [2.003557, 1.784566, 3.493022, 4.249405, 1.188001, 3.810642]
    for (const [i, value] of worked.entries()) assert.ok(Math.abs(values[i]! - value) < 1e-6)
    assert.ok(Math.abs(mean - 2.754866) < 1e-6)
  })

  it('is the reference in float32, at every position and in the mean', () => {
    const right = crossEntropy(X, W, y)
    const at = batch(y.map((row) => row + 1))
    const values = ceOf(positionsOf(output(), at)).dataSync()
    for (const [i, value] of right.values.entries())
      assert.ok(Math.abs(values[i]! - value) < F32, `position ${i}`)
    assert.ok(Math.abs(ce.value(output(), at, {}, noNoise).dataSync()[0]! - right.mean) < F32)
  })

  it('is log N for states of zero', () => {
    const at = { states: tf.zeros([2, 3, 4]), catalog: tf.ones([10, 4]) }
    const value = ce.value(at, batch([1, 2, 3, 4, 5, 10]), {}, noNoise).dataSync()[0]!
    assert.ok(Math.abs(value - Math.log(10)) < F32)
  })

  it('is the mean over the positions that have a next item, 0 when none has', () => {
    const { values } = crossEntropy(X, W, y)
    const value = ce.value(output(), batch([0, 1, 0, 0, 0, 6]), {}, noNoise).dataSync()[0]!
    assert.ok(Math.abs(value - (values[1]! + values[5]!) / 2) < F32)
    assert.equal(ce.value(output(), batch([0, 0, 0, 0, 0, 0]), {}, noNoise).dataSync()[0], 0)
  })

  it('stays finite for logits of a thousand', () => {
    const at = { states: output().states.mul(1000), catalog: output().catalog }
    const value = ce.value(at, batch([1, 2, 3, 4, 5, 6]), {}, noNoise).dataSync()[0]!
    assert.ok(Number.isFinite(value) && value > 100)
  })
})
