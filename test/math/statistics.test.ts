import assert from 'node:assert/strict'
import { mean, quantile, standardError, sum, variance } from '../../math/statistics.ts'

describe('math/statistics', () => {
  it('keeps what a plain sum loses', () => {
    assert.equal(
      [1, 1e100, 1, -1e100].reduce((a, b) => a + b, 0),
      0,
    )
    assert.equal(sum([1, 1e100, 1, -1e100]), 2)
    // Ten tenths: the plain sum is 0.9999999999999999.
    assert.equal(sum(Array(10).fill(0.1)), 1)
  })

  it('sums nothing to 0 and infinities to infinity', () => {
    assert.equal(sum([]), 0)
    assert.equal(sum([1, Number.POSITIVE_INFINITY, 2]), Number.POSITIVE_INFINITY)
    assert.ok(Number.isNaN(sum([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])))
    assert.ok(Number.isNaN(sum([1, Number.NaN])))
  })

  it('has the mean, variance and standard error of 2 4 4 4 5 5 7 9', () => {
    const values = [2, 4, 4, 4, 5, 5, 7, 9]
    assert.equal(mean(values), 5)
    assert.equal(variance(values), 32 / 7) // squares 9 1 1 1 0 0 4 16
    assert.equal(standardError(values), Math.sqrt(32 / 7 / 8))
  })

  it('finds a small spread on a large offset', () => {
    // The one-pass formula Σx² − n x̄² gives 0 or less here: x² needs 60 bits.
    assert.equal(variance([1e9 + 1, 1e9 + 2, 1e9 + 3]), 1)
  })

  it('says NaN where there is no answer', () => {
    assert.ok(Number.isNaN(mean([])))
    assert.ok(Number.isNaN(variance([1])))
    assert.ok(Number.isNaN(standardError([1])))
    assert.ok(Number.isNaN(quantile([], 0.5)))
  })

  it('has quantiles between order statistics', () => {
    const values = [40, 10, 30, 20]
    assert.equal(quantile(values, 0), 10)
    assert.equal(quantile(values, 1), 40)
    assert.equal(quantile(values, 0.5), 25)
    assert.equal(quantile(values, 0.25), 17.5) // 3 · 0.25 = 0.75 of the way from 10 to 20
    assert.equal(
      quantile([1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY], 1),
      Number.POSITIVE_INFINITY,
    )
    assert.deepEqual(values, [40, 10, 30, 20])
    assert.throws(() => quantile(values, 1.1), /q must be in \[0, 1\] \(got 1.1\)/)
  })
})
