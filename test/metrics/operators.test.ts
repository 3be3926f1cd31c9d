import assert from 'node:assert/strict'
import type { Columns } from '../../contracts.ts'
import maxError from '../../metrics/operators/max-error.ts'
import relativeL2 from '../../metrics/operators/relative-l2.ts'

const facts = { grid: 2 }
const columns = (rows: number, x: Float32Array | Float64Array): Columns => ({ rows, data: { x } })

// Two rows of 2 × 2 nodes. Errors: (0, 0, 3, 4) and (1, −1, 1, −1); truths of norm 10 and 4.
const truth = columns(2, Float64Array.of(0, 0, 6, 8, 2, 2, 2, 2))
const predicted = columns(2, Float32Array.of(0, 0, 9, 12, 3, 1, 3, 1))

describe('metrics of operators', () => {
  it('relative-l2 by hand: 5/10 and 2/4', () => {
    const { perRow, value } = relativeL2.measure(predicted, truth, facts)
    assert.deepEqual([...perRow!], [0.5, 0.5])
    assert.equal(value, 0.5)
  })

  it('relative-l2 is 0 for the truth and 1 for zeros', () => {
    assert.equal(relativeL2.measure(truth, truth, facts).value, 0)
    assert.equal(relativeL2.measure(columns(2, new Float32Array(8)), truth, facts).value, 1)
  })

  it('relative-l2 does not change with the unit, max-error does', () => {
    const times = (by: number, { rows, data }: Columns) =>
      columns(
        rows,
        Float64Array.from(data.x as Float64Array, (value) => value * by),
      )
    assert.equal(relativeL2.measure(times(8, predicted), times(8, truth), facts).value, 0.5)
    assert.equal(maxError.measure(times(8, predicted), times(8, truth), facts).value, 8 * 2.5)
  })

  it('max-error by hand: 4 and 1', () => {
    const { perRow, value } = maxError.measure(predicted, truth, facts)
    assert.deepEqual([...perRow!], [4, 1])
    assert.equal(value, 2.5)
  })

  it('sums in f64: an error of 1e-9 of the truth is seen', () => {
    const one = columns(1, Float64Array.of(1, 1, 1, 1))
    const near = columns(1, Float64Array.of(1, 1, 1, 1 + 2e-9))
    // 1 + 2e-9 is rounded to 2^-52: its error is known to 1e-16 / 2e-9, about 1e-7
    assert.ok(Math.abs(relativeL2.measure(near, one, facts).value / 1e-9 - 1) < 1e-6)
  })

  it('gives no number for a prediction that is none', () => {
    const broken = columns(2, Float32Array.of(0, 0, Number.NaN, 12, 3, 1, 3, 1))
    assert.ok(Number.isNaN(relativeL2.measure(broken, truth, facts).value))
    assert.ok(Number.isNaN(maxError.measure(broken, truth, facts).value))
  })

  it('refuses rows that do not match', () => {
    assert.throws(
      () => maxError.measure(columns(1, new Float32Array(4)), truth, facts),
      /4 values in 1 rows.*8 in 2/,
    )
    assert.throws(() => maxError.measure({ rows: 2, data: {} }, truth, facts), /column x is missing/)
  })
})
