import assert from 'node:assert/strict'
import type { Init } from '../../../contracts.ts'
import { convnext } from '../../../models/layers/convnext.ts'
import { windowAttention } from '../../../models/layers/window-attention.ts'
import { type Tensor, tf } from '../../../tensor/index.ts'
import { apart, drawn, initOf, normal, shaken } from '../values.ts'

const SEED = 37
const [SIDE, WINDOW, C] = [6, 2, 4]

describe(`window attention and ConvNeXt (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  const layer = (shifted: boolean) => {
    const build = (init: Init) => windowAttention(init, 'a', { width: C, heads: 2, window: WINDOW, shifted })
    return build(initOf(shaken(drawn(build, SEED), SEED)))
  }
  /** Which places of the input the output at (i, j) hears: their gradients are not 0. */
  const heard = (attend: (x: Tensor) => Tensor, i: number, j: number) => {
    const at = (x: Tensor) => attend(x).slice([0, i, j, 0], [1, 1, 1, C]).square().sum()
    const gradient = tf
      .grad(at)(normal([1, SIDE, SIDE, C], SEED))
      .abs()
      .sum(-1)
      .dataSync()
    return [...gradient].flatMap((value, place) =>
      value > 0 ? [`${Math.floor(place / SIDE)},${place % SIDE}`] : [],
    )
  }

  it('a place hears its window and nothing else', () => {
    assert.deepEqual(heard(layer(false), 2, 3), ['2,2', '2,3', '3,2', '3,3'])
  })

  it('shifted by half a window it hears across the seam, and never round the edge', () => {
    assert.deepEqual(heard(layer(true), 2, 3), ['1,3', '1,4', '2,3', '2,4'])
    assert.deepEqual(heard(layer(true), 0, 0), ['0,0'])
    assert.deepEqual(heard(layer(true), 5, 1), ['5,1', '5,2'])
  })

  it('equal places give equal answers, whatever the positions weigh: a mean of equal values', () => {
    const row = tf.tensor([0.5, -1, 2, 0.25], [1, 1, 1, C])
    const y = layer(false)(row.tile([1, SIDE, SIDE, 1]))
    const first = y.slice([0, 0, 0, 0], [1, 1, 1, C]).tile([1, SIDE, SIDE, 1])
    assert.ok(apart(y.dataSync(), first.dataSync()) < 1e-5)
  })

  it('ConvNeXt starts as the identity and hears 7 × 7 places, each channel its own before the norm', () => {
    const build = (init: Init) => convnext(init, 'c', C)
    const x = normal([1, 9, 9, C], SEED)
    assert.deepEqual([...build(initOf(drawn(build, SEED)))(x).dataSync()], [...x.dataSync()])
    const used = build(initOf(shaken(drawn(build, SEED), SEED)))
    const middle = (v: Tensor) => used(v).slice([0, 4, 4, 0], [1, 1, 1, C]).square().sum()
    const gradient = tf.grad(middle)(x).abs().sum(-1).dataSync()
    const places = [...gradient].flatMap((value, at) => (value > 0 ? [at] : []))
    assert.equal(places.length, 49)
    assert.ok(places.every((at) => Math.abs(Math.floor(at / 9) - 4) <= 3 && Math.abs((at % 9) - 4) <= 3))
  })
})
