import assert from 'node:assert/strict'
import { trace } from '../../../tensor/backend.ts'
import { liveNodes } from '../../../tensor/graph.ts'
import { tf } from '../../../tensor/index.ts'
import { biasedSums } from '../../../tensor/lower/bias.ts'
import type { Tensor } from '../../../tensor/types.ts'
import { onBoth } from '../on-both.ts'

describe('tensor lowering: one number a column', () => {
  const bias = (x: Tensor, f: (x: Tensor) => Tensor, b: Tensor) => f(x).add(b)
  const shapes = { x: [2, 5, 5, 3], f: [3, 3, 3, 4], b: [4], m: [3, 4], many: [2, 1, 3, 4] }
  const conv = (f: Tensor) => (x: Tensor) => tf.conv2d(x as Tensor4D, f as Tensor4D, 1, 'same')
  type Tensor4D = Parameters<typeof tf.conv2d>[1]
  const rows = (x: Tensor) => x.reshape([-1, 3])
  const cases: [string, (...xs: Tensor[]) => Tensor | Tensor[], number][] = [
    ['after a convolution', (x, f, b) => bias(x!, conv(f!), b!), 1],
    ['before it in the sum', (x, f, b) => b!.add(conv(f!)(x!)), 1],
    ['after a product', (x, _f, b, m) => bias(x!, (z) => rows(z).matMul(m!), b!), 1],
    ['as [1, 1, 1, C]', (x, f, b) => bias(x!, conv(f!), b!.reshape([1, 1, 1, 4])), 1],
    [
      'not where the product is needed too',
      (x, _f, b, m) => {
        const y = rows(x!).matMul(m!)
        return [y, y.add(b!)]
      },
      0,
    ],
    [
      'after several products, where it stays a sum',
      (x, _f, b, _m, many) => x!.matMul(many!.tile([1, 5, 1, 1])).add(b!),
      1,
    ],
    [
      'not where it is no row',
      (x, f, b) =>
        conv(f!)(x!).add(
          b!.reshape([1, 1, 4, 1]).pad([
            [0, 0],
            [0, 0],
            [0, 1],
            [0, 0],
          ]),
        ),
      0,
    ],
  ]
  for (const [name, f, wanted] of cases)
    it(name, async () => {
      const graph = trace((give) => {
        const xs = Object.entries(shapes).map(([name, shape]) => give(name, { shape, dtype: 'float32' }))
        return Object.fromEntries([f(...xs)].flat().map((y, i) => [`y${i}`, y]))
      })
      const sums = biasedSums(liveNodes(graph.outputs.values()), graph.outputs)
      assert.equal(sums.size, wanted)
      const [compiled, eager] = await onBoth(shapes, f)
      // Sums of 27 products of size one in another order: a few float32 roundings.
      for (const [i, x] of compiled.entries()) assert.ok(Math.abs(x - eager[i]!) < 1e-5, `${x}, ${eager[i]}`)
    })
})
