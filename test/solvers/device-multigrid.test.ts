/** What the contract of all solvers does not ask of this one (test/contracts/solvers.test.ts); on the CPU provider. */
import assert from 'node:assert/strict'
import type { Field } from '../../contracts.ts'
import type { Covariance } from '../../generators/fields/covariance.ts'
import { embed } from '../../generators/fields/embedding.ts'
import { drawPair } from '../../generators/fields/grf.ts'
import { UserError } from '../../io/errors.ts'
import { rng } from '../../math/rng.ts'
import cholesky from '../../solvers/cholesky.ts'
import { packMatrix, powerOfTwoNear } from '../../solvers/device/lanes.ts'
import { levelsOf } from '../../solvers/device/levels.ts'
import solver from '../../solvers/device-multigrid.ts'
import { assemble, residual } from '../../solvers/diffusion/stencil.ts'

const SEED = 29

describe(`solver device-multigrid (seed ${SEED})`, () => {
  for (const covariance of ['cubic', 'exponential', 'gaussian'] as const)
    for (const n of [16, 33])
      it(`solves stored systems like Cholesky: ${covariance}, variance 2, n = ${n}`, async () => {
        const { matrix, rhs } = problems(covariance, 2, n, 3)
        const found = await solve(matrix, rhs)
        const right = await cholesky.solve(
          await cholesky.setup(matrix, cholesky.defaults),
          rhs,
          cholesky.defaults,
        )
        assert.deepEqual(found.status, ['converged', 'converged', 'converged'])
        assert.ok(residual(matrix, found.x, rhs).every((r) => r <= 1e-10))
        for (const b of [0, 1, 2]) assert.ok(apart(found.x, right.x, b) <= 1e-8) // conventions; 1e-11 is usual
      })

  it('needs as many iterations on a fine grid as on a coarse one, and few', async () => {
    for (const n of [8, 15, 32, 64]) {
      const { matrix, rhs } = problems('exponential', 2, n, 1)
      const { iterations, status } = await solve(matrix, rhs, 1)
      assert.equal(status[0], 'converged')
      assert.ok(iterations[0]! <= 14, `n = ${n}: ${iterations[0]}`) // 9 to 13 seen
    }
  })

  it('carries a contrast that float32 alone does not: 1e9 in two phases', async () => {
    const n = 16
    const k: Field = {
      batch: 1,
      n: n + 1,
      data: Float64Array.from({ length: (n + 1) ** 2 }, (_, p) => (p % 7 < 3 ? 1 : 1e9)),
    }
    const { matrix, rhs } = { matrix: assemble(k), rhs: noise(1, n) }
    const { status } = await solve(matrix, rhs)
    assert.deepEqual(status, ['converged'])
  })

  it('takes more entries than a batch holds', async () => {
    const { matrix, rhs } = problems('gaussian', 1, 6, 5)
    const { status, x } = await solve(matrix, rhs, 2)
    assert.deepEqual(status, Array(5).fill('converged'))
    assert.ok(residual(matrix, x, rhs).every((r) => r <= 1e-10))
  })

  it('serves two callers at once as if they came one after the other', async () => {
    const [one, two] = [problems('gaussian', 1, 9, 1), problems('cubic', 1, 9, 1)]
    const alone = [await solve(one.matrix, one.rhs, 1), await solve(two.matrix, two.rhs, 1)]
    const together = await Promise.all([solve(one.matrix, one.rhs, 1), solve(two.matrix, two.rhs, 1)])
    assert.deepEqual(together, alone)
  })

  it('says in one sentence what is wrong with its params', async () => {
    const { matrix } = problems('gaussian', 1, 4, 1)
    const setup = (params: object) => solver.setup(matrix, { ...solver.defaults, ...params })
    await assert.rejects(
      setup({ batch: 0 }),
      new UserError('solver device-multigrid: batch must be a whole number from 1 (got 0)'),
    )
    await assert.rejects(
      setup({ device: 'tpu' }),
      new UserError(
        "solver device-multigrid: device must be one of cpu, webgpu, cuda, tensorflow, eager, gpu (got 'tpu')",
      ),
    )
  })
})

describe('solvers/device/lanes', () => {
  it('takes the largest power of two below', () => {
    for (const [value, power] of [
      [1, 1],
      [1.9, 1],
      [8, 8],
      [0.3, 0.25],
      [1e-300, 2 ** -997],
      [0, 1],
      [Number.NaN, 1],
      [Infinity, 1],
    ])
      assert.equal(powerOfTwoNear(value!), power)
  })

  it('gives the rows of one node by hand, and the unit matrix to lanes without a problem', () => {
    // k = 1 on 2 × 2 cells: A = [16], no neighbors; scale 16
    const matrix = assemble({ batch: 1, n: 2, data: Float64Array.of(1, 1, 1, 1) })
    const packed = packMatrix(matrix, [{ entry: 0, scale: 16, failed: null }], {
      levels: levelsOf(1),
      batch: 2,
    })
    assert.deepEqual([...packed.excess], [1, 1])
    const failed = packMatrix(matrix, [{ entry: 0, scale: 2, failed: 'breakdown' }], {
      levels: levelsOf(1),
      batch: 2,
    })
    assert.deepEqual([[...failed.excess], failed.off.every((v) => v === 0)], [[1, 1], true])
  })
})

function solve(matrix: ReturnType<typeof assemble>, rhs: Field, batch = 4) {
  const params = { ...solver.defaults, batch }
  return solver.setup(matrix, params).then((state) => solver.solve(state, rhs, params))
}

function problems(covariance: Covariance, variance: number, n: number, batch: number) {
  const embedding = embed({ covariance, variance, length: 0.05, grid: n })
  const fields = Array.from({ length: batch }, (_, b) => {
    const [phi] = drawPair(embedding, { seed: SEED, set: 1 }, { attempt: 0, address: b }, n + 1)
    return [...phi].map((value) => Math.fround(Math.exp(value)))
  })
  return {
    matrix: assemble({ batch, n: n + 1, data: Float64Array.from(fields.flat()) }),
    rhs: noise(batch, n),
  }
}

function noise(batch: number, n: number): Field {
  return { batch, n, data: Float64Array.from({ length: batch * n * n }, rng(SEED, 'rhs', n).normal) }
}

/** ‖a − b‖ / ‖b‖ of one entry. */
function apart(a: Field, b: Field, entry: number): number {
  let [gap, size] = [0, 0]
  for (let p = entry * a.n * a.n; p < (entry + 1) * a.n * a.n; p++) {
    gap += (a.data[p]! - b.data[p]!) ** 2
    size += b.data[p]! ** 2
  }
  return Math.sqrt(gap / size)
}
