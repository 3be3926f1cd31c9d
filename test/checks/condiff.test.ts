/** The checks of `npm run check:condiff` at small size, and what they would find. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { compare, contrastsOf, fisher, interval, KNOWN, quantileZ } from './contrasts.ts'
import { allowed, CASES, iterations, nameOf } from './iterations.ts'
import { MANUFACTURED, orders } from './orders.ts'
import { checkSet, residualOf, setsOf } from './sets.ts'

const SEED = 7
const LARGEST_Z = 3.89 // one of 10⁴, two-sided

describe(`check:condiff at small size (seed ${SEED})`, () => {
  const knownOf = (covariance: string, grid: number, variance: number) =>
    KNOWN.find((law) => law.covariance === covariance && law.grid === grid && law.variance === variance)!

  for (const [covariance, variance] of [
    ['cubic', 2],
    ['exponential', 1],
    ['gaussian', 0.4],
  ] as const) {
    it(`contrast of 200 fields: ${covariance}, variance ${variance}`, async () => {
      const known = knownOf(covariance, 64, variance)
      const { z, p } = compare(await contrastsOf(known, 200, SEED), known)
      assert.ok(z.every((value) => Math.abs(value) < LARGEST_Z) && p > 1e-4, `z ${z}, p ${p}`)
    })
  }

  it('would find a correlation length 0.1 for 0.05', async () => {
    const known = knownOf('gaussian', 64, 0.4)
    const { z, p } = compare(await contrastsOf(known, 200, SEED, { length: 0.1 }), known)
    assert.ok(z[0]! > LARGEST_Z && z[1]! > LARGEST_Z && p < 1e-4, `z ${z}, p ${p}`)
  })

  it('knows all 24 laws, and what printed digits mean', () => {
    assert.equal(
      new Set(KNOWN.map(({ covariance, grid, variance }) => `${covariance} ${grid} ${variance}`)).size,
      24,
    )
    assert.ok(KNOWN.every(({ accepted }) => Number.isInteger(accepted)))
    assert.deepEqual(
      [interval('795'), interval('8.5'), interval('1.1e4')],
      [
        [794.5, 795.5],
        [8.45, 8.55],
        [10500, 11500],
      ],
    )
  })

  it('counts by hand: z of a quantile, p of two shares', () => {
    const sample = Float64Array.from({ length: 200 }, (_, i) => i + 1)
    // 120 of 200 below, expected 100: 0.1 / √(¼ · 2/200) = 2
    assert.ok(Math.abs(quantileZ(sample, 0.5, [120.5, 120.5]) - 2) < 1e-12)
    assert.ok(Math.abs(quantileZ(sample, 0.5, [79.5, 80.5]) + 2) < 1e-12)
    assert.equal(quantileZ(sample, 0.5, [90, 110]), 0)
    // all of 2 against none of 2: one of the 6 ways to choose, and its mirror image
    assert.ok(Math.abs(fisher(2, 2, 0, 2) - 1 / 3) < 1e-12)
    // Fisher's tea: 3 of 4 against 1 of 4: (16 + 1 + 16 + 1) / 70
    assert.ok(Math.abs(fisher(3, 4, 1, 4) - 34 / 70) < 1e-12)
    assert.ok(Math.abs(fisher(3, 7, 3, 7) - 1) < 1e-12)
  })

  for (const problem of MANUFACTURED) {
    it(`is of order 2 ± 0.1 on 7, 15, 31, 63 nodes a side: ${problem.name}`, async () => {
      const found = await orders(problem, 7, 4)
      assert.ok(
        found.every((order) => Math.abs(order - 2) <= 0.1),
        `orders ${found}`,
      )
    })
  }

  for (const one of CASES.filter(({ grid }) => grid <= 64)) {
    it(`takes the known number of iterations: ${nameOf(one)}, mean of 8 systems`, async () => {
      const found = await iterations(one, 8, SEED)
      for (const [t, known] of one.known.entries())
        assert.ok(Math.abs(found[t]! - known) <= allowed(known), `${found}, known ${one.known}`)
    })
  }

  it('makes, solves and judges a set of the pipeline', async () => {
    const sets = setsOf('full')
    assert.equal(sets.length, 26)
    const root = await mkdtemp(join(tmpdir(), 'fieldrank-check-'))
    try {
      const [tiny] = setsOf('tiny')
      const report = await checkSet(tiny!, 4, root)
      assert.deepEqual(report.problems, [])
      assert.ok(report.residual <= 1e-10 && report.distance <= 1e-8)
      assert.ok(report.algebraic >= 1 && report.majorant >= 1 && report.majorant < 10)
    } finally {
      await rm(root, { recursive: true, force: true })
    }
  })

  it('computes the residual of one node by hand', () => {
    // k = 1, A = [16]: 10 − 16 · 0.5 = 2
    const [k, rhs, x] = [Float64Array.of(1, 1, 1, 1), Float64Array.of(10), Float64Array.of(0.5)]
    assert.equal(residualOf({ n: 1, k, rhs, x }), 0.2)
  })
})
