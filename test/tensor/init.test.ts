import assert from 'node:assert/strict'
import type { Init, Rng, Scheme } from '../../contracts.ts'
import { rng as stream } from '../../math/rng.ts'
import { tf } from '../../tensor/index.ts'
import { collectWeights, initFrom } from '../../tensor/init.ts'

const SEED = 11

const rng = (name: string): Rng => stream(SEED, name)

function draw(shape: number[], scheme?: Scheme): Float32Array {
  const weights = collectWeights((init) => init.weight('w', shape, scheme), rng)
  return weights.get('w')!.data as Float32Array
}

function moments(values: Float32Array) {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const square = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length
  return {
    mean,
    deviation: Math.sqrt(square),
    largest: values.reduce((most, x) => Math.max(most, Math.abs(x)), 0),
  }
}

describe(`tensor init (seed ${SEED})`, () => {
  const bounds: [string, number[], Scheme, number][] = [
    ['glorot of a matrix', [40, 60], 'glorot', Math.sqrt(6 / 100)],
    ['glorot of a filter', [3, 3, 16, 32], 'glorot', Math.sqrt(6 / (9 * 48))],
    ['glorot of a vector', [50], 'glorot', Math.sqrt(6 / 100)],
    ['uniform', [40, 60], { uniform: 0.3 }, 0.3],
  ]
  for (const [name, shape, scheme, bound] of bounds)
    it(`${name}: uniform in ±${bound.toFixed(3)}`, () => {
      const values = draw(shape, scheme)
      const { mean, deviation, largest } = moments(values)
      // a uniform variable in ±b has deviation b/√3; of n draws the mean is off by b/√(3n), the deviation by less
      const slack = (4 * bound) / Math.sqrt(3 * values.length)
      assert.ok(largest <= bound * (1 + 1e-7) && largest > 0.9 * bound, `largest ${largest}`)
      assert.ok(Math.abs(mean) < slack, `mean ${mean}`)
      assert.ok(Math.abs(deviation - bound / Math.sqrt(3)) < slack, `deviation ${deviation}`)
    })

  const deviations: [string, number[], Scheme, number][] = [
    ['he of a matrix', [40, 60], 'he', Math.sqrt(2 / 40)],
    ['he of a filter', [3, 3, 16, 32], 'he', Math.sqrt(2 / (9 * 16))],
    ['normal', [40, 60], 'normal', 0.02],
    ['normal of a given deviation', [40, 60], { normal: 0.5 }, 0.5],
  ]
  for (const [name, shape, scheme, wanted] of deviations)
    it(`${name}: normal with deviation ${wanted.toFixed(3)}`, () => {
      const values = draw(shape, scheme)
      const { mean, deviation } = moments(values)
      const slack = (4 * wanted) / Math.sqrt(values.length) // four standard errors of a mean
      assert.ok(Math.abs(mean) < slack && Math.abs(deviation - wanted) < slack, `${mean}, ${deviation}`)
    })

  it('zeros, ones, and glorot where nothing is said', () => {
    assert.deepEqual([...draw([3], 'zeros')], [0, 0, 0])
    assert.deepEqual([...draw([3], 'ones')], [1, 1, 1])
    assert.deepEqual(draw([3, 4]), draw([3, 4], 'glorot'))
  })
  it('draws a weight from its name alone', () => {
    const one = (init: Init) => init.weight('b', [5])
    const two = (init: Init) => [init.weight('a', [5]), init.weight('b', [5])]
    assert.deepEqual(collectWeights(two, rng).get('b'), collectWeights(one, rng).get('b'))
    assert.notDeepEqual(collectWeights(two, rng).get('a')!.data, collectWeights(one, rng).get('b')!.data)
  })
  it('keeps the order in which weights were asked for', () => {
    const names = ['z', 'a', '2', '1']
    const weights = collectWeights((init) => names.map((name) => init.weight(name, [1])), rng)
    assert.deepEqual([...weights.keys()], names)
  })
  it('lets build compute with the values, and leaves no tensor behind', () => {
    const before = tf.memory().numTensors
    collectWeights((init) => init.weight('w', [2, 3], 'ones').sum().dataSync(), rng)
    assert.equal(tf.memory().numTensors, before)
  })
  it('refuses a name twice', () =>
    assert.throws(
      () => collectWeights((init) => [init.weight('w', [1]), init.weight('w', [1])], rng),
      /'w' was asked for twice/,
    ))
  it('hands tensors back by name and shape', () => {
    const given = tf.ones([2, 3])
    const init = initFrom(new Map([['w', given]]))
    assert.equal(init.weight('w', [2, 3]), given)
    assert.throws(() => init.weight('v', [2, 3]), /weight 'v' is not among w/)
    assert.throws(() => init.weight('w', [3, 2]), /weight 'w' is \[2, 3\], the model asked for \[3, 2\]/)
    given.dispose()
  })
})
