import assert from 'node:assert/strict'
import { coordinates, cropTo, featuresOf, padTo, solutionOf } from '../../../models/layers/fields.ts'
import { tf } from '../../../tensor/index.ts'
import { apart, normal } from '../values.ts'

describe('fields as networks see them', () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('averages log k over the four cells around a node', () => {
    const logs = [1, 2, 4, 8, 16, 32, 64, 128, 256].map((v) => v / 64)
    const k = tf.tensor(logs.map(Math.exp), [1, 3, 3])
    const rhs = tf.tensor([5, 6, 7, 8], [1, 2, 2])
    const features = featuresOf({ k, rhs })
    assert.deepEqual(features.shape, [1, 2, 2, 2])
    const means = [1 + 2 + 8 + 16, 2 + 4 + 16 + 32, 8 + 16 + 64 + 128, 16 + 32 + 128 + 256].map(
      (v) => v / 256,
    )
    // log of a float32 exp: 1e-7 relative
    assert.ok(
      apart(
        features.dataSync(),
        means.flatMap((mean, i) => [mean, 5 + i]),
      ) < 1e-6,
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

  it('h / 15 is the size of x for k = 1 and white noise on every grid, within a tenth', () => {
    for (const n of [16, 32, 64, 128]) {
      // the sine transform diagonalizes the matrix: λ_ij = 4 (n+1)² (sin² (iπh/2) + sin² (jπh/2))
      const s = Array.from({ length: n }, (_, i) => Math.sin(((i + 1) * Math.PI) / (2 * (n + 1))) ** 2)
      let sum = 0
      for (const a of s) for (const b of s) sum += (4 * (n + 1) ** 2 * (a + b)) ** -2
      const rms = Math.sqrt(sum) / n
      const said = solutionOf(tf.ones([1, n, n, 1])).dataSync()[0]!
      assert.ok(Math.abs(said / rms - 1) < 0.1, `n = ${n}: rms ${rms}, scale ${said}`)
    }
  })
})
