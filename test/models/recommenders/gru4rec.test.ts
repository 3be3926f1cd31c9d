import assert from 'node:assert/strict'
import type { Init, Noise } from '../../../contracts.ts'
import gru4rec from '../../../models/recommenders/gru4rec.ts'
import { tf, type Weights } from '../../../tensor/index.ts'
import { apart, drawn, initOf, shaken } from '../values.ts'

const SEED = 41
const facts = { items: 9, length: 5 }
const params = { dim: 4, hidden: 6, layers: 2, dropout: 0.25 }
const build = (init: Init) => gru4rec.build(params, facts, init)
const histories = (...rows: number[][]) => tf.tensor(rows.flat(), [rows.length, rows[0]!.length], 'int32')

describe(`gru4rec (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('is the network of its head comment, written once more in f64', () => {
    const weights = shaken(drawn(build, SEED), SEED)
    for (const history of [
      [0, 0, 3, 9, 3],
      [1, 2, 3, 4, 5],
    ]) {
      const { states } = build(initOf(weights))({ history: histories(history) }, null)
      assert.ok(apart(states.dataSync(), plain(weights, history).flat()) < 1e-5) // float32 of values near 1
    }
  })

  it('looks at the past alone, and does not know how much padding there is', () => {
    const forward = build(initOf(shaken(drawn(build, SEED), SEED)))
    const input = { history: histories([1, 2, 3, 4, 5], [1, 2, 3, 7, 8], [0, 0, 1, 2, 3]) }
    const rows = forward(input, null).states.arraySync() as number[][][]
    assert.deepEqual(rows[0]!.slice(0, 3), rows[1]!.slice(0, 3))
    assert.notDeepEqual(rows[0]![3], rows[1]![3])
    assert.deepEqual(rows[2]!.slice(2), rows[0]!.slice(0, 3))
  })

  it('hands out its item table as the catalog, and keeps the mean scale under dropout', () => {
    const weights = shaken(drawn(build, SEED), SEED)
    const forward = build(initOf(weights))
    const input = { history: histories([0, 2, 3, 9, 3]) }
    const ones: Noise = (_name, shape, law) => {
      assert.deepEqual(law, { bernoulli: 0.75 })
      return tf.fill([...shape], 0.75)
    }
    const calm = forward(input, null)
    assert.ok(apart(forward(input, ones).states.dataSync(), calm.states.dataSync()) < 1e-6)
    assert.deepEqual([...calm.catalog.dataSync()], [...weights.get('items')!.data])
  })
})

/** States of one history, [L][D]. */
function plain(weights: Weights, history: readonly number[]): number[][] {
  const table = (name: string) => {
    const { data, shape } = weights.get(name)!
    const width = shape.at(-1)!
    return Array.from({ length: data.length / width }, (_, r) => [...data.slice(r * width, (r + 1) * width)])
  }
  const through = (x: readonly number[], name: string, bias = true) => {
    const m = table(`${name}/weight`)
    const b = bias ? table(`${name}/bias`)[0]! : m[0]!.map(() => 0)
    return b.map((value, c) => x.reduce((total, entry, r) => total + entry * m[r]![c]!, value))
  }
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
  const H = params.hidden
  let inputs = history.map((item) => (item === 0 ? Array(params.dim).fill(0) : table('items')[item - 1]!))
  for (let layer = 0; layer < params.layers; layer++) {
    let h = Array<number>(H).fill(0)
    inputs = inputs.map((x, t) => {
      const given = through(x, `layer${layer}/input`)
      const gates = through(h, `layer${layer}/gates`, false)
      const z = h.map((_, f) => sigmoid(given[f]! + gates[f]!))
      const r = h.map((_, f) => sigmoid(given[H + f]! + gates[H + f]!))
      const reset = h.map((value, f) => value * r[f]!)
      const onC = through(reset, `layer${layer}/candidate`, false)
      const c = h.map((_, f) => Math.tanh(given[2 * H + f]! + onC[f]!))
      if (history[t] !== 0) h = h.map((value, f) => (1 - z[f]!) * value + z[f]! * c[f]!)
      return h
    })
  }
  return inputs.map((x) => through(x, 'narrow'))
}
