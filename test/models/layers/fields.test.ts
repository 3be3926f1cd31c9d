import assert from 'node:assert/strict'
import {
  coordinates,
  cropTo,
  featuresOf,
  inputsOf,
  outputsOf,
  padTo,
  solutionOf,
} from '../../../models/layers/fields.ts'
import { tf } from '../../../tensor/index.ts'
import { apart, fieldFactsOf, normal } from '../values.ts'

describe('fields as networks see them', () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  const logs = [1, 2, 4, 8, 16, 32, 64, 128, 256].map((v) => v / 64)
  const k = () => tf.tensor(logs.map(Math.exp), [1, 3, 3])
  const rhs = () => tf.tensor([5, 6, 7, 8], [1, 2, 2])
  const facts = { ...fieldFactsOf(2), logK: { mean: 0.5, deviation: 2 }, rhs: 4, x: 0.25, flux: 0.5 }

  it('averages log k over the four cells around a node, then takes mean and deviation out', () => {
    const features = featuresOf({ k: k(), rhs: rhs() }, facts)
    assert.deepEqual(features.shape, [1, 2, 2, 2])
    const means = [1 + 2 + 8 + 16, 2 + 4 + 16 + 32, 8 + 16 + 64 + 128, 16 + 32 + 128 + 256].map(
      (v) => v / 256,
    )
    const expected = means.flatMap((mean, i) => [(mean - 0.5) / 2, (5 + i) / 4])
    assert.ok(apart(features.dataSync(), expected) < 1e-6) // log of a float32 exp: 1e-7 relative
  })

  it('has no channel for a k that never varies', () => {
    const constant = { ...facts, logK: { mean: 0, deviation: 0 } }
    assert.deepEqual([inputsOf(facts), inputsOf(constant)], [2, 1])
    assert.deepEqual(
      [...featuresOf({ k: tf.ones([1, 3, 3]), rhs: rhs() }, constant).dataSync()],
      [5, 6, 7, 8].map((v) => v / 4),
    )
  })

  it('as published: the first n × n values of k as they come, rhs as it is, x as it is said', () => {
    const published = { ...facts, reading: 'as-published' }
    const values = tf.tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3])
    const features = featuresOf({ k: values, rhs: rhs() }, published)
    assert.deepEqual([...features.dataSync()], [1, 5, 2, 6, 4, 7, 5, 8])
    const { x } = solutionOf(tf.tensor([1, 2, 3, 4], [1, 2, 2, 1]), published)
    assert.deepEqual([...x.dataSync()], [1, 2, 3, 4])
  })

  it('says x in the size of x, and what a loss asks for behind it in the size of the flux', () => {
    const asked = { ...facts, channels: { flux: 2 } }
    assert.deepEqual([outputsOf(facts), outputsOf(asked)], [1, 3])
    const output = solutionOf(tf.tensor([4, 10, 20, 8, 30, 40], [2, 1, 1, 3]), asked)
    assert.deepEqual(
      [output.x.shape, [...output.x.dataSync()]],
      [
        [2, 1, 1],
        [1, 2],
      ],
    )
    assert.deepEqual(
      [output.flux!.shape, [...output.flux!.dataSync()]],
      [
        [2, 1, 1, 2],
        [5, 10, 15, 20],
      ],
    )
  })

  it('coordinates are those of the interior nodes', () => {
    assert.ok(
      apart(
        coordinates(2).dataSync(),
        [1, 1, 1, 2, 2, 1, 2, 2].map((v) => v / 3),
      ) < 1e-7,
    )
  })

  it('pads behind and crops to the same', () => {
    const x = normal([2, 3, 3, 2], 1)
    const padded = padTo(x, 4)
    assert.deepEqual(padded.shape, [2, 4, 4, 2])
    assert.equal(padded.slice([0, 3, 0, 0], [2, 1, 4, 2]).abs().max().dataSync()[0], 0)
    assert.deepEqual([...cropTo(padded, 3).dataSync()], [...x.dataSync()])
    assert.equal(padTo(x, 3), x)
  })
})
