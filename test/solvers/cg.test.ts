import assert from 'node:assert/strict'
import type { Field } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { rng } from '../../math/rng.ts'
import cg from '../../solvers/cg.ts'
import { accepts, assemble } from '../../solvers/diffusion/stencil.ts'

const SEED = 41

describe(`solvers/cg (seed ${SEED})`, () => {
  it('needs one iteration for an eigenvector, and as many as there are different ones', async () => {
    const n = 7
    const matrix = assemble(field(n + 1, () => 1))
    const mode = (a: number, b: number) =>
      field(
        n,
        (i, j) => Math.sin((a * Math.PI * (i + 1)) / (n + 1)) * Math.sin((b * Math.PI * (j + 1)) / (n + 1)),
      )
    const [first, second] = [mode(1, 1), mode(2, 3)]
    const both = { ...first, data: first.data.map((v, p) => v + second.data[p]!) }
    const params = { ...cg.defaults, preconditioner: 'none' }
    assert.equal((await cg.solve(matrix, first, params)).iterations[0], 1)
    assert.equal((await cg.solve(matrix, both, params)).iterations[0], 2)
  })

  it('gains from its preconditioner where the diagonal varies', async () => {
    const { normal } = rng(SEED, 'contrast')
    const matrix = assemble(field(21, () => Math.exp(2 * normal())))
    const rhs = field(20, () => normal())
    const plain = await cg.solve(matrix, rhs, { ...cg.defaults, preconditioner: 'none' })
    const jacobi = await cg.solve(matrix, rhs, cg.defaults)
    assert.deepEqual([plain.status, jacobi.status], [['converged'], ['converged']])
    assert.ok(
      2 * jacobi.iterations[0]! < plain.iterations[0]!,
      `${jacobi.iterations[0]} against ${plain.iterations[0]}`,
    )
  })

  it('starts again from the true residual where the recursion has drifted away', async () => {
    // contrast 1e16: one run of the recursion ends 1.7 times above the floor of rounding
    const { normal } = rng(1, 8, 7)
    const matrix = assemble(field(9, () => Math.exp(7 * normal())))
    const rhs = field(8, () => normal())
    const params = { ...cg.defaults, tolerance: 1e-13, preconditioner: 'none' }
    const { x, status, residual } = await cg.solve(matrix, rhs, params)
    assert.deepEqual(status, ['converged'])
    const { accepted, floor } = accepts(matrix, x, rhs, 1e-13)[0]!
    assert.ok(accepted && residual[0]! <= floor)
  })

  it('knows its preconditioners', async () => {
    const matrix = assemble(field(3, () => 1))
    await assert.rejects(
      async () => cg.setup(matrix, { ...cg.defaults, preconditioner: 'jacob' }),
      (error) =>
        error instanceof UserError &&
        /'jacob' not found \(jacobi, none\).*Did you mean 'jacobi'/.test(error.message),
    )
  })
})

function field(n: number, value: (i: number, j: number) => number): Field {
  return {
    batch: 1,
    n,
    data: Float64Array.from({ length: n * n }, (_, p) => value(Math.floor(p / n), p % n)),
  }
}
