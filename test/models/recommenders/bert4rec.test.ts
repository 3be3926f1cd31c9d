import assert from 'node:assert/strict'
import type { Init, Law, Noise, Scheme } from '../../../contracts.ts'
import { positionsOf } from '../../../losses/positions.ts'
import ce from '../../../losses/recommenders/ce.ts'
import bert4rec from '../../../models/recommenders/bert4rec.ts'
import { type Tensor, tf } from '../../../tensor/index.ts'
import { apart, drawn, initOf, shaken } from '../values.ts'

const SEED = 37
const facts = { items: 9, length: 5 }
const params = { dim: 4, blocks: 2, heads: 2, dropout: 0, masked: 0.5 }
const build = (init: Init) => bert4rec.build(params, facts, init)
const ints = (...rows: number[][]) => tf.tensor(rows.flat(), [rows.length, rows[0]!.length], 'int32')
const forward = () => build(initOf(shaken(drawn(build, SEED), SEED)))
const numbers = (tensor: Tensor) => tensor.arraySync() as number[][][]

/** The mask is what the test says, at history places 2 … L; no dropout is asked for at rate 0. */
function masking(...rows: number[][]): Noise {
  return (name: string, shape: readonly number[], law: Law) => {
    assert.deepEqual([name, shape, law], ['masked', [rows.length, facts.length - 1, 1], { bernoulli: 0.5 }])
    return tf.tensor(rows.flat(), [...shape])
  }
}

describe(`bert4rec (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('learns at masked places and at the last, nowhere else, and never a first item', () => {
    const history = ints([0, 0, 3, 9, 4], [1, 2, 3, 4, 5])
    const { places } = forward()({ history }, masking([1, 1, 1, 0], [0, 1, 0, 0]))
    // row 0: the first item 3 stands at place 2 and has none before it; 9 is masked, so the place before it learns
    assert.deepEqual(places!.arraySync(), [
      [0, 0, 1, 0, 1],
      [0, 1, 0, 0, 1],
    ])
    assert.equal(forward()({ history }, null).places, undefined)
  })

  it('losses learn there alone', () => {
    const history = ints([0, 0, 3, 9, 4])
    const target = ints([0, 0, 9, 4, 7])
    const output = forward()({ history }, masking([0, 0, 1, 0]))
    const { valid } = positionsOf(output, { input: { history }, target })
    assert.deepEqual([...valid.dataSync()], [0, 0, 1, 0, 1])
    const whole = ce.value(output, { input: { history }, target }, {}, masking([]))
    const part = ce.value(output, { input: { history }, target: ints([0, 0, 9, 0, 7]) }, {}, masking([]))
    assert.equal(whole.dataSync()[0], part.dataSync()[0])
  })

  it('does not see what it is asked: another item under the mask changes nothing', () => {
    const noise = () => masking([0, 1, 0, 0])
    const a = numbers(forward()({ history: ints([1, 2, 3, 4, 5]) }, noise()).states)
    const b = numbers(forward()({ history: ints([1, 2, 8, 4, 5]) }, noise()).states)
    assert.deepEqual(a, b)
  })

  it('looks both ways: a later item changes an earlier state', () => {
    const noise = () => masking([0, 1, 0, 0])
    const a = numbers(forward()({ history: ints([1, 2, 3, 4, 5]) }, noise()).states)
    const b = numbers(forward()({ history: ints([1, 2, 3, 4, 8]) }, noise()).states)
    assert.ok(apart(a[0]![1]!, b[0]![1]!) > 1e-4) // rounding is 1e-6
  })

  it('asks a prediction as it trained: the last state is the same with nothing else masked', () => {
    const history = ints([0, 2, 3, 4, 5])
    const trained = numbers(forward()({ history }, masking([0, 0, 0, 0])).states)
    const asked = numbers(forward()({ history }, null).states)
    assert.deepEqual(trained, asked)
  })

  it('does not know how much padding there is', () => {
    const short = shaken(drawn(build, SEED), SEED)
    const long = (init: Init) => bert4rec.build(params, { ...facts, length: 8 }, init)
    const wide = new Map(drawn(long, SEED))
    for (const [name, host] of short) if (name !== 'places') wide.set(name, host)
    wide.get('places')!.data.set(short.get('places')!.data, 3 * params.dim) // the last six places are the same
    const a = numbers(build(initOf(short))({ history: ints([0, 0, 3, 9, 3]) }, null).states)
    const b = numbers(long(initOf(wide))({ history: ints([0, 0, 0, 0, 0, 3, 9, 3]) }, null).states)
    // the same numbers, summed with more zeros
    assert.ok(apart(a[0]!.slice(2).flat(), b[0]!.slice(5).flat()) < 1e-5)
  })

  it('has an offset for each item: the last column of the catalog, met by a 1', () => {
    const weights = shaken(drawn(build, SEED), SEED)
    const { states, catalog } = build(initOf(weights))({ history: ints([0, 0, 0, 0, 1]) }, null)
    const rows = catalog.arraySync() as number[][]
    assert.deepEqual(
      rows.map((row) => row[4]),
      [...weights.get('offset')!.data],
    )
    assert.deepEqual(
      rows.flatMap((row) => row.slice(0, 4)),
      [...weights.get('items')!.data],
    )
    assert.deepEqual(
      numbers(states)[0]!.map((state) => state[4]),
      [1, 1, 1, 1, 1],
    )
  })

  it('no history is finite, and one place is enough', () => {
    const { states } = forward()({ history: ints([0, 0, 0, 0, 0]) }, null)
    assert.ok(states.dataSync().every(Number.isFinite))
    const single = (init: Init) => bert4rec.build(params, { ...facts, length: 1 }, init)
    const { places } = single(initOf(drawn(single, SEED)))({ history: ints([4]) }, () =>
      assert.fail('no noise'),
    )
    assert.deepEqual(places!.arraySync(), [[1]])
  })

  it('has the weights of its sizes', () => {
    const own = (init: Init) => bert4rec.build(bert4rec.defaults, { items: 100, length: 50 }, init)
    const total = [...drawn(own, SEED).values()].reduce((sum, { data }) => sum + data.length, 0)
    // items and offset, places and mask; a block has 4 D² + 4 D, 8 D² + 5 D and two norms; the head, the first norm
    const d = 64
    assert.equal(total, 100 * (d + 1) + 52 * d + 2 * (12 * d * d + 9 * d + 4 * d) + d * d + d + 2 * d)
  })

  it('starts from normal weights, those of attention too, but for offsets at 0 and gains at 1', () => {
    const schemes = new Map<string, Scheme | undefined>()
    build({
      weight(name, shape, scheme) {
        schemes.set(name, scheme)
        return tf.zeros([...shape])
      },
    })
    for (const part of ['query', 'key', 'value', 'output', 'feed'])
      assert.ok(
        [...schemes.keys()].some((name) => name.startsWith('block1/') && name.includes(part)),
        part,
      )
    for (const [name, scheme] of schemes) {
      const last = name.split('/').at(-1)!
      const other = { bias: 'zeros', offset: 'zeros', gain: 'ones' }[last]
      assert.equal(scheme, other ?? 'normal', name)
    }
  })

  it('refuses heads that do not divide dim, in one sentence', () => {
    assert.throws(() => drawn((init) => bert4rec.build({ ...params, heads: 3 }, facts, init), SEED), {
      name: 'UserError',
      message: "model bert4rec: param 'heads' must divide dim 4 (got 3)",
    })
  })
})
