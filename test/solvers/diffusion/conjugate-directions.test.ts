import assert from 'node:assert/strict'
import type { Field, Stencil } from '../../../contracts.ts'
import { rng } from '../../../math/rng.ts'
import cholesky from '../../../solvers/cholesky.ts'
import { type Direction, descendAlong } from '../../../solvers/diffusion/conjugate-directions.ts'
import { descend } from '../../../solvers/diffusion/conjugate-gradients.ts'
import { apply, assemble, difference, norm } from '../../../solvers/diffusion/stencil.ts'

const SEED = 71
const identity: Direction = async (residuals) => residuals.slice()

describe(`solvers/diffusion/conjugate-directions (seed ${SEED})`, () => {
  it('does a step that a person can redo: 4 x = 8 along any q is x = 2', async () => {
    const matrix = assemble({ batch: 1, n: 2, data: Float64Array.of(0.25, 0.25, 0.25, 0.25) }) // (n+1)² Σ k = 4
    const x = Float64Array.of(5)
    const f = { batch: 1, n: 1, data: Float64Array.of(8) }
    const asked: number[][] = []
    const run = await descendAlong({ matrix, f, targets: [0], limit: 9 }, x, async (residuals) => {
      asked.push([...residuals])
      return [-0.3]
    })
    assert.deepEqual([run.status, [...run.iterations], [...x]], [['converged'], [1], [2]])
    assert.deepEqual(asked, [[-1]]) // r = 8 − 20, of norm 1
  })

  it('is conjugate gradients where the direction is the residual', async () => {
    const { matrix, f } = systems(8, 2)
    const start = noise('start', 2 * 64)
    const x = start.slice()
    const heard: number[][] = [[], []]
    const targets = [1e-6, 1e-6]
    const run = await descendAlong({ matrix, f, targets, limit: 200 }, x, identity, (b, size) =>
      heard[b]!.push(size),
    )
    for (const b of [0, 1]) {
      const [own, right] = [start.slice(b * 64, (b + 1) * 64), f.data.slice(b * 64, (b + 1) * 64)]
      const sizes: number[] = []
      const cg = { matrix, b, precondition: (r: Float64Array, z: Float64Array) => z.set(r), f: right }
      const { iterations } = descend(cg, own, 1e-6, 200, (size) => sizes.push(size))
      assert.equal(run.status[b], 'converged')
      // The same numbers in exact arithmetic. Conjugate gradients amplify rounding once an eigenvalue is found, so that late ones differ.
      assert.ok(Math.abs(run.iterations[b]! - iterations) <= 1)
      for (const [step, size] of sizes.slice(0, 16).entries())
        assert.ok(Math.abs(heard[b]![step]! - size) <= 1e-9 * size, `row ${b}, step ${step}`)
      // both are within 1e-6 / (smallest eigenvalue, 2 π² min k > 1) of the solution
      for (const [p, value] of own.entries()) assert.ok(Math.abs(value - x[b * 64 + p]!) < 2e-6)
    }
  })

  it('takes one step where the direction is the solution of A q = r, of any scale and sign', async () => {
    const { matrix, f } = systems(6, 3)
    const state = await cholesky.setup(matrix, cholesky.defaults)
    const direction: Direction = async (residuals) => {
      const { x } = await cholesky.solve(state, { batch: 3, n: 6, data: residuals }, cholesky.defaults)
      return x.data.map((value) => -7 * value)
    }
    const x = new Float64Array(3 * 36)
    const run = await descendAlong({ matrix, f, targets: [1e-9, 1e-9, 1e-9], limit: 5 }, x, direction)
    assert.deepEqual([run.status, [...run.iterations]], [Array(3).fill('converged'), [1, 1, 1]])
  })

  it('never lets the energy error grow, and keeps each direction conjugate to the two before it', async () => {
    const { matrix, f } = systems(5, 1)
    const truth = await solved(matrix, f)
    const { normal } = rng(SEED, 'anything')
    const x = new Float64Array(25)
    const steps: Float64Array[] = []
    let [before, last] = [Infinity, x.slice()]
    await descendAlong({ matrix, f, targets: [0], limit: 12 }, x, async (residuals) => {
      if (steps.push(x.map((value, p) => value - last[p]!)) === 1) steps.pop() // nothing was taken yet
      last = x.slice()
      const energy = product(
        matrix,
        x.map((value, p) => value - truth[p]!),
      )
      assert.ok(energy < before, `${energy}, before ${before}`)
      before = energy
      return residuals.map((value) => value + 0.5 * normal())
    })
    for (let i = 1; i < steps.length; i++)
      for (const back of [1, 2]) {
        if (i < back) continue
        const [a, b] = [steps[i]!, steps[i - back]!]
        const sizes = Math.sqrt(product(matrix, a) * product(matrix, b))
        assert.ok(Math.abs(product(matrix, a, b)) <= 1e-12 * sizes, `steps ${i} and ${i - back}`) // rounding
      }
  })

  it('asks for the whole batch, zeros for what is done', async () => {
    const { matrix, f } = systems(4, 3)
    f.data.fill(0, 16, 32) // solved by x = 0
    const asked: Float64Array[] = []
    const run = await descendAlong(
      { matrix, f, targets: [1e-8, 1e-8, 1e-8], limit: 2 },
      new Float64Array(48),
      async (r) => {
        asked.push(r.slice())
        return identity(r)
      },
    )
    assert.deepEqual(run.status, ['max-iterations', 'converged', 'max-iterations'])
    assert.deepEqual([...run.iterations], [2, 0, 2])
    assert.equal(asked.length, 2)
    for (const residuals of asked) {
      const sizes = [0, 1, 2].map((b) => norm(residuals.slice(b * 16, (b + 1) * 16)))
      for (const [b, size] of sizes.entries()) assert.ok(Math.abs(size - (b === 1 ? 0 : 1)) < 1e-12)
    }
  })

  it('says how it fails: an answer of 0, or one that is no number', async () => {
    const { matrix, f } = systems(4, 3)
    const x = new Float64Array(48)
    const run = await descendAlong(
      { matrix, f, targets: [1e-8, 1e-8, 1e-8], limit: 50 },
      x,
      async (residuals) => {
        const q = residuals.slice()
        q.fill(0, 0, 16)
        q[20] = Number.NaN
        return q
      },
    )
    assert.deepEqual(run.status, ['breakdown', 'non-finite', 'converged'])
    assert.deepEqual([...run.iterations.subarray(0, 2)], [0, 0])
    assert.ok(x.every(Number.isFinite))
    assert.ok(norm(difference(matrix, x.slice(32), f.data.slice(32), 2)) <= 1e-8)
  })
})

function systems(n: number, batch: number): { matrix: Stencil; f: Field } {
  const k = noise('k', batch * (n + 1) ** 2, n).map((value) => Math.exp(0.7 * value))
  const matrix = assemble({ batch, n: n + 1, data: k })
  return { matrix, f: { batch, n, data: noise('f', batch * n * n, n) } }
}

function noise(name: string, count: number, n = 0): Float64Array {
  return Float64Array.from({ length: count }, rng(SEED, name, n).normal)
}

async function solved(matrix: Stencil, f: Field): Promise<Float64Array> {
  const { x } = await cholesky.solve(await cholesky.setup(matrix, cholesky.defaults), f, cholesky.defaults)
  return x.data
}

/** aᵀA b */
function product(matrix: Stencil, a: Float64Array, b = a): number {
  const image = new Float64Array(b.length)
  apply(matrix, b, image)
  return a.reduce((sum, value, p) => sum + value * image[p]!, 0)
}
