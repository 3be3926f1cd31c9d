import assert from 'node:assert/strict'
import { gelu, silu, tf } from '../../../tensor/index.ts'
import type { Tensor } from '../../../tensor/types.ts'

const near = (got: number, wanted: number) =>
  assert.ok(Math.abs(got - wanted) < 1e-6, `${got}, not ${wanted}`) // float32

describe('tensor ops gelu and silu', () => {
  const at = (f: (x: Tensor) => Tensor, x: number) => f(tf.scalar(x)).dataSync()[0]!

  it('gelu(1) = Φ(1) = 0.8413447, gelu(−1) = Φ(1) − 1', () => {
    near(at(gelu, 1), 0.8413447)
    near(at(gelu, -1), -0.1586553)
    near(at(gelu, 0), 0)
  })
  it('silu(1) = 1 / (1 + 1/e)', () => near(at(silu, 1), 1 / (1 + Math.exp(-1))))
  it('gelu″(x) = φ(x) (2 − x²)', () => {
    // of Φ + x φ with φ′ = −x φ
    const second = tf.grad(tf.grad((x) => gelu(x)))
    for (const x of [-1.5, 0, 0.7])
      near(at(second, x), (Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI)) * (2 - x ** 2))
  })
})
