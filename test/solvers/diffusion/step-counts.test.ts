import assert from 'node:assert/strict'
import { symmetricEigen } from '../../../math/dense.ts'
import { rng } from '../../../math/rng.ts'
import { exact } from '../../../solvers/cholesky.ts'
import type { Preconditioner } from '../../../solvers/diffusion/conjugate-gradients.ts'
import { descend } from '../../../solvers/diffusion/conjugate-gradients.ts'
import { difference, norm } from '../../../solvers/diffusion/stencil.ts'
import { countSteps } from '../../../solvers/diffusion/step-counts.ts'
import { denseOf, lognormal } from '../factors/dense.ts'

const SEED = 63
const none: Preconditioner = (r, z) => z.set(r)

describe(`solvers/diffusion/step-counts (seed ${SEED})`, () => {
  const matrix = lognormal(8, SEED)
  const { normal } = rng(SEED, 'f')
  const f = Float64Array.from({ length: 64 }, normal)
  const system = { matrix, b: 0, precondition: none, f }

  it('counts as one run to each target would, and keeps its iterate', () => {
    const targets = [1, 1e-3, 1e-6, 1e-9]
    const met: number[] = []
    const { steps, x, status } = countSteps(system, new Float64Array(64), targets, 1000, (t) => met.push(t))
    assert.equal(status, 'converged')
    assert.deepEqual(met, [0, 1, 2, 3])
    for (const [t, target] of targets.entries()) {
      const alone = new Float64Array(64)
      assert.equal(steps[t], descend(system, alone, target, 1000).iterations)
      assert.deepEqual(x.subarray(64 * t, 64 * (t + 1)), alone)
      // the recursive residual drifts by rounding of terms of size 1e3
      assert.ok(norm(difference(matrix, alone, f)) <= target + 1e-11)
    }
  })

  it('says −1 and 0 beyond the limit, and 0 steps where the start is good enough', () => {
    const few = countSteps(system, new Float64Array(64), [norm(f), 1e-9], 3)
    assert.deepEqual([...few.steps], [0, -1])
    assert.equal(few.status, 'max-iterations')
    assert.ok(few.x.every((value) => value === 0)) // the start, and nothing
  })

  it('takes one step with A itself', () => {
    const precondition = exact(matrix, 0)
    assert.ok(typeof precondition !== 'string')
    const { steps } = countSteps({ ...system, precondition }, new Float64Array(64), [1e-3, 1e-9], 10)
    assert.deepEqual([...steps], [1, 1])
  })

  it('estimates the condition: of M⁻¹ A from below and closely, of A⁻¹ A by 1', () => {
    const { values } = symmetricEigen(Float64Array.from(denseOf(matrix).flat()), 64)
    const condition = values[0]! / values[63]!
    const found = countSteps(system, new Float64Array(64), [1e-12], 1000).condition()
    // at the last step both ends have converged: Ritz values err by the square of the residual
    assert.ok(Math.abs(found / condition - 1) < 1e-6, `${found}, ${condition}`)
    const early = countSteps(system, new Float64Array(64), [1e-12], 5).condition()
    assert.ok(early > 1 && early < condition)
    const precondition = exact(matrix, 0)
    assert.ok(typeof precondition !== 'string')
    const one = countSteps({ ...system, precondition }, new Float64Array(64), [1e-9], 10).condition()
    assert.ok(Math.abs(one - 1) < 1e-12)
    assert.ok(Number.isNaN(countSteps(system, new Float64Array(64), [1e9], 10).condition()))
  })

  it('breaks down with a preconditioner that is none', () => {
    const wrong: Preconditioner = (_, z) => z.fill(Number.NaN)
    const { steps, status } = countSteps({ ...system, precondition: wrong }, new Float64Array(64), [1e-9], 10)
    assert.deepEqual([[...steps], status], [[-1], 'breakdown'])
  })
})
