/** What is special to unet and fno; the rest is in test/contracts/models.test.ts. */
import assert from 'node:assert/strict'
import type { Init } from '../../../contracts.ts'
import fno from '../../../models/operators/fno.ts'
import unet from '../../../models/operators/unet.ts'
import { tf } from '../../../tensor/index.ts'
import { drawn, initOf, normal } from '../values.ts'

const SEED = 41
const small = { channels: 4, levels: 3, convs: 1 }
const little = { ...fno.defaults, width: 4, layers: 2, modes: 3 }

function fields(n: number, seed = SEED) {
  return {
    k: normal([2, n + 1, n + 1], seed)
      .mul(0.5)
      .exp(),
    rhs: normal([2, n, n], seed + 1),
  }
}
function parameters(build: (init: Init) => unknown): number {
  let total = 0
  for (const { data } of drawn(build, SEED).values()) total += data.length
  return total
}

describe(`networks on fields (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  for (const n of [1, 4, 5, 6, 11])
    it(`unet and fno take n = ${n}`, () => {
      const networks = [
        (init: Init) => unet.build(small, { grid: n }, init),
        (init: Init) => fno.build(little, { grid: n }, init),
        (init: Init) => fno.build({ ...little, padding: 3 }, { grid: n }, init),
      ]
      for (const build of networks) {
        const { x } = build(initOf(drawn(build, SEED)))(fields(n), null)
        assert.deepEqual(x.shape, [2, n, n])
        assert.ok(x.dataSync().every(Number.isFinite))
      }
    })

  it('every node of the output hears every node of the input', () => {
    const n = 8
    for (const build of [
      (init: Init) => unet.build({ ...small, convs: 2 }, { grid: n }, init),
      (init: Init) => fno.build(little, { grid: n }, init),
    ]) {
      const forward = build(initOf(drawn(build, SEED)))
      const input = fields(n)
      const corner = (rhs: typeof input.rhs) =>
        forward({ ...input, rhs }, null)
          .x.slice([0, 0, 0], [1, 1, 1])
          .sum()
      const heard = tf.grad(corner)(input.rhs).abs().slice([0, 0, 0], [1, n, n]).min().dataSync()[0]!
      assert.ok(heard > 0)
    }
  })

  it('starts with solutions of the size of x, neither 30 times more nor less', () => {
    const n = 16
    for (const build of [
      (init: Init) => unet.build({ ...small, convs: 3 }, { grid: n }, init),
      (init: Init) => fno.build({ ...little, layers: 4 }, { grid: n }, init),
    ]) {
      const { x } = build(initOf(drawn(build, SEED)))(fields(n), null)
      const size = x.square().mean().sqrt().dataSync()[0]! * 15 * (n + 1)
      assert.ok(size > 1 / 30 && size < 30, `${size}`)
    }
  })

  it('fno knows where a node is, not only what it sees: coordinates reach the output', () => {
    const [n, build] = [6, (init: Init) => fno.build(little, { grid: 6 }, init)]
    const flat = { k: tf.ones([1, n + 1, n + 1]), rhs: tf.ones([1, n, n]) }
    const values = build(initOf(drawn(build, SEED)))(flat, null).x.dataSync()
    assert.ok(new Set(values).size > n) // a convolution of constants alone would be constant
  })

  it('has the weights of its sizes', () => {
    const conv = (i: number, o: number) => 9 * i * o + o
    const body = [1, 2, 4].reduce(
      (sum, w, l) => sum + conv(l === 0 ? 32 : 16 * w, 32 * w) + 2 * conv(32 * w, 32 * w),
      0,
    )
    const up = [1, 2].reduce((sum, w) => {
      const grow = 4 * 64 * w * 32 * w + 32 * w
      return sum + grow + conv(64 * w, 32 * w) + 2 * conv(32 * w, 32 * w)
    }, 0)
    const enterAndLeave = conv(2, 32) + conv(32, 1)
    assert.equal(
      parameters((init) => unet.build(unet.defaults, { grid: 32 }, init)),
      enterAndLeave + body + up,
    )

    const block = 23 * 12 * 2 * 32 * 32 + 32 * 32 + 32 // modes × complex matrix, then the pointwise one
    const ends = 4 * 32 + 32 + (32 * 64 + 64) + (64 + 1)
    assert.equal(
      parameters((init) => fno.build(fno.defaults, { grid: 32 }, init)),
      ends + 4 * block,
    )
  })
})
