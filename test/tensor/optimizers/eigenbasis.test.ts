import assert from 'node:assert/strict'
import { rng } from '../../../math/rng.ts'
import { eigenvectors, powerStep } from '../../../tensor/optimizers/eigenbasis.ts'

const entry = (A: Float64Array, B: Float64Array, n: number, i: number, j: number) => {
  let total = 0
  for (let k = 0; k < n; k++) total += A[i * n + k]! * B[k * n + j]!
  return total
}
const product = (A: Float64Array, B: Float64Array, n: number) =>
  Float64Array.from({ length: n * n }, (_, at) => entry(A, B, n, Math.floor(at / n), at % n))
const flip = (A: Float64Array, n: number) =>
  Float64Array.from({ length: n * n }, (_, at) => A[(at % n) * n + Math.floor(at / n)]!)
const furthest = (A: Float64Array, B: Float64Array) => Math.max(...A.map((x, i) => Math.abs(x - B[i]!)))
const identity = (n: number) => Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0))

/** S Sᵀ of n × r random numbers. */
function gram(n: number, rank: number): Float64Array {
  const draw = rng(7, 'gram', n, rank)
  const S = Array.from({ length: n }, () => Array.from({ length: rank }, () => draw.normal()))
  return Float64Array.from({ length: n * n }, (_, at) =>
    S[Math.floor(at / n)]!.reduce((total, x, k) => total + x * S[at % n]![k]!, 0),
  )
}

describe('tensor/optimizers/eigenbasis', () => {
  it('finds the vectors of [[2, 1], [1, 2]]: (1, 1) with 3, (1, −1) with 1', () => {
    const Q = eigenvectors(Float64Array.of(2, 1, 1, 2), 2)
    // f64, one rotation
    for (const x of Q) assert.ok(Math.abs(Math.abs(x) - Math.SQRT1_2) < 1e-15)
    assert.ok(Q[0]! * Q[2]! > 0 && Q[1]! * Q[3]! < 0, `${Q}`)
  })

  for (const [n, rank] of [
    [7, 7],
    [12, 3],
    [5, 0],
  ] as const) {
    it(`Qᵀ Q = 1 and Qᵀ P Q is diagonal, largest first: n = ${n}, rank ${rank}`, () => {
      const P = gram(n, rank)
      const Q = eigenvectors(P, n)
      // f64 and n rotations a column: 1e-13 of the largest eigenvalue, which is below 100
      assert.ok(furthest(product(flip(Q, n), Q, n), identity(n)) < 1e-12)
      const D = product(product(flip(Q, n), P, n), Q, n)
      for (let at = 0; at < n * n; at++) if (at % (n + 1) !== 0) assert.ok(Math.abs(D[at]!) < 1e-9)
      for (let i = 1; i < n; i++) assert.ok(D[i * n + i]! <= D[(i - 1) * n + i - 1]! + 1e-9)
    })

    it(`a power step keeps a whole basis, and leaves eigenvectors where they are: n = ${n}, rank ${rank}`, () => {
      const P = gram(n, rank)
      const Q = powerStep(P, identity(n), n)
      assert.ok(furthest(product(flip(Q, n), Q, n), identity(n)) < 1e-12)
      if (rank < n) return // the vectors of a zero eigenvalue may be any
      const E = eigenvectors(P, n)
      // Up to the gap between neighboring eigenvalues, 1e-3 of the largest here.
      assert.ok(furthest(powerStep(P, E, n), E) < 1e-9)
    })
  }
})
