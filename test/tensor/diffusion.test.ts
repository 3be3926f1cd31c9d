import assert from 'node:assert/strict'
import { rng } from '../../math/rng.ts'
import { apply, assemble } from '../../solvers/diffusion/stencil.ts'
import { diffusionOf, divergenceOf, facesOf, slopesOf, squaredOnFaces } from '../../tensor/diffusion.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { normal } from '../models/values.ts'

const SEED = 31
const sum = (x: Tensor) => x.sum().dataSync()[0]!

describe(`tensor/diffusion (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('by hand: one node, h = 1/2, cells 1 2 / 3 4', () => {
    const { first, second } = facesOf(tf.tensor([1, 2, 3, 4], [1, 2, 2]))
    assert.deepEqual(
      [first.shape, [...first.dataSync()]],
      [
        [1, 2, 1],
        [1.5, 3.5],
      ],
    )
    assert.deepEqual(
      [second.shape, [...second.dataSync()]],
      [
        [1, 1, 2],
        [2, 3],
      ],
    )
    const slopes = slopesOf(tf.tensor([5], [1, 1, 1]))
    assert.deepEqual([...slopes.first.dataSync(), ...slopes.second.dataSync()], [10, -10, 10, -10])
    assert.equal(sum(diffusionOf(tf.tensor([1, 2, 3, 4], [1, 2, 2]), tf.tensor([5], [1, 1, 1]))), 4 * 10 * 5)
  })

  it('A u is that of the solvers, in f64', () => {
    const [batch, n] = [3, 6]
    const stream = rng(SEED, 'stencil')
    const k = Float32Array.from({ length: batch * (n + 1) ** 2 }, () => Math.exp(stream.normal()))
    const u = Float32Array.from({ length: batch * n * n }, () => stream.normal())
    const matrix = assemble({ batch, n: n + 1, data: Float64Array.from(k) })
    const found = diffusionOf(tf.tensor(k, [batch, n + 1, n + 1]), tf.tensor(u, [batch, n, n])).dataSync()
    for (let b = 0; b < batch; b++) {
      const expected = new Float64Array(n * n)
      apply(matrix, Float64Array.from(u.subarray(b * n * n, (b + 1) * n * n)), expected, b)
      const scale = Math.max(...expected.map(Math.abs))
      for (const [at, value] of expected.entries())
        assert.ok(Math.abs(found[b * n * n + at]! - value) < 1e-5 * scale) // float32, some ten terms
    }
  })

  it('minus the divergence is adjoint to the slopes, and ⟨A u, u⟩ is the energy on faces', () => {
    const n = 5
    const [u, k] = [normal([1, n, n], SEED), normal([1, n + 1, n + 1], SEED + 1).exp()]
    const w = { first: normal([1, n + 1, n], SEED + 2), second: normal([1, n, n + 1], SEED + 3) }
    const slopes = slopesOf(u)
    const left = sum(slopes.first.mul(w.first)) + sum(slopes.second.mul(w.second))
    assert.ok(Math.abs(left + sum(divergenceOf(w).mul(u))) < 1e-4 * Math.abs(left)) // float32 sums of 60 terms
    const energy = squaredOnFaces(slopes, facesOf(k)).dataSync()[0]!
    assert.ok(Math.abs(sum(diffusionOf(k, u).mul(u)) - energy) < 1e-5 * energy)
  })
})
