import assert from 'node:assert/strict'
import type { Field } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { rng } from '../../math/rng.ts'
import cg from '../../solvers/cg.ts'
import cholesky, { MOST_SIDE } from '../../solvers/cholesky.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'

const SEED = 43

describe(`solvers/cholesky (seed ${SEED})`, () => {
  it('refuses a size whose factor would not fit, and says which does', async () => {
    const empty = new Float64Array(0)
    const sides = { center: empty, west: empty, east: empty, south: empty, north: empty }
    await assert.rejects(
      cholesky.setup({ batch: 0, n: 1024, ...sides }, cholesky.defaults),
      (error) =>
        error instanceof UserError && /at most 400 nodes .* \(got 1024: 8\.6 GB\)/.test(error.message),
    )
    const { factors } = await cholesky.setup({ batch: 0, n: MOST_SIDE, ...sides }, cholesky.defaults)
    assert.equal(factors.length, 0)
  })

  it('solves two by two as on paper', async () => {
    // k = 1: A = 9 [4 −1 −1 0; −1 4 0 −1; −1 0 4 −1; 0 −1 −1 4], and A (1 1 1 1) = 18 (1 1 1 1)
    const matrix = assemble(field(3, () => 1))
    const { x } = await cholesky.solve(
      await cholesky.setup(matrix, cholesky.defaults),
      field(2, () => 18),
      cholesky.defaults,
    )
    assert.ok(x.data.every((v) => Math.abs(v - 1) < 1e-15))
  })

  it('reaches rounding level without refinement, gains from the first and never gets worse', async () => {
    const { normal } = rng(SEED, 'refine')
    const matrix = assemble(field(25, () => Math.exp(2 * normal())))
    const rhs = field(24, () => normal())
    const state = await cholesky.setup(matrix, cholesky.defaults)
    const residuals = []
    for (const refinements of [0, 1, 5]) {
      const solution = await cholesky.solve(state, rhs, { tolerance: 0, refinements })
      assert.deepEqual(solution.status, ['converged']) // below the floor of rounding
      assert.ok(solution.iterations[0]! <= refinements && solution.iterations[0]! >= Math.min(1, refinements))
      residuals.push(solution.residual[0]!)
    }
    assert.ok(residuals[0]! > residuals[1]! && residuals[1]! >= residuals[2]!, `${residuals}`)
  })

  it('agrees with conjugate gradients, which share no line with it', async () => {
    const { normal } = rng(SEED, 'agree')
    const matrix = assemble(field(33, () => Math.exp(normal())))
    const rhs = field(32, () => normal())
    const direct = await cholesky.solve(
      await cholesky.setup(matrix, cholesky.defaults),
      rhs,
      cholesky.defaults,
    )
    const iterative = await cg.solve(matrix, rhs, { ...cg.defaults, tolerance: 1e-13 })
    const size = Math.sqrt(direct.x.data.reduce((sum, v) => sum + v * v, 0))
    const gap = Math.sqrt(direct.x.data.reduce((sum, v, p) => sum + (v - iterative.x.data[p]!) ** 2, 0))
    // residuals of 1e-13 times a condition number of about 1e4
    assert.ok(gap < 1e-9 * size, `${gap / size}`)
  })
})

function field(n: number, value: (i: number, j: number) => number): Field {
  return {
    batch: 1,
    n,
    data: Float64Array.from({ length: n * n }, (_, p) => value(Math.floor(p / n), p % n)),
  }
}
