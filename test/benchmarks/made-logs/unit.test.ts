import assert from 'node:assert/strict'
import { inSeconds, UNITS, type Unit, unitOf } from '../../../benchmarks/made-logs/unit.ts'

const lasts = (...times: number[]) => times.map((last) => ({ last, gap: Number.NaN }))

describe('benchmarks/made-logs/unit', () => {
  it('tells the unit of moments by their size', () => {
    const moment = 1_393_545_600 // 28 February 2014
    for (const unit of ['s', 'ms', 'us', 'ns'] as const)
      assert.equal(unitOf(lasts(moment / UNITS[unit]), 'log.csv'), unit)
    assert.equal(unitOf(lasts(0, moment, moment), 'log.csv'), 's') // a time that is missing does no harm
    assert.equal(unitOf(lasts(789_652_004), 'log.csv'), 's') // the first of MovieLens, 1995
  })

  it('refuses in one sentence what could be anything', () => {
    // since the beginning of a log; days; years; dates in digits; the ticks of .NET
    for (const time of [0, -5, 5_184_000, 16_129, 2014, 20_140_228, 20_140_228_103_000, 6.35e17])
      assert.throws(() => unitOf(lasts(time), 'log.csv'), {
        name: 'UserError',
        message:
          /^fit-log: the times of log\.csv \(median \S+\) are no moments between 1990 and 2100 in s, ms, us, ns, so it is not known how long a gap is\. Say their unit: --unit s\|ms\|us\|ns\|d$/,
      })
  })

  it('puts gaps into seconds, and leaves what serves the order alone', () => {
    const sequences = [Int32Array.of(1, 2, 3)]
    const gapIn = (unit: Unit, gap: number) =>
      inSeconds({ sequences, moments: [{ last: 7, gap }] }, unit).moments![0]!
    assert.deepEqual(gapIn('s', 60), { last: 7, gap: 60 })
    assert.ok(Math.abs(gapIn('ms', 60_000).gap - 60) < 1e-12)
    assert.equal(gapIn('d', 2).gap, 172_800)
    assert.equal(gapIn('ns', 0).gap, 0)
    assert.deepEqual(inSeconds({ sequences, moments: null }, 'ms'), { sequences, moments: null })
  })
})
