import assert from 'node:assert/strict'
import { solvePositive, symmetricEigen } from '../../math/dense.ts'
import { rng } from '../../math/rng.ts'

const seed = Date.now() % 2 ** 31

/** B Bᵀ + n 1: symmetric, eigenvalues from n up. */
function positive(n: number, name: string): Float64Array {
  const random = rng(seed, name)
  const b = Float64Array.from({ length: n * n }, () => random.normal())
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    let value = i === j ? n : 0
    for (let k = 0; k < n; k++) value += b[i * n + k]! * b[j * n + k]!
    return value
  })
}
const times = (a: Float64Array, x: Float64Array) =>
  x.map((_, i) => x.reduce((total, value, j) => total + a[i * x.length + j]! * value, 0))

describe(`dense matrices (seed ${seed})`, () => {
  it('solves 2 × 2 as on paper', () => {
    const x = Float64Array.of(8, 7) // [4 2; 2 3] x = [8; 7] → x = [5/4, 3/2]
    assert.ok(solvePositive(Float64Array.of(4, Number.NaN, 2, 3), x)) // above the diagonal nothing is read
    assert.ok(Math.abs(x[0]! - 1.25) < 1e-15 && Math.abs(x[1]! - 1.5) < 1e-15)
  })

  for (const n of [1, 2, 7, 40])
    it(`solves ${n} × ${n} to the rounding of its condition`, () => {
      const a = positive(n, `solve${n}`)
      const b = Float64Array.from({ length: n }, (_, i) => Math.sin(i + 1))
      const x = b.slice()
      assert.ok(solvePositive(a.slice(), x))
      const back = times(a, x)
      for (const [i, value] of back.entries()) assert.ok(Math.abs(value - b[i]!) < 1e-13 * n) // condition below 10
    })

  it('says where a matrix is not positive definite', () => {
    assert.equal(solvePositive(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1)), false)
    assert.equal(solvePositive(Float64Array.of(Number.NaN), Float64Array.of(1)), false)
  })

  it('finds the eigenvectors of 2 × 2 as on paper, largest value first', () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2)
    assert.ok(Math.abs(values[0]! - 3) < 1e-15 && Math.abs(values[1]! - 1) < 1e-15)
    assert.ok(Math.abs(Math.abs(vectors[0]!) - Math.SQRT1_2) < 1e-15)
    assert.ok(Math.abs(vectors[0]! - vectors[2]!) < 1e-15 && Math.abs(vectors[1]! + vectors[3]!) < 1e-15)
  })

  for (const n of [1, 3, 30])
    it(`A v = λ v and Vᵀ V = 1 for ${n} × ${n}`, () => {
      const a = positive(n, `eigen${n}`)
      const { values, vectors } = symmetricEigen(a, n)
      const column = (m: number) => Float64Array.from({ length: n }, (_, i) => vectors[i * n + m]!)
      for (let m = 0; m < n; m++) {
        const image = times(a, column(m))
        for (let i = 0; i < n; i++)
          assert.ok(Math.abs(image[i]! - values[m]! * column(m)[i]!) < 1e-13 * values[0]!)
        if (m > 0) assert.ok(values[m]! <= values[m - 1]!)
        for (let other = 0; other <= m; other++) {
          const product = column(m).reduce((total, value, i) => total + value * column(other)[i]!, 0)
          assert.ok(Math.abs(product - (m === other ? 1 : 0)) < 1e-13)
        }
      }
    })

  it('takes a matrix of rank 3 of 12: nine eigenvalues are zero to rounding', () => {
    const random = rng(seed, 'rank')
    const b = Float64Array.from({ length: 36 }, () => random.normal()) // 12 × 3
    const gram = (i: number, j: number) =>
      [0, 1, 2].reduce((sum, k) => sum + b[i * 3 + k]! * b[j * 3 + k]!, 0)
    const { values } = symmetricEigen(
      Float64Array.from({ length: 144 }, (_, at) => gram(Math.floor(at / 12), at % 12)),
      12,
    )
    assert.ok(values[2]! > 0)
    for (const value of values.subarray(3)) assert.ok(Math.abs(value) < 1e-13 * values[0]!)
  })

  it('takes a matrix of zeros and equal eigenvalues', () => {
    assert.deepEqual([...symmetricEigen(new Float64Array(4), 2).values], [0, 0])
    assert.deepEqual([...symmetricEigen(Float64Array.of(1, 0, 0, 1), 2).values], [1, 1])
  })
})
