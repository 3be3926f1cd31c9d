import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { blankSql, parseTime, timeSql, trimSql } from '../../../generators/interactions/times.ts'
import { type Duckdb, openDuckdb, quote } from '../../../io/duckdb.ts'

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

  describe('in SQL', () => {
    let folder: string
    let db: Duckdb
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'times-'))
      db = await openDuckdb(join(folder, 'db'))
    })
    after(async () => {
      await db.close()
      await rm(folder, { recursive: true })
    })
    const { value, kind } = timeSql('cell')
    const answers = async (texts: readonly string[]) => {
      const cells = `SELECT n, ${trimSql('text')} AS cell FROM (VALUES ${texts.map((text, n) => `(${n}, ${quote(text)})`).join(', ')}) t(n, text)`
      const rows = await db.rows(`SELECT ${value} AS value, ${kind} AS kind FROM (${cells}) ORDER BY n`)
      return rows.map((row) => (row.value === null ? null : { kind: row.kind, value: BigInt(row.value!) }))
    }
    const MOMENTS = [
      ...['0', '7', '-5', '+3', ' 7 ', '\t7', '7\u00a0', '\ufeff7', '00012', '1300000000123456789'],
      ...['9223372036854775807', '-9223372036854775808', '881250949.0', '8.81250949E+08', '1e3', '123e-05'],
      ...['5.7', '-0.5', '-5.5', '.5', '5.', '1e-400', '12345678901234567.8', '-9223372036854775808.0'],
      ...['1992-09-20', '1992-09-20 01:02', '1992-09-20T01:02:03', '1992-09-20 01:02:03.999Z', '0100-01-01'],
      ...[
        '1992-09-20 01:02:03,5',
        '1992-09-20T01:02:03.5+02',
        '1992-09-20 01:02 UTC',
        '9999-12-31 23:59:59.9',
      ],
      ...['1992-09-20T01:02-0530', '1992-09-20 01:02:03 -05:30', '1969-12-31T23:59:59.5', '2020-02-29\n'],
    ]
    const NONE = [
      ...[
        '',
        ' ',
        'x',
        '-',
        '+',
        '.',
        'NaN',
        'inf',
        'Infinity',
        'epoch',
        'true',
        '1e400',
        '1e30',
        '0x10',
        '0b1',
      ],
      ...[
        '1_000',
        '1 000',
        '1,5',
        '12abc',
        '9223372036854775808',
        '-9223372036854775809',
        '9223372036854775807.0',
      ],
      ...[
        '01/02/2014',
        '1992/9/20',
        '1992-9-20',
        '1992-09',
        '1992-13-01',
        '1992-02-30',
        '2021-02-29',
        '0099-12-31',
      ],
      ...[
        '1992-09-20 24:00',
        '1992-09-20 23:60',
        '1992-09-20 23:59:60',
        '1992-09-20T',
        '1992-09-20 1:02',
        '12:30',
      ],
      ...['1992-09-20 01:02:03 Europe/Berlin', '1992-09-20Z', '1992-09-20 01', '10000-01-01', '-1992-09-20'],
      ...['1992-09-20 (BC)', '١٢٣', '1992-09-20  01:02', '1992-09-20 01:02:03+2', '1992-09-20 01:02:03.'],
    ]

    it('answers each case as parseTime does', async () => {
      const texts = [...MOMENTS, ...NONE]
      const found = texts.map(parseTime)
      assert.deepEqual(await answers(texts), found)
      assert.deepEqual(
        texts.filter((_, n) => found[n] === null),
        NONE,
      )
    })

    it('answers as parseTime does when a letter is changed, put in or taken out (fast-check, seed 9)', async () => {
      const letter = fc.constantFrom(...'0123459-+.,:eETZUC /x\u00a0\t')
      const changed = fc
        .tuple(fc.constantFrom(...MOMENTS), fc.nat(30), fc.nat(1), fc.oneof(letter, fc.constant('')))
        .map(([text, at, cut, put]) => text.slice(0, at) + put + text.slice(at + cut))
      const texts = fc.sample(changed, { seed: 9, numRuns: 4000 })
      const found = await answers(texts)
      texts.forEach((text, n) => {
        assert.deepEqual(found[n], parseTime(text), JSON.stringify(text))
      })
    })

    it('has the same blanks as trim()', async () => {
      const codes = Array.from({ length: 0xffff }, (_, n) => n + 1).filter(
        (code) => code < 0xd800 || code > 0xdfff,
      )
      const letters = `SELECT code, chr(code) AS text FROM (SELECT unnest(${JSON.stringify(codes)})::INTEGER AS code)`
      const rows = await db.rows(`SELECT code FROM (${letters}) WHERE ${blankSql('text')} ORDER BY code`)
      assert.deepEqual(
        rows.map(({ code }) => code),
        codes.filter((code) => String.fromCharCode(code).trim() === ''),
      )
    })
  })
})
