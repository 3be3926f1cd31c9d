import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseTime } from '../../../generators/interactions/times.ts'

describe('generators/interactions/times', () => {
  const number = (value: bigint) => ({ kind: 'number', value })
  const date = (value: bigint) => ({ kind: 'date', value })

  it('keeps integers of any unit as they are', () => {
    assert.deepEqual(parseTime('0'), number(0n))
    assert.deepEqual(parseTime(' 1300000000 '), number(1300000000n))
    assert.deepEqual(parseTime('-5'), number(-5n))
    assert.deepEqual(parseTime('1300000000123456789'), number(1300000000123456789n)) // ns: past 2^53
    assert.deepEqual(parseTime('9223372036854775807'), number(2n ** 63n - 1n))
  })

  it('drops fractions downwards', () => {
    assert.deepEqual(parseTime('881250949.0'), number(881250949n))
    assert.deepEqual(parseTime('8.81250949E+08'), number(881250949n))
    assert.deepEqual(parseTime('1.75'), number(1n))
    assert.deepEqual(parseTime('-1.5'), number(-2n))
  })

  it('reads ISO dates as seconds, in UTC unless they name a zone', () => {
    // 2020-01-01 is 18,262 days after 1970-01-01: 50 years with 12 leap days
    const newYear = BigInt(18262 * 86400)
    assert.deepEqual(parseTime('1970-01-01'), date(0n))
    assert.deepEqual(parseTime('2020-01-01'), date(newYear))
    assert.deepEqual(parseTime('2020-01-01T00:00:01.999Z'), date(newYear + 1n))
    assert.deepEqual(parseTime('2020-01-01 02:30:00+02:30'), date(newYear))
    assert.deepEqual(parseTime('2019-12-31T19:00-0500'), date(newYear))
    assert.deepEqual(parseTime('2020-01-01 00:00:00 UTC'), date(newYear))
    assert.deepEqual(parseTime('1969-12-31 23:59:59'), date(-1n))
  })

  it('refuses everything else', () => {
    const wrong = [
      '',
      'x',
      '-',
      'NaN',
      'Infinity',
      '1e400',
      '1e30',
      '9223372036854775808',
      '12abc',
      '0x10',
      '01/02/2014',
    ]
    for (const text of [
      ...wrong,
      '2020-13-01',
      '2020-02-30',
      '2020-01-01 24:00',
      '2020-01-01T10:60',
      '0014-01-01',
      '2020-01-01T',
    ]) {
      assert.equal(parseTime(text), null, text)
    }
  })

  it('agrees with Date on every second that both can write (fast-check, seed 5)', () => {
    const moment = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    fc.assert(
      fc.property(moment, (when) => {
        assert.deepEqual(parseTime(when.toISOString()), date(BigInt(Math.floor(when.getTime() / 1000))))
      }),
      { seed: 5 },
    )
  })
})
