import assert from 'node:assert/strict'
import fc from 'fast-check'
import { bytes, commonPower, count, measured, seconds, significant } from '../../reports/numbers.ts'

describe('reports/numbers', () => {
  it('keeps two digits of an error below 355, else one, and ends the value at the same decimal', () => {
    assert.equal(measured(0.03124, 0.00081), '0.0312 ± 0.0008')
    assert.equal(measured(0.21449, 0.0061), '0.214 ± 0.006')
    assert.equal(measured(4.9, 0.12), '4.90 ± 0.12')
    assert.equal(measured(0.5, 0.0354), '0.500 ± 0.035') // 354: two digits
    assert.equal(measured(0.5, 0.0355), '0.50 ± 0.04') // 355: one
    assert.equal(measured(0.5, 0.00949), '0.500 ± 0.009') // 949: one
    assert.equal(measured(0.5, 0.0095), '0.500 ± 0.010') // 950: carried over, two
    assert.equal(measured(12345, 678), '12300 ± 700') // before the point, too
  })

  it('gives value and error one power of ten where they are far from 1', () => {
    assert.equal(measured(3.12e-5, 8e-7), '(3.12 ± 0.08)e-5')
    assert.equal(measured(2_500_000, 60_000), '(2.50 ± 0.06)e6')
    assert.equal(measured(1e-3, 1e-4), '0.00100 ± 0.00010') // 10⁻³ itself is written in full
    assert.equal(measured(4.2e-7, null), '4.20e-7')
  })

  it('needs no error, and says — where there is no number', () => {
    assert.equal(measured(0.9734, null), '0.973')
    assert.equal(measured(1, 0), '1.00 ± 0')
    assert.equal(measured(0, 0.001), '0.0000 ± 0.0010')
    assert.equal(measured(-0.00001, 0.001), '0.0000 ± 0.0010') // no -0
    assert.equal(measured(0, null), '0')
    for (const none of [null, Number.NaN, Infinity]) assert.equal(measured(none, 0.1), '—')
    assert.equal(measured(0.5, Number.NaN), '0.500')
  })

  it('never moves a value by more than a seventh of its error', () => {
    // Half a unit of the last digit, of an error that is 10.0 to 35.4 such units, or 3.55 to 9.49: at most 0.5 / 3.55 of it.
    const number = fc.double({ min: 1e-3, max: 1e5, noNaN: true })
    fc.assert(
      fc.property(number, fc.double({ min: 1e-3, max: 1, noNaN: true }), (value, share) => {
        const [shown, error] = measured(value, value * share)
          .split(' ± ')
          .map(Number) as [number, number]
        assert.ok(
          Math.abs(shown - value) <= (value * share * 0.5) / 3.5499,
          `${value} shown as ${shown} ± ${error}`,
        )
      }),
      { seed: 1, numRuns: 500 },
    )
  })

  it('shortens counts, seconds and memory', () => {
    const counts = [0, 812, 999.6, 8400, 45_300, 120_000, 999_950, 1_234_567, null].map(count)
    assert.deepEqual(counts, ['0', '812', '1.0 k', '8.4 k', '45 k', '120 k', '1.0 M', '1.2 M', '—'])
    assert.deepEqual([0.00016, 0.0421, 0.42, 5.24, 9.96, 31, 310.4, null].map(seconds), [
      ...['0.16 ms', '42 ms', '0.42 s', '5.2 s', '10 s', '31 s', '310 s', '—'],
    ])
    assert.deepEqual([512 * 2 ** 20, 1023.7 * 2 ** 20, 1.25 * 2 ** 30, null].map(bytes), [
      ...['512 MiB', '1.0 GiB', '1.3 GiB', '—'],
    ])
  })

  it('takes digits where there are some', () => {
    assert.deepEqual(
      [0.09996, 123456, 0.00099951, -2.5].map((x) => significant(x, 3)),
      [...['0.100', '123000', '0.00100', '-2.50']],
    )
  })

  it('gives a column one power of ten by its largest value', () => {
    assert.equal(commonPower([7.7e-5, 4.2e-4, null]), -4)
    assert.equal(commonPower([0.01, 1e-6]), 0)
    assert.equal(commonPower([3e6, -4e7]), 7)
    assert.equal(commonPower([0, null, Number.NaN]), 0)
  })
})
