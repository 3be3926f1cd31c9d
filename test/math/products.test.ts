import assert from 'node:assert/strict'
import { addProduct, addTransposedProduct, transposed } from '../../math/products.ts'
import { rng } from '../../math/rng.ts'

describe('math/products (seed 3)', () => {
  for (const [rows, d] of [
    [1, 1],
    [3, 2],
    [5, 4],
    [9, 7],
    [8, 8],
  ] as const)
    it(`${rows} rows of ${d}: the plain sums, added to what is there`, () => {
      const random = rng(3, rows, d)
      const draw = (length: number) => Float64Array.from({ length }, () => random.normal())
      const [x, y, w] = [draw(rows * d), draw(rows * d), draw(d * d)]
      const [to, square] = [draw(rows * d), draw(d * d)]
      const sum = (count: number, term: (n: number) => number) =>
        Array.from({ length: count }, (_, n) => term(n)).reduce((total, value) => total + value, 0)
      const right = to.map(
        (old, n) => old + sum(d, (k) => x[Math.floor(n / d) * d + k]! * w[k * d + (n % d)]!),
      )
      const rightSquare = square.map(
        (old, n) => old + sum(rows, (r) => x[r * d + Math.floor(n / d)]! * y[r * d + (n % d)]!),
      )
      addProduct(x, w, to, d)
      addTransposedProduct(x, y, square, d)
      // at most nine products of order one, summed in another order
      for (const [n, value] of right.entries()) assert.ok(Math.abs(to[n]! - value) < 1e-13)
      for (const [n, value] of rightSquare.entries()) assert.ok(Math.abs(square[n]! - value) < 1e-13)
      assert.deepEqual([...transposed(transposed(w, d), d)], [...w])
      assert.equal(transposed(w, d)[d - 1], w[(d - 1) * d])
    })
})
