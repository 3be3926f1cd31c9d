import assert from 'node:assert/strict'
import { placesOf } from '../../../models/layers/places.ts'
import { type Tensor, tf } from '../../../tensor/index.ts'

const ids = (values: number[], shape: number[]) => tf.tensor(values, shape, 'int32')
const flat = (x: Tensor) => [...x.dataSync()]

/** Two histories of three places: 0 7 8 and 0 0 9; of the named places the last two hold nothing, and are one. */
const history = () => ids([0, 7, 8, 0, 0, 9], [2, 3])
const known = () => ids([1, 2, 5, 0, 0], [5])

describe('places of histories', () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('are all of them where none is named, and nothing is moved', () => {
    const { ids, each, take, spread } = placesOf(history())
    const x = tf.zeros([2, 3, 4])
    assert.deepEqual(flat(ids), [0, 7, 8, 0, 0, 9])
    for (const of of [each, take, spread]) assert.equal(of(x), x)
  })

  it('are those that are named, with the row of their column', () => {
    const at = placesOf(history(), known())
    assert.deepEqual(flat(at.ids), [7, 8, 9, 0, 0])
    const columns = tf.tensor([10, 11, 20, 21, 30, 31], [3, 2])
    assert.deepEqual(flat(at.each(columns)), [20, 21, 30, 31, 30, 31, 10, 11, 10, 11])
  })

  it('are taken from a batch and spread over it, with zeros between', () => {
    const at = placesOf(history(), known())
    const values = tf.range(0, 12).reshape([2, 3, 2])
    const taken = at.take(values)
    assert.deepEqual(flat(taken), [2, 3, 4, 5, 10, 11, 0, 1, 0, 1])
    const rows = tf.tensor([1, 2, 3, 4, 5, 6, 0, 0, 0, 0], [5, 2])
    assert.deepEqual(flat(at.spread(rows)), [0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 5, 6])
    assert.deepEqual(at.spread(rows).shape, [2, 3, 2])
  })

  it('give back to each row what its place was worth', () => {
    const at = placesOf(history(), known())
    const weights = tf.tensor([0, 0, 1, 2, 3, 4, 0, 0, 0, 0, 5, 6], [2, 3, 2])
    const gradient = tf.grad((rows: Tensor) => at.spread(rows).mul(weights).sum())(tf.ones([5, 2]))
    assert.deepEqual(flat(gradient), [1, 2, 3, 4, 5, 6, 0, 0, 0, 0])
  })
})
