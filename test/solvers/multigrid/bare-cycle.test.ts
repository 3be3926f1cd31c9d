import assert from 'node:assert/strict'
import { rng } from '../../../math/rng.ts'
import { norm } from '../../../solvers/diffusion/stencil.ts'
import { countSteps } from '../../../solvers/diffusion/step-counts.ts'
import { cycleOf } from '../../../solvers/multigrid/bare-cycle.ts'
import { black, precondition, pull, red } from '../../../solvers/multigrid/cycle.ts'
import { hierarchy } from '../../../solvers/multigrid/level.ts'
import { pad, solveReduced, unpad } from '../../../solvers/multigrid/reduced-cg.ts'
import { lognormal, noise } from './systems.ts'

const SEED = 64

describe(`solvers/multigrid/bare-cycle (seed ${SEED})`, () => {
  it('eliminates red nodes and does the cycle of the readable form, for any r', () => {
    for (const n of [1, 2, 3, 4, 5, 7, 8, 16, 31]) {
      const matrix = lognormal({ n, batch: 2, variance: 1 })
      for (const b of [0, 1]) {
        const r = noise(n, 2).data.slice(b * n * n, (b + 1) * n * n)
        const [fine, ...rest] = hierarchy(matrix, b)
        const padded = pad(fine!, r)
        const start = padded.slice() // D_r⁻¹ r on red nodes, what is left on black ones
        for (const p of red(fine!)) start[p] = padded[p]! / fine!.center[p]!
        const reduced = new Float64Array(padded.length)
        for (const p of black(fine!)) reduced[p] = padded[p]! + pull(fine!, withoutBlack(fine!, start), p)
        const z = precondition([fine!, ...rest], reduced)
        for (const p of red(fine!)) z[p] = start[p]! + z[p]!
        const expected = unpad(fine!, z)
        const found = new Float64Array(n * n)
        usable(cycleOf(matrix, b))(r, found)
        const size = Math.max(...expected.map(Math.abs))
        const gap = Math.max(...found.map((value, p) => Math.abs(value - expected[p]!)))
        assert.ok(gap < 1e-12 * size, `n ${n}, entry ${b}: off by ${gap} of ${size}`) // f64 in another order
      }
    }
  })

  it('takes the steps of conjugate gradients on the reduced system, or one more', () => {
    const n = 32
    const matrix = lognormal({ n, batch: 1, variance: 1 })
    const f = noise(n, 1).data
    const system = { matrix, b: 0, precondition: usable(cycleOf(matrix, 0)), f }
    const { steps } = countSteps(system, new Float64Array(n * n), [1e-8 * norm(f)], 50)
    const { iterations } = solveReduced(matrix, f, { tolerance: 1e-8, limit: 50 })
    assert.ok(steps[0] === iterations || steps[0] === iterations + 1, `${steps[0]}, ${iterations}`)
  })

  it('is symmetric, also when another matrix was set up in between', () => {
    const n = 9
    const { normal } = rng(SEED, 'symmetric')
    const [a, b] = [normals(n * n, normal), normals(n * n, normal)]
    const one = usable(cycleOf(lognormal({ n, batch: 1, variance: 2 }), 0))
    const [za, zb, again] = [new Float64Array(n * n), new Float64Array(n * n), new Float64Array(n * n)]
    one(a, za)
    usable(cycleOf(lognormal({ n, batch: 2, variance: 1 }), 1))(a, again)
    one(b, zb)
    one(a, again)
    assert.deepEqual(again, za)
    const dot = (x: Float64Array, y: Float64Array) => x.reduce((sum, value, p) => sum + value * y[p]!, 0)
    assert.ok(Math.abs(dot(b, za) - dot(a, zb)) < 1e-12 * norm(b) * norm(za))
    assert.ok(dot(a, za) > 0 && dot(b, zb) > 0)
  })

  it('says what is wrong with a matrix', () => {
    const matrix = lognormal({ n: 4, batch: 1, variance: 1 })
    matrix.center[5] = 0
    assert.equal(cycleOf(matrix, 0), 'breakdown')
    matrix.center[5] = Infinity
    assert.equal(cycleOf(matrix, 0), 'non-finite')
  })
})

type Levels = ReturnType<typeof hierarchy>

function withoutBlack(level: Levels[number], values: Float64Array): Float64Array {
  const out = new Float64Array(values.length)
  for (const p of red(level)) out[p] = values[p]!
  return out
}

function usable(made: ReturnType<typeof cycleOf>) {
  assert.ok(typeof made !== 'string')
  return made
}

function normals(length: number, normal: () => number): Float64Array {
  return Float64Array.from({ length }, normal)
}
