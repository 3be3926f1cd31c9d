import assert from 'node:assert/strict'
import type { Field, Stencil } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import cg from '../../solvers/cg.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'
import ic0, { incomplete } from '../../solvers/ic0.ts'

const SEED = 43

describe(`solvers/ic0 (seed ${SEED})`, () => {
  it('has the pivots of 2 × 2 nodes, k = 1, as on paper', () => {
    // A / 9 = 4 on the diagonal, −1 beside it: d = 4, 4 − ¼, 4 − ¼, 4 − 2/3.75
    const matrix = assemble(field(3, () => 1))
    const [d0, d1, d3] = [36, 9 * 3.75, 9 * (4 - 2 / 3.75)]
    const last = 1 / d3 // M⁻¹ of the last unit vector, backwards: its neighbors get 9/d1 of it, the first node 9/d0 of both
    const middle = (9 * last) / d1
    const expected = [(18 * middle) / d0, middle, middle, last]
    const z = applied(matrix, Float64Array.of(0, 0, 0, 1))
    for (const [p, value] of z.entries())
      assert.ok(Math.abs(value - expected[p]!) < 1e-16, `${p}: ${value}, ${expected[p]}`)
  })

  it('is L Lᵀ that agrees with A wherever A has an entry', () => {
    const n = 6
    const { normal } = rng(SEED, 'pattern')
    const matrix = assemble(field(n + 1, () => Math.exp(2 * normal())))
    const dense = denseOf(matrix)
    const product = inverseOf(Array.from({ length: n * n }, (_, p) => [...applied(matrix, unit(n * n, p))]))
    let outside = 0
    for (let p = 0; p < n * n; p++) {
      for (let q = 0; q < n * n; q++) {
        const gap = Math.abs(product[p]![q]! - dense[p]![q]!)
        // inverted by elimination: 1e-10 of the diagonal is what that may lose at this contrast
        if (dense[p]![q] !== 0) assert.ok(gap < 1e-10 * dense[p]![p]!, `${p}, ${q}: ${gap}`)
        else outside = Math.max(outside, gap)
      }
    }
    assert.ok(outside > 1e-3 * dense[0]![0]!, 'no fill: the product has entries that A has not')
  })

  it('is exact on a single node', async () => {
    const matrix = assemble(field(2, (i, j) => 1 + i + 2 * j))
    assert.deepEqual([...applied(matrix, Float64Array.of(1))], [1 / matrix.center[0]!])
    const { iterations } = await ic0.solve(
      await ic0.setup(matrix, ic0.defaults),
      field(1, () => 3),
      ic0.defaults,
    )
    assert.equal(iterations[0], 1)
  })

  it('takes less than half the iterations of the diagonal', async () => {
    const { normal } = rng(SEED, 'gain')
    const matrix = assemble(field(33, () => Math.exp(normal())))
    const rhs = field(32, () => normal())
    const diagonal = await cg.solve(matrix, rhs, cg.defaults)
    const factor = await ic0.solve(await ic0.setup(matrix, ic0.defaults), rhs, ic0.defaults)
    assert.deepEqual([diagonal.status, factor.status], [['converged'], ['converged']])
    assert.ok(
      2 * factor.iterations[0]! < diagonal.iterations[0]!,
      `${factor.iterations[0]} of ${diagonal.iterations[0]}`,
    )
  })

  it('says breakdown of a pivot that is not positive, at setup, and goes on with the next entry', async () => {
    const data = Float64Array.of(...field(4, () => 1).data, ...field(4, () => 1).data)
    const matrix = assemble({ batch: 2, n: 4, data })
    matrix.center[4] = 8 // below the 2 · 16² / 60 that the nodes before it take away
    assert.equal(incomplete(matrix, 0), 'breakdown')
    const rhs = { batch: 2, n: 3, data: new Float64Array(18).fill(1) }
    const { status, x } = await ic0.solve(await ic0.setup(matrix, ic0.defaults), rhs, ic0.defaults)
    assert.deepEqual(status, ['breakdown', 'converged'])
    assert.ok(x.data.subarray(0, 9).every((value) => value === 0))
    matrix.center[4] = Number.NaN
    assert.equal(incomplete(matrix, 0), 'non-finite')
  })
})

function applied(matrix: Stencil, r: Float64Array): Float64Array {
  const precondition = incomplete(matrix, 0)
  assert.ok(typeof precondition !== 'string')
  const z = new Float64Array(r.length)
  precondition(r, z)
  return z
}

function unit(size: number, p: number): Float64Array {
  const vector = new Float64Array(size)
  vector[p] = 1
  return vector
}

function denseOf({ n, center, west, east, south, north }: Stencil): number[][] {
  return Array.from({ length: n * n }, (_, p) => {
    const row = new Array<number>(n * n).fill(0)
    row[p] = center[p]!
    if (p % n > 0) row[p - 1] = west[p]!
    if (p % n < n - 1) row[p + 1] = east[p]!
    if (p >= n) row[p - n] = south[p]!
    if (p < n * n - n) row[p + n] = north[p]!
    return row
  })
}

/** Gauss–Jordan, without pivoting: the matrices here are positive definite. */
function inverseOf(rows: number[][]): number[][] {
  const size = rows.length
  const work = rows.map((row, p) => [...row, ...unit(size, p)])
  for (let c = 0; c < size; c++) {
    const pivot = work[c]![c]!
    work[c] = work[c]!.map((value) => value / pivot)
    for (let r = 0; r < size; r++) {
      if (r === c) continue
      const factor = work[r]![c]!
      work[r] = work[r]!.map((value, q) => value - factor * work[c]![q]!)
    }
  }
  return work.map((row) => row.slice(size))
}

function field(n: number, value: (i: number, j: number) => number): Field {
  return {
    batch: 1,
    n,
    data: Float64Array.from({ length: n * n }, (_, p) => value(Math.floor(p / n), p % n)),
  }
}
