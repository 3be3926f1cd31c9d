/** What is special to unet and fno; the rest is in test/contracts/models.test.ts. */
import assert from 'node:assert/strict'
import type { Init } from '../../../contracts.ts'
import fno from '../../../models/operators/fno.ts'
import unet from '../../../models/operators/unet.ts'
import { tf } from '../../../tensor/index.ts'
import { drawn, fieldFactsOf, initOf, normal } from '../values.ts'

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
describe(`networks on fields (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  for (const n of [1, 4, 5, 6, 11])
    it(`unet and fno take n = ${n}`, () => {
      const networks = [
        (init: Init) => unet.build(small, fieldFactsOf(n), init),
        (init: Init) => fno.build(little, fieldFactsOf(n), init),
        (init: Init) => fno.build({ ...little, padding: 3 }, fieldFactsOf(n), init),
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
      (init: Init) => unet.build({ ...small, convs: 2 }, fieldFactsOf(n), init),
      (init: Init) => fno.build(little, fieldFactsOf(n), init),
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

  it('starts with solutions of order one, neither 30 times more nor less', () => {
    const n = 16
    for (const build of [
      (init: Init) => unet.build({ ...small, convs: 3 }, fieldFactsOf(n), init),
      (init: Init) => fno.build({ ...little, layers: 4 }, fieldFactsOf(n), init),
    ]) {
      const { x } = build(initOf(drawn(build, SEED)))(fields(n), null)
      const size = x.square().mean().sqrt().dataSync()[0]!
      assert.ok(size > 1 / 30 && size < 30, `${size}`)
    }
  })

  it('fno knows where a node is, not only what it sees: coordinates reach the output', () => {
    const [n, build] = [6, (init: Init) => fno.build(little, fieldFactsOf(6), init)]
    const flat = { k: tf.ones([1, n + 1, n + 1]), rhs: tf.ones([1, n, n]) }
    const values = build(initOf(drawn(build, SEED)))(flat, null).x.dataSync()
    assert.ok(new Set(values).size > n) // a convolution of constants alone would be constant
  })
})
