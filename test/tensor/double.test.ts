import assert from 'node:assert/strict'
import { compileDouble } from '../../tensor/double.ts'
import { tf } from '../../tensor/index.ts'
import type { Tensor } from '../../tensor/types.ts'

async function of(f: (x: Tensor) => Tensor, x: Float64Array, shape = [x.length]) {
  const program = await compileDouble({
    inputs: { x: { shape, dtype: 'float32' } },
    run: (inputs) => ({ y: f(inputs.x!) }),
  })
  const { y } = await program.run({ x })
  await program.dispose()
  return y!
}

describe('tensor programs in double precision', () => {
  const points = Float64Array.of(-5.5, -2, -1, -0.7, -1e-8, 0, 1e-8, 0.3, 0.999, 1, 3, 40)
  const inside = Float64Array.of(-0.99, -0.5, -1e-8, 0, 1e-3, 0.7, 0.999)
  const above = Float64Array.of(1.001, 1.5, 7, 1e4)
  const functions: [string, (x: Tensor) => Tensor, (x: number) => number, Float64Array][] = [
    ['atan', tf.atan, Math.atan, points],
    ['asin', tf.asin, Math.asin, inside],
    ['acos', tf.acos, Math.acos, inside],
    ['tan', tf.tan, Math.tan, points],
    ['sinh', tf.sinh, Math.sinh, points],
    ['cosh', tf.cosh, Math.cosh, points],
    ['asinh', tf.asinh, Math.asinh, Float64Array.of(-3, -0.5, 0, 0.5, 100)], // not made for digits near 0
    ['acosh', tf.acosh, Math.acosh, above],
    ['atanh', tf.atanh, Math.atanh, inside],
    ['softplus', tf.softplus, (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), points],
    ['elu', tf.elu, (x) => (x > 0 ? x : Math.expm1(x)), points],
    ['expm1', tf.expm1, Math.expm1, points],
    ['log1p', tf.log1p, Math.log1p, inside],
  ]
  for (const [name, f, wanted, xs] of functions)
    it(`${name} to thirteen digits`, async () => {
      const got = await of(f, xs)
      for (const [i, x] of xs.entries()) {
        const y = wanted(x)
        // a few roundings of 1.1e-16 each; x = ±1 − 1e-3 multiplies them by ten
        assert.ok(
          Math.abs(got[i]! - y) <= 1e-13 * Math.max(Math.abs(y), 1e-3),
          `${name}(${x}) = ${got[i]}, not ${y}`,
        )
      }
    })

  it('erf at the values of Abramowitz & Stegun, table 7.1, and at the ends', async () => {
    const got = await of(tf.erf, Float64Array.of(0.5, 1, 2, -1, 7, 0))
    const wanted = [0.5204998778, 0.8427007929, 0.995322265, -0.8427007929, 1, 0]
    for (const [i, y] of wanted.entries()) assert.ok(Math.abs(got[i]! - y) < 1e-10) // ten digits are printed
  })
  it('a second derivative to 1e-11: tanh″ = −2 tanh (1 − tanh²)', async () => {
    const xs = Float64Array.of(-1.3, 0.2, 0.9)
    const got = await of(
      tf.grad((x) =>
        tf
          .grad((z) => z.tanh().sum())(x)
          .sum(),
      ),
      xs,
    )
    for (const [i, x] of xs.entries()) {
      const t = Math.tanh(x)
      assert.ok(Math.abs(got[i]! + 2 * t * (1 - t * t)) < 1e-11, `${got[i]}`)
    }
  })
  it('a convolution keeps what float32 would lose', async () => {
    // 1 + 2⁻⁴⁰ under a filter of ones, less 1 for each pixel: 9 · 2⁻⁴⁰
    const x = new Float64Array(9).fill(1 + 2 ** -40)
    const f = (image: Tensor) => tf.conv2d(image as tf.Tensor4D, tf.ones([3, 3, 1, 1]), 1, 'valid').sub(9)
    assert.equal((await of(f, x, [1, 3, 3, 1]))[0], 9 * 2 ** -40)
  })
})
