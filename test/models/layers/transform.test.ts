import assert from 'node:assert/strict'
import { spectralLine } from '../../../models/layers/spectral-line.ts'
import { cosineTransform, realFourier, transformAxes } from '../../../models/layers/transform.ts'
import { tf } from '../../../tensor/index.ts'
import { apart, drawn, initOf, normal } from '../values.ts'

const SEED = 23
const identity = (m: number) => tf.eye(m).dataSync()

describe(`transforms of layers (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('real Fourier by hand, 4 points and 3 modes: 1, then sine and cosine of one turn', () => {
    const { analysis, synthesis } = realFourier(4, 3)
    // three modes: one cosine (f = 0) and the sines of f = 1 and 2, the second of which vanishes on 4 points
    assert.ok(apart(synthesis.dataSync(), [1, 0, 0, 1, 1, 0, 1, 0, 0, 1, -1, 0]) < 1e-6)
    assert.ok(
      apart(
        analysis.dataSync(),
        [1, 1, 1, 1, 0, 2, 0, -2, 0, 0, 0, 0].map((v) => v / 4),
      ) < 1e-6,
    )
  })

  it('real Fourier: analysis undoes synthesis where no frequency reaches n / 2', () => {
    for (const [n, modes] of [
      [64, 20],
      [32, 20],
      [7, 6],
    ] as const) {
      const { analysis, synthesis } = realFourier(n, modes)
      assert.ok(apart(tf.matMul(analysis, synthesis).dataSync(), identity(modes)) < 1e-5) // float32 sums of 64
    }
  })

  it('the cosine transform has orthonormal rows, the first of them constant', () => {
    for (const [n, m] of [
      [8, 8],
      [16, 5],
    ] as const) {
      const dct = cosineTransform(n, m)
      assert.ok(apart(tf.matMul(dct, dct, false, true).dataSync(), identity(m)) < 1e-6)
      assert.ok(apart(dct.slice([0, 0], [1, n]).dataSync(), Array(n).fill(1 / Math.sqrt(n))) < 1e-7)
    }
    assert.deepEqual(cosineTransform(4, 9).shape, [4, 4])
  })

  it('transforms both axes: T x Tᵀ, channel by channel', () => {
    const matrix = tf.tensor([1, 0, 2, 0, 1, 0], [2, 3])
    const x = tf.tensor([1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 3, 3, 1])
    // T x has rows (15, 18, 21), (4, 5, 6); times Tᵀ: (15 + 42, 18), (4 + 12, 5)
    assert.deepEqual([...transformAxes(matrix, x).dataSync()], [57, 18, 16, 5])
  })

  it('a spectral line with all modes and R = 1 is the identity, on either axis', () => {
    for (const n of [6, 7])
      for (const axis of [1, 2] as const) {
        const C = 2
        const build = (init: Parameters<typeof spectralLine>[0]) =>
          spectralLine(init, 'line', axis, { channels: C, grid: n, modes: n })
        const weights = drawn(build, SEED)
        const { data } = weights.get('line/mixing')!
        data.fill(0)
        for (let mode = 0; mode < data.length / (2 * C * C); mode++)
          for (let c = 0; c < C; c++) data[(mode * 2 * C + c) * C + c] = 1 // Re R = 1
        const x = normal([2, n, n, C], SEED)
        assert.ok(apart(build(initOf(weights))(x).dataSync(), x.dataSync()) < 1e-5)
      }
  })

  it('a spectral line shifts: R = e^{−2πi k/n} moves every value one place on', () => {
    const n = 5
    const build = (init: Parameters<typeof spectralLine>[0]) =>
      spectralLine(init, 'line', 1, { channels: 1, grid: n, modes: n })
    const weights = drawn(build, SEED)
    const { data } = weights.get('line/mixing')!
    for (let k = 0; k < 3; k++) {
      data[2 * k] = Math.cos((2 * Math.PI * k) / n)
      data[2 * k + 1] = -Math.sin((2 * Math.PI * k) / n)
    }
    const x = normal([1, n, n, 1], SEED)
    const expected = tf.concat(
      [x.slice([0, n - 1, 0, 0], [1, 1, n, 1]), x.slice([0, 0, 0, 0], [1, n - 1, n, 1])],
      1,
    )
    assert.ok(apart(build(initOf(weights))(x).dataSync(), expected.dataSync()) < 1e-5)
  })
})
