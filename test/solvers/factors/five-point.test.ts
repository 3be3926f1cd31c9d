import assert from 'node:assert/strict'
import type { Status, Stencil } from '../../../contracts.ts'
import { rng } from '../../../math/rng.ts'
import { assemble } from '../../../solvers/diffusion/stencil.ts'
import { ic0, jacobi, ssor } from '../../../solvers/factors/five-point.ts'
import { type Lower, preconditionerFrom } from '../../../solvers/factors/lower.ts'
import { incomplete } from '../../../solvers/ic0.ts'
import { denseOf, fullOf, lognormal, most, squareOf } from './dense.ts'

const SEED = 61

describe(`solvers/factors/five-point (seed ${SEED})`, () => {
  it('has the factors of 2 × 2 nodes, k = 1, as on paper', () => {
    // A / 9: 4 on the diagonal, −1 beside it; ic0: d = 4, 15/4, 15/4, 4 − 8/15
    const matrix = assemble({ batch: 1, n: 3, data: new Float64Array(9).fill(1) })
    const three = (values: number[]) => values.map((value) => 3 * value)
    const [half, root] = [-1 / 2, -1 / Math.sqrt(15 / 4)]
    assert.deepEqual(rounded(ic0(matrix, 0)), {
      columns: [0, 1, 0, 2, 0, 3, 1, 2],
      values: three([
        2,
        Math.sqrt(15 / 4),
        half,
        Math.sqrt(15 / 4),
        half,
        Math.sqrt(52 / 15),
        root,
        root,
      ]).map(digits),
    })
    assert.deepEqual(rounded(jacobi(matrix, 0)), { columns: [0, 1, 2, 3], values: three([2, 2, 2, 2]) })
    // ω = 1: D^½ on the diagonal, −1/2 beside it; ω = ½: both over √(½ · 3/2), and half of the −1/2
    assert.deepEqual(rounded(ssor(matrix, 0, 1)).values, three([2, 2, half, 2, half, 2, half, half]))
    const scale = 1 / Math.sqrt(0.75)
    assert.deepEqual(
      rounded(ssor(matrix, 0, 0.5)).values,
      three([2, 2, half / 2, 2, half / 2, 2, half / 2, half / 2].map((value) => scale * value)).map(digits),
    )
  })

  it('ic0 is L Lᵀ that agrees with A wherever A has an entry, of any entry of a batch', () => {
    const matrix = lognormal(5, SEED, 2, 2)
    for (const b of [0, 1]) {
      const a = denseOf(matrix, b)
      const product = squareOf(fullOf(sound(ic0(matrix, b))))
      const seen = product.map((row, p) => row.map((value, q) => (a[p]![q] === 0 ? 0 : value)))
      // six roundings of the largest entry
      assert.ok(most(seen, a) < 1e-14 * Math.max(...a.flat()))
      assert.ok(most(product, a) > 1e-3 * Math.max(...a.flat()), 'no fill: the product has more entries')
    }
  })

  it('applies what solvers/ic0 applies', () => {
    const matrix = lognormal(9, SEED)
    const { normal } = rng(SEED, 'r')
    const r = Float64Array.from({ length: 81 }, normal)
    const [ours, theirs] = [new Float64Array(81), new Float64Array(81)]
    usable(ic0(matrix, 0))(r, ours)
    const other = incomplete(matrix, 0)
    assert.ok(typeof other !== 'string')
    other(r, theirs)
    const size = Math.max(...theirs.map(Math.abs))
    for (const [p, value] of ours.entries())
      assert.ok(Math.abs(value - theirs[p]!) < 1e-13 * size, `node ${p}: ${value}, ${theirs[p]}`)
  })

  it('ssor is (D + ω E) D⁻¹ (D + ω E)ᵀ / (ω (2 − ω))', () => {
    const matrix = lognormal(4, SEED)
    const a = denseOf(matrix)
    for (const omega of [0.3, 1, 1.7]) {
      const lower = a.map((row, p) => row.map((value, q) => (q < p ? omega * value : q === p ? value : 0)))
      const scaled = lower.map((row) => row.map((value, q) => value / Math.sqrt(a[q]![q]!)))
      const expected = squareOf(scaled).map((row) => row.map((value) => value / (omega * (2 - omega))))
      const product = squareOf(fullOf(sound(ssor(matrix, 0, omega))))
      assert.ok(most(product, expected) < 1e-13 * Math.max(...expected.flat()), `omega ${omega}`)
    }
  })

  it('says breakdown and non-finite, and stores no 0', () => {
    const matrix = lognormal(3, SEED)
    matrix.center[4] = -1
    for (const factor of [ic0, jacobi, (m: Stencil, b: number) => ssor(m, b, 1)])
      assert.equal(factor(matrix, 0), 'breakdown')
    matrix.west[1] = Number.NaN
    for (const factor of [ic0, jacobi, (m: Stencil, b: number) => ssor(m, b, 1)])
      assert.equal(factor(matrix, 0), 'non-finite')
    const apart = lognormal(3, SEED)
    for (const side of [apart.west, apart.east, apart.south, apart.north]) side.fill(0)
    assert.equal(sound(ic0(apart, 0)).values.length, 9)
  })
})

function sound(lower: Lower | Status): Lower {
  assert.ok(typeof lower !== 'string')
  return lower
}

function usable(lower: Lower | Status) {
  const made = preconditionerFrom(lower)
  assert.ok(typeof made !== 'string')
  return made
}

/** Twelve digits: the last few of a root are rounding. */
const digits = (value: number) => Number(value.toPrecision(12))

function rounded(lower: Lower | Status): { columns: number[]; values: number[] } {
  const { columns, values } = sound(lower)
  return { columns: [...columns], values: [...values].map(digits) }
}
