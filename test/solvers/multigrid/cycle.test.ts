import assert from 'node:assert/strict'
import { rng } from '../../../math/rng.ts'
import { assemble } from '../../../solvers/diffusion/stencil.ts'
import { black, precondition, red, schur } from '../../../solvers/multigrid/cycle.ts'
import { hierarchy, type Level } from '../../../solvers/multigrid/level.ts'
import { solveReduced } from '../../../solvers/multigrid/reduced-cg.ts'
import { honest, lognormal, noise, twoPhase } from './systems.ts'

const SEED = 67

describe(`solvers/multigrid/cycle (seed ${SEED})`, () => {
  it('divides where there is but one node', () => {
    const levels = hierarchy(assemble({ batch: 1, n: 2, data: Float64Array.of(1, 2, 3, 4) })) // 4 · (1 + 2 + 3 + 4)
    const r = new Float64Array(9)
    r[4] = 20
    assert.equal(precondition(levels, r)[4], 0.5)
  })

  it('is symmetric and positive: (M x, y) = (x, M y), (M x, x) > 0', () => {
    for (const n of [2, 3, 4, 5, 6, 7, 8, 11, 16, 21]) {
      for (const matrix of [
        lognormal({ n, batch: 1, variance: 2 }),
        twoPhase({ n, batch: 1, variance: 1, length: 0.2 }, 1e4),
      ]) {
        const levels = hierarchy(matrix)
        const [x, y] = ['x', 'y'].map((name) => randomBlack(levels[0]!, `${name} ${n}`)) as [
          Float64Array,
          Float64Array,
        ]
        const [mx, my] = [precondition(levels, x), precondition(levels, y)]
        const [left, right] = [inner(levels[0]!, mx, y), inner(levels[0]!, x, my)]
        const size = Math.sqrt(inner(levels[0]!, mx, x) * inner(levels[0]!, my, y))
        // some n² terms of mixed sign, each with the rounding of a cycle
        assert.ok(Math.abs(left - right) < 1e-11 * size, `n ${n}: ${left} and ${right}`)
        assert.ok(inner(levels[0]!, mx, x) > 0)
      }
    }
  })

  it('eliminates the red nodes: S z is A z where the red equations hold', () => {
    const matrix = lognormal({ n: 9, batch: 1, variance: 1 })
    const levels = hierarchy(matrix)
    const z = precondition(levels, randomBlack(levels[0]!, 'eliminate'))
    const w = schur(levels[0]!, z)
    const x = { batch: 1, n: 9, data: new Float64Array(81) }
    const az = { batch: 1, n: 9, data: new Float64Array(81) }
    for (let p = 0; p < 81; p++) {
      const at = (Math.floor(p / 9) + 1) * 11 + (p % 9) + 1
      x.data[p] = z[at]!
      az.data[p] = w[at]!
    }
    assert.ok(red(levels[0]!).length === 40 && black(levels[0]!).length === 41)
    assert.ok(honest(matrix, x, az, 0).residual < 1e-13)
  })

  it('takes few steps at any side, and the residual is what it says', () => {
    for (const n of [3, 4, 5, 6, 7, 8, 15, 16, 17, 32, 33]) {
      const matrix = lognormal({ n, batch: 1, variance: 2 })
      const rhs = noise(n, 1)
      const { x, iterations } = solveReduced(matrix, rhs.data, { tolerance: 1e-10, limit: 50 })
      const { residual, floor } = honest(matrix, { batch: 1, n, data: x }, rhs, 0)
      assert.ok(iterations <= 13 && residual <= 1e-10 + floor, `n ${n}: ${iterations} steps, ${residual}`)
    }
  })
})

function randomBlack(level: Level, name: string): Float64Array {
  const { normal } = rng(SEED, name)
  const x = new Float64Array(level.center.length)
  for (const p of black(level)) x[p] = normal()
  return x
}

function inner(level: Level, a: Float64Array, b: Float64Array): number {
  return black(level).reduce((sum, p) => sum + a[p]! * b[p]!, 0)
}
