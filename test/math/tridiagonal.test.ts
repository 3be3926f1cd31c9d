import assert from 'node:assert/strict'
import { symmetricEigen } from '../../math/dense.ts'
import { rng } from '../../math/rng.ts'
import { extremes } from '../../math/tridiagonal.ts'

const SEED = 68

describe(`math/tridiagonal (seed ${SEED})`, () => {
  it('knows 2 − 2 cos of the second difference, and a single number', () => {
    for (const n of [2, 3, 10, 50]) {
      const found = extremes(new Array(n).fill(2), new Array(n - 1).fill(-1))
      const mode = (k: number) => 2 - 2 * Math.cos((Math.PI * k) / (n + 1))
      for (const [i, expected] of [mode(1), mode(n)].entries())
        assert.ok(Math.abs(found[i]! - expected) < 1e-11, `n ${n}: ${found[i]}, ${expected}`) // 1e-12 of 4
    }
    assert.deepEqual(extremes([3], []), [3, 3])
  })

  it('agrees with rotations', () => {
    const { normal } = rng(SEED, 'matrix')
    for (let n = 2; n < 12; n++) {
      const [d, e] = [Array.from({ length: n }, normal), Array.from({ length: n - 1 }, normal)]
      const dense = new Float64Array(n * n)
      for (let i = 0; i < n; i++) dense[i * n + i] = d[i]!
      for (let i = 0; i + 1 < n; i++) dense[i * n + i + 1] = dense[(i + 1) * n + i] = e[i]!
      const { values } = symmetricEigen(dense, n)
      const [least, most] = extremes(d, e)
      assert.ok(Math.abs(most - values[0]!) < 1e-10 && Math.abs(least - values[n - 1]!) < 1e-10)
    }
  })
})
