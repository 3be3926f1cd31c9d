/** The tensor programs against dense matrices in f64, which are written out here from what the tensors say. */
import assert from 'node:assert/strict'
import type { Stencil } from '../../../contracts.ts'
import { rng } from '../../../math/rng.ts'
import { vCycle } from '../../../solvers/device/cycle.ts'
import {
  applyOperator,
  buildHierarchy,
  type Grid,
  type Placed,
  placed,
  prolong,
  restrict,
} from '../../../solvers/device/hierarchy.ts'
import { packMatrix } from '../../../solvers/device/lanes.ts'
import { levelsOf } from '../../../solvers/device/levels.ts'
import { apply, assemble } from '../../../solvers/diffusion/stencil.ts'
import { type Tensor, tf } from '../../../tensor/index.ts'

const SEED = 17

describe(`solvers/device/hierarchy (seed ${SEED})`, () => {
  for (const n of [2, 5, 6, 7]) {
    describe(`on ${n} × ${n} points`, () => {
      const { matrix, levels, grids } = hierarchyOf(n, (normal) => Math.exp(1.5 * normal()))
      const [grid, level] = [grids[0]!, levels[0]!]
      const A = dense(level.points, (x) => applyOperator(grid, level, x))

      it('applies the matrix it was given', () => {
        const x = Float64Array.from({ length: n * n }, rng(SEED, 'x').normal)
        const right = new Float64Array(n * n)
        apply(matrix, x, right)
        const placedX = new Float64Array(n * n)
        for (let p = 0; p < x.length; p++) placedX[level.place[p]!] = x[p]!
        const largest = Math.max(...matrix.center)
        for (let p = 0; p < x.length; p++) {
          const found = A[level.place[p]!]!.reduce((sum, a, q) => sum + a * placedX[q]!, 0)
          assert.ok(Math.abs(found - right[p]! / largest) < 1e-5) // float32, sums of five terms near 1
        }
      })

      it('restricts by the transpose of what it interpolates by', () => {
        const coarse = levels[1]!.points
        const P = dense(coarse, (e) => prolong(grid, level, e))
        const R = dense(level.points, (r) => restrict(grid, level, r))
        for (let f = 0; f < level.points; f++)
          for (let c = 0; c < coarse; c++) assert.equal(P[f]![c], R[c]![f])
      })

      it('has PᵀAP on the coarser level', () => {
        const coarse = levels[1]!.points
        const P = dense(coarse, (e) => prolong(grid, level, e))
        const found = dense(coarse, (e) => applyOperator(grids[1]!, levels[1]!, e))
        for (let a = 0; a < coarse; a++)
          for (let b = 0; b < coarse; b++) {
            let right = 0
            for (let f = 0; f < level.points; f++)
              for (let g = 0; g < level.points; g++) right += P[f]![a]! * A[f]![g]! * P[g]![b]!
            assert.ok(Math.abs(found[a]![b]! - right) < 1e-6, `${a}, ${b}: ${found[a]![b]}, ${right}`) // entries are about 1
          }
      })

      it('has a cycle that is symmetric and positive', () => {
        const M = dense(level.points, (r) => vCycle(grids, levels, r))
        const largest = Math.max(...M.flat().map(Math.abs))
        for (let p = 0; p < level.points; p++)
          for (let q = 0; q < p; q++) assert.ok(Math.abs(M[p]![q]! - M[q]![p]!) < 1e-5 * largest)
        const { normal } = rng(SEED, 'positive')
        for (let trial = 0; trial < 20; trial++) {
          const x = Array.from({ length: level.points }, normal)
          const energy = M.reduce((sum, row, p) => sum + x[p]! * row.reduce((s, m, q) => s + m * x[q]!, 0), 0)
          assert.ok(energy > 0)
        }
      })
    })
  }

  it('interpolates by halves and quarters for k = 1, also beside a wall', () => {
    const { levels, grids } = hierarchyOf(7, () => 1)
    const ones = prolong(grids[0]!, levels[0]!, tf.ones([9, 1]))
    const values = [...ones.dataSync()]
    const at = (i: number, j: number) => values[levels[0]!.place[i * 7 + j]!]
    // (1, 0): 0 at the wall, ½ · 1 from the east; (0, 0): ¼ of one coarse point; (2, 2): four quarters
    assert.deepEqual([at(1, 1), at(1, 2), at(1, 0), at(2, 2), at(0, 0), at(0, 1)], [1, 1, 0.5, 1, 0.25, 0.5])
  })

  for (const [name, k] of [
    ['k = 1', () => 1],
    ['lognormal k', (normal) => Math.exp(2 * normal())],
    ['checkers of contrast 1e5', (_normal, i, j) => ((i + j) % 2 === 0 ? 1 : 1e5)],
  ] as [string, Cell][])
    it(`reduces the energy of any error at least threefold in a cycle: ${name}, 15 × 15`, () => {
      const { levels, grids } = hierarchyOf(15, k)
      const A = (x: Tensor) => applyOperator(grids[0]!, levels[0]!, x)
      const energy = (x: Tensor) => Math.sqrt(x.mul(A(x)).sum().dataSync()[0]!)
      let e: Tensor = tf.tensor2d(Float32Array.from({ length: 225 }, rng(SEED, 'error').normal), [225, 1])
      let rate = 0
      for (let step = 0; step < 30; step++) {
        const before = energy(e)
        e = e.sub(vCycle(grids, levels, A(e)))
        rate = energy(e) / before // the power method: it comes close to the worst from below
        e = e.div(energy(e))
      }
      assert.ok(rate < 1 / 3, `${rate}`)
    })
})

type Cell = (normal: () => number, i: number, j: number) => number

function hierarchyOf(n: number, k: Cell): { matrix: Stencil; levels: Placed[]; grids: Grid[] } {
  const { normal } = rng(SEED, 'k', n)
  const side = n + 1
  const data = Float64Array.from({ length: side * side }, (_, p) => k(normal, Math.floor(p / side), p % side))
  const matrix = assemble({ batch: 1, n: side, data })
  const levels = placed(levelsOf(n))
  const lane = { entry: 0, scale: Math.max(...matrix.center), failed: null }
  const { off, excess } = packMatrix(matrix, [lane], { levels, batch: 1 })
  const finest = { off: tf.tensor(off, [4, n * n, 1]), excess: tf.tensor(excess, [n * n, 1]) }
  return { matrix, levels, grids: buildHierarchy(finest, levels) }
}

/** The matrix of a linear map, [rows][columns], by its unit vectors. */
function dense(columns: number, map: (x: Tensor) => Tensor): number[][] {
  const images = Array.from({ length: columns }, (_, q) => {
    const unit = new Float32Array(columns)
    unit[q] = 1
    return map(tf.tensor2d(unit, [columns, 1])).dataSync()
  })
  return Array.from({ length: images[0]!.length }, (_, p) => images.map((image) => image[p]!))
}
