import assert from 'node:assert/strict'
import { rng } from '../../../math/rng.ts'
import { descend, type Preconditioner, solveEntries } from '../../../solvers/diffusion/conjugate-gradients.ts'
import { apply, assemble, difference, norm } from '../../../solvers/diffusion/stencil.ts'

const SEED = 47
const none: Preconditioner = (r, z) => z.set(r)

describe(`solvers/diffusion/conjugate-gradients (seed ${SEED})`, () => {
  it('goes on from the x given, to an absolute target, and tells every ‖r‖', () => {
    const { matrix, f, x } = system(9)
    const heard: number[] = []
    const first = norm(difference(matrix, x, f))
    const run = descend({ matrix, b: 0, precondition: none, f }, x, 1e-6, 1000, (size) => heard.push(size))
    assert.equal(run.status, 'converged')
    assert.equal(heard.length, run.iterations + 1)
    assert.equal(heard[0], first)
    assert.ok(heard.at(-1)! <= 1e-6 && heard.slice(0, -1).every((size) => size > 1e-6))
    // the recursive residual and the true one: rounding of some dozen updates of terms of size 1e3
    assert.ok(Math.abs(norm(difference(matrix, x, f)) - heard.at(-1)!) < 1e-9)
  })

  it('makes the error smaller in the energy norm at every step, whatever M', () => {
    const { matrix, f, x: start } = system(6)
    const truth = new Float64Array(f.length)
    descend({ matrix, b: 0, precondition: none, f }, truth, 1e-12, 1000)
    const weights = Float64Array.from({ length: f.length }, (_, p) => 1 + (p % 5))
    const precondition: Preconditioner = (r, z) => z.set(r.map((value, p) => weights[p]! * value))
    let before = Infinity
    for (const limit of [0, 1, 2, 3, 5, 8]) {
      const x = start.slice()
      assert.equal(descend({ matrix, b: 0, precondition, f }, x, 0, limit).status, 'max-iterations')
      const error = x.map((value, p) => value - truth[p]!)
      const product = new Float64Array(error.length)
      apply(matrix, error, product)
      const energy = error.reduce((sum, value, p) => sum + value * product[p]!, 0)
      assert.ok(energy < before, `${limit} steps: ${energy}, before ${before}`)
      before = energy
    }
  })

  it('does not ask for a preconditioner of what is not finite, and passes on why there is none', () => {
    const { matrix, f } = system(4)
    const asked: number[] = []
    const refuse = (b: number) => {
      asked.push(b)
      return 'breakdown' as const
    }
    const limits = { tolerance: 1e-10, iterations: 100 }
    const rhs = { batch: 1, n: 4, data: f }
    assert.deepEqual(solveEntries(matrix, rhs, limits, refuse).status, ['breakdown'])
    matrix.north[1] = Number.NaN
    assert.deepEqual(solveEntries(matrix, rhs, limits, refuse).status, ['non-finite'])
    assert.deepEqual(asked, [0])
  })
})

function system(n: number) {
  const { normal } = rng(SEED, n)
  const draw = (count: number) => Float64Array.from({ length: count }, normal)
  const matrix = assemble({ batch: 1, n: n + 1, data: draw((n + 1) ** 2).map(Math.exp) })
  return { matrix, f: draw(n * n), x: draw(n * n) }
}
