import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import * as arrow from 'apache-arrow'
import type { Schema } from '../../contracts.ts'
import { decodeArrow, encodeArrow, readArrow, writeArrow } from '../../io/arrow.ts'
import { pick } from '../../io/columns.ts'
import { sha256 } from '../../io/files.ts'
import { everyColumn, everySchema, temporaryFolder } from './tables.ts'

describe('arrow: files', () => {
  const at = temporaryFolder()

  for (const rows of [0, 1, 2, 3, 5, 8, 13]) {
    it(`gives every type of column back, ${rows} rows`, async () => {
      const columns = everyColumn(rows)
      await writeArrow(at('a.arrow'), everySchema, columns, { note: 'ü' })
      const back = await readArrow(at('a.arrow'))
      assert.deepEqual(back.columns, columns)
      assert.deepEqual(JSON.parse(back.metadata['fieldrank.schema']!), everySchema)
      assert.equal(back.metadata.note, 'ü')
    })
  }

  it('writes the same bytes whatever the order of the metadata, and tells their hash', async () => {
    const one = await writeArrow(at('a.arrow'), everySchema, everyColumn(3), { a: '1', b: '2' })
    const two = await writeArrow(at('a.arrow'), everySchema, everyColumn(3), { b: '2', a: '1' })
    assert.deepEqual(one, two)
    const bytes = await readFile(at('a.arrow'))
    assert.deepEqual(one, { path: 'a.arrow', sha256: sha256(bytes), bytes: bytes.length })
  })

  it('is what apache-arrow reads without us', async () => {
    await writeArrow(at('a.arrow'), everySchema, everyColumn(4))
    const table = arrow.tableFromIPC(await readFile(at('a.arrow')))
    assert.equal(table.getChild('k')!.get(2).get(4), (2 * 9 + 4) / 8)
    assert.deepEqual(table.getChild('history')!.get(3).toArray(), Int32Array.of(30, 31, 32))
    assert.equal(table.getChild('id')!.get(3), '日本')
    assert.ok(table.schema.fields.every((field) => !field.nullable))
  })

  it('checks the hash it is given before it reads, and picks columns', async () => {
    const expect = await writeArrow(at('a.arrow'), everySchema, everyColumn(4))
    const { columns } = await readArrow(at('a.arrow'), { expect, columns: ['x', 'row'] })
    assert.deepEqual(columns, pick(everyColumn(4), ['x', 'row']))
    const bytes = await readFile(at('a.arrow'))
    for (let i = 0; i < 100; i++) {
      const damaged = Buffer.from(bytes)
      damaged[Math.floor((bytes.length * i) / 100)]! ^= 1
      await writeFile(at('a.arrow'), damaged)
      await assert.rejects(readArrow(at('a.arrow'), { expect }), {
        name: 'UserError',
        message: /^a\.arrow: sha256 is not/,
      })
    }
  })

  it('speaks of files that are missing or not Arrow', async () => {
    await writeFile(at('page.arrow'), '<html>')
    await writeArrow(at('cut.arrow'), everySchema, everyColumn(4))
    await writeFile(at('cut.arrow'), (await readFile(at('cut.arrow'))).subarray(0, -20))
    await assert.rejects(readArrow(at('cut.arrow')), {
      name: 'UserError',
      message: /^cut\.arrow: not an Arrow file/,
    })
    await assert.rejects(readArrow(at('gone.arrow')), {
      name: 'UserError',
      message: /^gone\.arrow: no such file/,
    })
    await assert.rejects(readArrow(at('page.arrow')), {
      name: 'UserError',
      message: /^page\.arrow: not an Arrow file/,
    })
  })
})

describe('arrow: tables of others', () => {
  const read = (table: arrow.Table, schema?: Schema) =>
    decodeArrow(arrow.tableToIPC(table), 'theirs', schema === undefined ? {} : { schema }).columns
  const f64 = new arrow.Field('item', new arrow.Float64(), true)

  it('several batches are joined', () => {
    const batch = (columns: Record<string, Int32Array | Float32Array>) =>
      arrow.tableFromArrays(columns).batches
    const parts = [
      { n: Int32Array.of(1, 2), x: Float32Array.of(0.5, 1.5) },
      { n: Int32Array.of(3), x: Float32Array.of(2.5) },
    ]
    const table: arrow.Table = new arrow.Table(parts.flatMap(batch))
    assert.deepEqual(read(table), {
      rows: 3,
      data: { n: Int32Array.of(1, 2, 3), x: Float32Array.of(0.5, 1.5, 2.5) },
    })
  })

  it('lists of lists and lists of fixed length are flattened row-major', () => {
    const lists = new arrow.List(new arrow.Field('row', new arrow.List(f64), true))
    const nested = arrow.vectorFromArray(
      [
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
      ],
      lists,
    )
    const fixed = arrow.vectorFromArray(
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
      new arrow.FixedSizeList(3, f64),
    )
    const large = arrow.vectorFromArray(
      [
        [1, 2],
        [3, 4],
      ],
      new arrow.LargeList(f64),
    )
    const { data } = read(new arrow.Table({ nested, fixed, large }))
    assert.deepEqual(data, {
      nested: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8),
      fixed: Float64Array.of(1, 2, 3, 4, 5, 6),
      large: Float64Array.of(1, 2, 3, 4),
    })
    const schema: Schema = { nested: { type: 'f32', shape: [2, 2], about: '' } }
    assert.deepEqual(
      read(new arrow.Table({ nested }), schema).data.nested,
      Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    )
  })

  it('narrow and unsigned integers, long text and views of text are ours too', () => {
    const table = new arrow.Table({
      a: arrow.vectorFromArray([1, -2], new arrow.Int8()),
      b: arrow.vectorFromArray([1, 2 ** 32 - 1], new arrow.Uint32()),
      c: arrow.vectorFromArray(['x', 'yy'], new arrow.LargeUtf8()),
      d: arrow.vectorFromArray(['a text longer than twelve bytes', ''], new arrow.Utf8View()),
    })
    assert.deepEqual(read(table).data, {
      a: Int32Array.of(1, -2),
      b: BigInt64Array.of(1n, 4294967295n),
      c: ['x', 'yy'],
      d: ['a text longer than twelve bytes', ''],
    })
  })

  it('missing values and types that are not ours are refused by name', () => {
    const refused = (vector: arrow.Vector, message: RegExp) =>
      assert.throws(() => read(new arrow.Table({ v: vector })), { name: 'UserError', message })
    refused(
      arrow.vectorFromArray([1, null, 3], new arrow.Int32()),
      /^theirs: column 'v' has 1 missing values/,
    )
    refused(arrow.vectorFromArray([[1], null], new arrow.List(f64)), /'v' has 1 missing values/)
    refused(arrow.vectorFromArray([new Date(0)], new arrow.DateDay()), /'v' is of type Date/)
    refused(arrow.vectorFromArray([true], new arrow.Bool()), /'v' is of type Bool/)
    refused(
      arrow.vectorFromArray([[1], [2, 3]], new arrow.List(f64)),
      /'v': row 1 holds 2 values, expected 1/,
    )
  })

  it('columns that do not fit their schema are a bug of ours', () => {
    assert.throws(
      () => encodeArrow({ row: everySchema.row! }, everyColumn(2), 'file'),
      /column 'k' is not in the schema/,
    )
  })
})
