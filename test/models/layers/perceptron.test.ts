import assert from 'node:assert/strict'
import { rng } from '../../../math/rng.ts'
import { isStored, largestOf, onStored } from '../../../models/layers/factors.ts'
import { perceptron } from '../../../models/layers/perceptron.ts'
import { tf } from '../../../tensor/index.ts'
import { collectWeights, initFrom } from '../../../tensor/init.ts'

const SEED = 19

describe(`models/layers/perceptron (seed ${SEED})`, () => {
  it('is W1 relu(W0 x + b0) + b1', () => {
    const weights = new Map([
      ['m/0/weight', tf.tensor([1, -1, 2, 0], [2, 2])],
      ['m/0/bias', tf.tensor([0.5, 3], [2])],
      ['m/1/weight', tf.tensor([10, 1], [2, 1])],
      ['m/1/bias', tf.tensor([-7], [1])],
    ])
    const layer = perceptron(initFrom(weights), 'm', [2, 2, 1])
    // (1, 2): (5.5, 2) → 55 + 2 − 7;  (−2, 0): (−1.5 → 0, 5) → 5 − 7
    assert.deepEqual([...layer(tf.tensor([1, 2, -2, 0], [2, 2])).dataSync()], [50, -2])
  })

  it('starts uniform in ±1/√fan-in, biases too, and its last layer at 0 when asked', () => {
    const drawn = (last?: 'zeros') =>
      collectWeights(
        (init) => perceptron(init, 'm', [4, 100, 9], last),
        (name) => rng(SEED, name),
      )
    const most = (name: string) => Math.max(...drawn().get(name)!.data.map(Math.abs))
    for (const [layer, bound] of [
      [0, 1 / 2],
      [1, 1 / 10],
    ] as const) {
      // the largest of 100 and of 400 or more uniform numbers is above 0.9 of the bound but once in 10⁴
      const [weight, bias] = [most(`m/${layer}/weight`), most(`m/${layer}/bias`)]
      assert.ok(weight <= bound && weight > 0.9 * bound, `${weight}`)
      assert.ok(bias <= bound && bias > (layer === 0 ? 0.9 : 0.3) * bound, `${bias}`)
    }
    assert.ok(
      drawn('zeros')
        .get('m/1/weight')!
        .data.every((value) => value === 0),
    )
    assert.ok(
      drawn('zeros')
        .get('m/1/bias')!
        .data.every((value) => value === 0),
    )
    assert.ok(
      drawn('zeros')
        .get('m/0/bias')!
        .data.some((value) => value !== 0),
    )
  })
})

describe('models/layers/factors', () => {
  it('know which slots hold an entry, and the largest of each row of the batch', () => {
    const factor = tf.tensor([2, -9, 0, 3, 0, 0], [2, 1, 3])
    assert.deepEqual([...isStored(factor).dataSync()], [1, 1, 0, 1, 0, 0])
    assert.deepEqual([...largestOf(factor).dataSync()], [9, 3])
    assert.deepEqual(
      [...onStored(tf.tensor([1, 2, 3, 4, 5, 6], [2, 1, 3]), factor).dataSync()],
      [1, 2, 0, 4, 0, 0],
    )
  })
})
