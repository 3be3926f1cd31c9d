import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import {
  type Row,
  readLines,
  readRecords,
  type Separator,
  splitPlain,
  splitQuoted,
} from '../../../generators/interactions/records.ts'
import { UserError } from '../../../io/errors.ts'

describe('generators/interactions/records', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'records-'))
  })
  after(() => rm(folder, { recursive: true }))

  const read = async (content: string | Uint8Array, separator: Separator): Promise<Row[]> => {
    const path = join(folder, 'log.txt')
    await writeFile(path, content)
    const rows: Row[] = []
    for await (const block of readRecords(path, separator)) rows.push(...block)
    return rows
  }
  const fieldsOf = async (content: string | Uint8Array, separator: Separator) =>
    (await read(content, separator)).map(({ fields }) => fields)

  it('takes LF, CRLF, a BOM, a missing last line end and blank lines', async () => {
    assert.deepEqual(await read('\ufeffa,b\r\n\r\n  \nc,d', ','), [
      { line: 1, fields: ['a', 'b'] },
      { line: 4, fields: ['c', 'd'] },
    ])
  })

  it('reads quoted fields as RFC 4180 has them, over line ends too', async () => {
    const rows = await read('1,"a ""b"", c",2\n"x\ny",,"",z\n3,4,5,6\n', ',')
    assert.deepEqual(rows, [
      { line: 1, fields: ['1', 'a "b", c', '2'] },
      { line: 2, fields: ['x\ny', '', '', 'z'] },
      { line: 4, fields: ['3', '4', '5', '6'] },
    ])
  })

  it('keeps the CRLF of a quoted field, and takes that of a record away', async () => {
    assert.deepEqual(await fieldsOf('"a\r\nb",x\r\n"a\nb",y\r\n"\r\n",z\r', ','), [
      ['a\r\nb', 'x'],
      ['a\nb', 'y'],
      ['\r\n', 'z'],
    ])
  })

  it('takes a quote for a letter where fields are separated by tab', async () => {
    assert.deepEqual(await fieldsOf('"Weird Al" Yankovic\t1\n5" single\t2\n', '\t'), [
      ['"Weird Al" Yankovic', '1'],
      ['5" single', '2'],
    ])
  })

  it('takes runs of spaces, and spaces at both ends, for one separator', async () => {
    assert.deepEqual(await fieldsOf(' 1  2 3 \n', ' '), [['1', '2', '3']])
  })

  it('reads gzip', async () => {
    assert.deepEqual(await fieldsOf(gzipSync('é\t😀\n'), '\t'), [['é', '😀']])
  })

  it('keeps letters and lines whole where the blocks of a large file cut them', async () => {
    const line = '日本語😀\titem\n' // 18 bytes, which do not divide a megabyte
    const rows = await read(line.repeat(150_000), '\t')
    assert.equal(rows.length, 150_000)
    assert.ok(
      rows.every(({ line, fields }, n) => line === n + 1 && fields[0] === '日本語😀' && fields[1] === 'item'),
    )
  })

  it('refuses what is not text, with one sentence', async () => {
    const refused = (content: string | Uint8Array, message: RegExp) =>
      assert.rejects(read(content, ','), (error) => error instanceof UserError && message.test(error.message))
    await refused(Uint8Array.of(97, 44, 0xff, 0xfe), /^log\.txt: not UTF-8 text near line 1/)
    await refused('a,b\nc\0,d\n', /not UTF-8 text/)
    await refused(Uint8Array.of(97, 44, 98, 10, 0xe2, 0x82), /not UTF-8 text near line 2/) // ends inside a letter
    await refused(gzipSync('a,b\n').subarray(0, -9), /^log\.txt: damaged gzip/)
    await refused('a,b\n"c,d\ne,f\n', /^log\.txt: line 2: a quote is opened and not closed$/)
    await refused(`"${'x,y\n'.repeat(50_000)}`, /line 1: a quote is opened/)
  })

  it('gives the lines of an empty file', async () => {
    await writeFile(join(folder, 'empty'), '')
    for await (const block of readLines(join(folder, 'empty'))) assert.fail(`block ${block.line}`)
  })

  it('splits what an independent writer joined (fast-check, seed 11)', () => {
    const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', ' ', 'é', '\t', "'") })
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 5 }), (fields) => {
        const text = fields.map((one) => `"${one.split('"').join('""')}"`).join(',')
        assert.deepEqual(splitQuoted(text, ','), fields)
      }),
      { seed: 11 },
    )
    assert.equal(splitQuoted('a,"b', ','), null)
    assert.deepEqual(splitPlain('1::F::25', '::'), ['1', 'F', '25'])
  })
})
