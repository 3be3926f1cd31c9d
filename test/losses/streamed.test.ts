/** Tile by tile is all at once: values and gradients, whatever the tile. */
import assert from 'node:assert/strict'
import cce from '../../losses/recommenders/cce.ts'
import cceSampled from '../../losses/recommenders/cce-sampled.ts'
import ce from '../../losses/recommenders/ce.ts'
import { streamedLogSumExp, streamedLogSumExpOf } from '../../losses/streamed.ts'
import { rng } from '../../math/rng.ts'
import { logSumExp, type Tensor, tf } from '../../tensor/index.ts'
import { golden } from './recommenders/reference.ts'
import * as plain from './recommenders/sampled-reference.ts'
import { F32, negativesAre, numberOf, output, worked } from './recommenders/worked.ts'

const SEED = 4
const { X, W, y } = golden

/** Largest difference over the largest entry: sums of float32 in another order. */
function apart(found: Tensor, right: Tensor): number {
  return numberOf(found.sub(right).abs().max().div(right.abs().max()))
}
const normal = (name: string, shape: [number, number], scale: number) => {
  const stream = rng(SEED, name)
  return tf.tensor(
    Float32Array.from({ length: shape[0] * shape[1] }, () => scale * stream.normal()),
    shape,
  )
}

describe(`streamed log-sum-exp (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  for (const tile of [1, 3, 7, 23, 24, 1000])
    it(`over the catalog, ${tile} of 23 items at a time`, () => {
      const [states, catalog, weight] = [
        normal('x', [9, 5], 2),
        normal('w', [23, 5], 2),
        normal('dy', [9, 1], 1),
      ]
      const through = (of: (x: Tensor, w: Tensor) => Tensor) =>
        tf.grads((x, w) => of(x!, w!).mul(weight.flatten()).sum())([states, catalog])
      const whole = (x: Tensor, w: Tensor) => logSumExp(tf.matMul(x, w, false, true))
      const streamed = (x: Tensor, w: Tensor) => streamedLogSumExp(x, w, tile)
      assert.ok(apart(streamed(states, catalog), whole(states, catalog)) < 1e-6)
      const [found, right] = [through(streamed), through(whole)]
      for (const n of [0, 1]) assert.ok(apart(found[n]!, right[n]!) < 1e-5, `gradient ${n}`)
    })

  for (const tile of [1, 2, 5])
    it(`over drawn items, ${tile} of 5 at a time, some masked`, () => {
      const [states, catalog] = [normal('x', [6, 4], 2), normal('w', [8, 4], 2)]
      const items = tf.tensor(
        Array.from({ length: 30 }, (_, n) => (n * 5) % 8),
        [6, 5],
        'int32',
      )
      const bias = tf.tensor(
        Array.from({ length: 30 }, (_, n) => (n % 7 === 0 ? -1e30 : 0)),
        [6, 5],
      )
      const whole = (x: Tensor, w: Tensor) =>
        logSumExp(tf.gather(w, items).mul(x.expandDims(1)).sum(-1).add(bias))
      const streamed = (x: Tensor, w: Tensor) => streamedLogSumExpOf(x, w, { items, bias }, tile)
      const through = (of: (x: Tensor, w: Tensor) => Tensor) =>
        tf.grads((x, w) => of(x!, w!).square().sum())([states, catalog])
      assert.ok(apart(streamed(states, catalog), whole(states, catalog)) < 1e-6)
      const [found, right] = [through(streamed), through(whole)]
      for (const n of [0, 1]) assert.ok(apart(found[n]!, right[n]!) < 1e-5, `gradient ${n}`)
    })

  it('cce is ce, in value and gradient', () => {
    const at = worked()
    const value = numberOf(cce.value(output(), at, { tile: 4 }, assert.fail))
    assert.ok(Math.abs(value - 2.754866) < F32, `${value}`)
    const grads = (of: (o: ReturnType<typeof output>) => Tensor) =>
      tf.grads((states, catalog) => of({ states: states as never, catalog: catalog as never }))([
        output().states,
        output().catalog,
      ])
    const found = grads((o) => cce.value(o, at, { tile: 4 }, assert.fail))
    const right = grads((o) => ce.value(o, at, {}, assert.fail))
    for (const n of [0, 1]) assert.ok(apart(found[n]!, right[n]!) < 1e-5, `gradient ${n}`)
  })

  it('cce-sampled ignores a negative that is the next item, and counts equals twice', () => {
    const rows = [3, 1, 1, 0, 4, 6, 2, 7, 8, 9, 9, 9, 5, 5, 2, 0, 1, 5] // three for each position
    const kept = plain.logitsOf(X, W, y, (i) => rows.slice(3 * i, 3 * i + 3).filter((row) => row !== y[i]))
    const right = plain.average(y.map((_, i) => plain.softmaxLoss(kept(i))))
    const params = { negatives: 3, tile: 2 }
    const found = numberOf(cceSampled.value(output(), worked(), params, negativesAre(rows, [6, 3])))
    assert.ok(Math.abs(found - right) < F32, `${found}, expected ${right}`)
  })
})
