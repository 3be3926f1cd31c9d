/** l2, h1, energy, residual and majorant: cases by hand, and the inequality that a majorant is for. */
import assert from 'node:assert/strict'
import type { Loss, Operators } from '../../../contracts.ts'
import energy from '../../../losses/operators/energy.ts'
import h1 from '../../../losses/operators/h1.ts'
import l2 from '../../../losses/operators/l2.ts'
import majorant from '../../../losses/operators/majorant.ts'
import residual from '../../../losses/operators/residual.ts'
import { diffusionOf, facesOf, slopesOf, squaredOnFaces, type Tensor, tf } from '../../../tensor/index.ts'
import { normal } from '../../models/values.ts'

const SEED = 17
const noNoise = () => assert.fail('asks for no noise')
interface Case {
  k: Tensor
  rhs: Tensor
  target: Tensor
}
const lossOf = (loss: Loss<Operators>, output: Operators['output'], { k, rhs, target }: Case) =>
  loss.value(output, { input: { k, rhs }, target }, {}, noNoise).dataSync()[0]!
const near = (found: number, right: number, relative = 1e-6) =>
  assert.ok(Math.abs(found - right) <= relative * Math.abs(right), `${found}, expected ${right}`)

describe(`losses on fields (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  /** One node, h = 1/2, cells 1 2 / 3 4: A = 4 · 10 = 40; rhs 80, x = 2. */
  const one = (): Case => ({
    k: tf.tensor([1, 2, 3, 4], [1, 2, 2]),
    rhs: tf.tensor([80], [1, 1, 1]),
    target: tf.tensor([2], [1, 1, 1]),
  })
  const said = (x: number) => ({ x: tf.tensor([x], [1, 1, 1]) })

  it('l2 by hand: errors of norm 5 and 2 give 3.5', () => {
    const target = tf.tensor([0, 0, 6, 8, 2, 2, 2, 2], [2, 2, 2])
    const x = tf.tensor([0, 0, 9, 12, 3, 1, 3, 1], [2, 2, 2])
    near(lossOf(l2, { x }, { k: tf.ones([2, 3, 3]), rhs: tf.ones([2, 2, 2]), target }), 3.5)
  })

  it('h1 by hand: error (1, 0; 0, 0) of truth (1, 1; 1, 1) is √(37/76)', () => {
    // values 1 and 4; slopes 9 × (2 walls + 2 inner) = 36 and 9 × 8 walls = 72
    const target = tf.ones([1, 2, 2])
    const x = tf.tensor([2, 1, 1, 1], [1, 2, 2])
    near(lossOf(h1, { x }, { k: tf.ones([1, 3, 3]), rhs: tf.ones([1, 2, 2]), target }), Math.sqrt(37 / 76))
  })

  it('energy by hand: h² (½ 40 x² − 80 x), least at x = 2', () => {
    near(lossOf(energy, said(3), one()), (180 - 240) / 4)
    near(lossOf(energy, said(2), one()), (80 - 160) / 4)
  })

  it('energy is the energy error up to a constant: J(x̂) − J(x) = ½ h² ‖x̂ − x‖²_A', () => {
    const row = problem(5)
    const x = row.target.add(normal([2, 5, 5], SEED + 9))
    const error =
      squaredOnFaces(slopesOf(x.sub(row.target)), facesOf(row.k))
        .mean()
        .dataSync()[0]! /
      2 /
      36
    near(lossOf(energy, { x }, row) - lossOf(energy, { x: row.target }, row), error, 1e-4) // a difference of float32 sums
  })

  it('residual by hand: x̂ = 3 misses 80 by 40', () => near(lossOf(residual, said(3), one()), 0.5))

  it('majorant by hand on one node', () => {
    // C = 1/√λ, λ = 1 · 8 · 4 sin²(π/4) = 16. Flux 0: C · 80 + ‖t^½ ∇x̂‖ = 20 + √40 · |x̂|; h = 1/2
    const flux = tf.zeros([1, 1, 1, 4])
    near(lossOf(majorant, { ...said(3), flux }, one()), (20 + 3 * Math.sqrt(40)) / 2)
    // w = t ∇x of x = 2: slopes 4, −4 on faces west 2, east 3, south 1.5, north 3.5
    const exact = tf.tensor([8, -12, 6, -14], [1, 1, 1, 4])
    near(lossOf(majorant, { ...said(3), flux: exact }, one()), Math.sqrt(40) / 2)
    assert.ok(lossOf(majorant, { ...said(2), flux: exact }, one()) < 1e-6)
  })

  it('majorant bounds the energy error of any x̂ by any flux, and by the exact flux equals it', () => {
    for (const n of [1, 2, 5]) {
      const row = problem(n)
      for (const size of [0, 0.1, 1, 10]) {
        const x = row.target.add(normal([2, n, n], SEED + size).mul(size))
        const flux = normal([2, n, n, 4], SEED + 1).mul(size)
        const errors = squaredOnFaces(slopesOf(x.sub(row.target)), facesOf(row.k)).sqrt()
        const error = errors.mean().dataSync()[0]! / (n + 1)
        assert.ok(lossOf(majorant, { x, flux }, row) >= error * (1 - 1e-5), `n = ${n}, size ${size}`)
        const tight = lossOf(majorant, { x, flux: exactFlux(row, n) }, row)
        assert.ok(tight <= error + 1e-4 * Math.max(1, error), `n = ${n}, size ${size}: ${tight} and ${error}`)
      }
    }
  })

  it('majorant says which output is missing', () => {
    assert.throws(() => lossOf(majorant, said(1), one()), /needs the output flux \[B, n, n, 4\]/)
  })
})

/** Two rows whose right-hand side is A x of a chosen x, so that the truth is known. */
function problem(n: number): Case {
  const k = normal([2, n + 1, n + 1], SEED)
    .mul(0.7)
    .exp()
  const target = normal([2, n, n], SEED + 2)
  return { k, target, rhs: diffusionOf(k, target) }
}

/** t ∇x, said twice by the nodes on both sides of a face. */
function exactFlux({ k, target }: Case, n: number): Tensor {
  const [t, slopes] = [facesOf(k), slopesOf(target)]
  const [first, second] = [t.first.mul(slopes.first), t.second.mul(slopes.second)]
  const west = second.slice([0, 0, 0], [2, n, n])
  const east = second.slice([0, 0, 1], [2, n, n])
  const south = first.slice([0, 0, 0], [2, n, n])
  const north = first.slice([0, 1, 0], [2, n, n])
  return tf.stack([west, east, south, north], -1)
}
