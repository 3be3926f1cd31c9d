import assert from 'node:assert/strict'
import type { Status } from '../../../contracts.ts'
import { assemble } from '../../../solvers/diffusion/stencil.ts'
import { ict } from '../../../solvers/factors/ict.ts'
import type { Lower } from '../../../solvers/factors/lower.ts'
import { choleskyOf, denseOf, fullOf, lognormal, most } from './dense.ts'

const SEED = 62

describe(`solvers/factors/ict (seed ${SEED})`, () => {
  it('has the first columns of 3 × 3 nodes, k = 1, as on paper', () => {
    // A / 16: 4 on the diagonal. Column 0: 2, −½, −½ at rows 0, 1, 3. Column 1 without fill keeps rows 2 and 4 and drops its fill at row 3,
    // −(−½)(−½) = −¼; with one entry more it keeps that: (−1, −¼, −1) / √(4 − ¼)
    const matrix = assemble({ batch: 1, n: 4, data: new Float64Array(16).fill(1) })
    const column = (fill: number, j: number) =>
      fullOf(sound(ict(matrix, 0, fill))).map((row) => Number((row[j]! / 4).toPrecision(12)))
    const root = Math.sqrt(3.75)
    const shown = (values: number[]) => values.map((value) => Number(value.toPrecision(12)))
    assert.deepEqual(column(0, 0), [2, -0.5, 0, -0.5, 0, 0, 0, 0, 0])
    assert.deepEqual(column(0, 1), shown([0, root, -1 / root, 0, -1 / root, 0, 0, 0, 0]))
    assert.deepEqual(column(1, 1), shown([0, root, -1 / root, -0.25 / root, -1 / root, 0, 0, 0, 0]))
  })

  it('is the exact factor where nothing is dropped', () => {
    const matrix = lognormal(6, SEED, 2)
    const exact = choleskyOf(denseOf(matrix))
    // rounding of 36 rows of entries of the size of the largest
    assert.ok(most(fullOf(sound(ict(matrix, 0, 36, 0))), exact) < 1e-13 * Math.max(...exact.flat()))
  })

  it('is what its definition says, column by column, from a dense matrix', () => {
    for (const [fill, drop] of [
      [0, 1e-4],
      [1, 1e-4],
      [3, 1e-4],
      [5, 0.05],
    ] as const) {
      const matrix = lognormal(7, SEED)
      const expected = reference(denseOf(matrix), fill, drop)
      const found = fullOf(sound(ict(matrix, 0, fill, drop)))
      assert.ok(most(found, expected) < 1e-13 * Math.max(...expected.flat()), `fill ${fill}, drop ${drop}`)
    }
  })

  it('has the fill of PreCorrector’s sets', () => {
    // % of n⁴ entries, ICt(1) and ICt(5): arXiv:2405.15557, by another library; four digits there
    for (const [n, one, five] of [
      [32, 0.3786, 0.7585],
      [64, 0.09614, 0.19243],
    ] as const) {
      const matrix = assemble({ batch: 1, n: n + 1, data: new Float64Array((n + 1) ** 2).fill(1) })
      const share = (fill: number) => (100 * sound(ict(matrix, 0, fill)).values.length) / n ** 4
      assert.ok(Math.abs(share(1) / one - 1) < 1e-3, `${n}: ${share(1)}, ${one}`)
      assert.ok(Math.abs(share(5) / five - 1) < 1e-3, `${n}: ${share(5)}, ${five}`)
    }
  })

  it('says breakdown of a pivot that is not positive, and stores no 0', () => {
    const matrix = lognormal(3, SEED)
    matrix.center[8] = 1e-3
    assert.equal(ict(matrix, 0, 1), 'breakdown')
    matrix.center[8] = Number.NaN
    assert.equal(ict(matrix, 0, 1), 'non-finite')
    const apart = lognormal(3, SEED)
    for (const side of [apart.west, apart.east, apart.south, apart.north]) side.fill(0)
    assert.equal(sound(ict(apart, 0, 4)).values.length, 9)
  })
})

function sound(lower: Lower | Status): Lower {
  assert.ok(typeof lower !== 'string')
  return lower
}

function reference(a: number[][], fill: number, drop: number): number[][] {
  const size = a.length
  const l = a.map((row) => row.map(() => 0))
  for (let j = 0; j < size; j++) {
    const own = a.map((row, i) => (i >= j ? row[j]! : 0))
    const w = own.map((value, i) => {
      let sum = value
      for (let c = 0; c < j && i >= j; c++) sum -= l[j]![c]! * l[i]![c]!
      return sum
    })
    const limit = drop * Math.hypot(...own)
    const kept = w
      .map((value, i) => ({ value, i }))
      .filter(({ value, i }) => i > j && Math.abs(value) > limit)
      .sort((x, y) => Math.abs(y.value) - Math.abs(x.value))
      .slice(0, own.filter((value, i) => i > j && value !== 0).length + fill)
    l[j]![j] = Math.sqrt(w[j]!)
    for (const { value, i } of kept) l[i]![j] = value / l[j]![j]!
  }
  return l
}
