/** Our Parquet files in the hands of others (DuckDB: C++, hyparquet: JavaScript), and theirs in ours. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { Schema } from '../../contracts.ts'
import { type Duckdb, openDuckdb, quote } from '../../io/duckdb.ts'
import { describeParquet, readParquet, tableOf, writeParquet } from '../../io/parquet.ts'
import { everyColumn, everySchema, fieldSchema, fields, temporaryFolder } from './tables.ts'

const mixed = { schema: everySchema, columns: everyColumn(150) } // floats and integers in lists: plain
const floats = { schema: fieldSchema(5), columns: fields(150, 5) } // BYTE_STREAM_SPLIT in lists
const integers: { schema: Schema; columns: typeof mixed.columns } = {
  // differences in lists
  schema: {
    user: everySchema.row!,
    history: everySchema.history!,
    time: everySchema.time!,
    weight: everySchema.weight!,
  },
  columns: {
    rows: 150,
    data: { ...pickData(['history', 'time', 'weight']), user: mixed.columns.data.row! },
  },
}
const files = { mixed, floats, integers }

function pickData(names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, mixed.columns.data[name]!]))
}

/** Columns as one plain object a row: what a generic reader gives. */
function rowsOf({ schema, columns }: typeof mixed): Record<string, unknown>[] {
  return Array.from({ length: columns.rows }, (_, r) =>
    Object.fromEntries(
      Object.entries(schema).map(([name, { shape }]) => {
        const values = columns.data[name]!
        if (shape.length === 0) return [name, values[r]]
        if (shape.includes('*')) return [name, Array.from(values[r] as Int32Array)]
        const width = values.length / columns.rows
        return [name, Array.from(values.slice(r * width, (r + 1) * width) as Float64Array)]
      }),
    ),
  )
}

describe('parquet: read by others', () => {
  const at = temporaryFolder()

  for (const [name, file] of Object.entries(files)) {
    it(`hyparquet sees the same values: ${name}`, async () => {
      await writeParquet(at('a.parquet'), file.schema, file.columns, {
        rowGroup: 64,
        metadata: { note: 'x' },
      })
      const bytes = await readFile(at('a.parquet'))
      const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
      assert.deepEqual(await parquetReadObjects({ file: buffer, compressors }), rowsOf(file))
    })
  }

  for (const [name, file] of Object.entries(files)) {
    it(`DuckDB sees the same values: ${name}`, async () => {
      await writeParquet(at('a.parquet'), file.schema, file.columns, {
        rowGroup: 64,
        metadata: { note: 'x' },
      })
      await withDuckdb(at('db'), async (duckdb) => {
        const from = `FROM read_parquet(${quote(at('a.parquet'))})`
        for (const [column, { shape }] of Object.entries(file.schema)) {
          const value = shape.length > 0 ? `unnest("${column}")` : `"${column}"`
          const seen = await duckdb.columns(`SELECT ${value} AS v ${from}`)
          const values = file.columns.data[column]!
          const expected = shape.includes('*')
            ? Int32Array.from((values as Int32Array[]).flatMap((v) => [...v]))
            : values
          assert.deepEqual(seen.data.v, expected, column)
        }
        const keys = await duckdb.rows(
          `SELECT decode(key) AS k, decode(value) AS v FROM parquet_kv_metadata(${quote(at('a.parquet'))})`,
        )
        assert.equal(keys.find(({ k }) => k === 'note')?.v, 'x')
      })
    })
  }
})

describe('parquet: written by DuckDB', () => {
  const at = temporaryFolder()
  const select = `SELECT i::INTEGER AS user, list_transform(range(i % 5), j -> (i * 10 + j)::INTEGER) AS history,
    (i * 1000000007)::BIGINT AS time, 'u' || (i % 7) AS id, (i / 8)::FLOAT AS weight, i / 3 AS score FROM range(5000) t(i)`

  it('ZSTD, version 2: lists, longs, text and floats come back, with and without a schema', async () => {
    await withDuckdb(at('db'), (duckdb) => duckdb.run(copy(select, at('d.parquet'))))
    const table = await tableOf(at('d.parquet'))
    assert.equal(table.rows, 5000)
    assert.equal(table.rowGroups.length, 3)
    const back = await readParquet(at('d.parquet'), { expect: table })
    const count = <T>(f: (i: number) => T) => Array.from({ length: 5000 }, (_, i) => f(i))
    assert.deepEqual(back.data, {
      user: Int32Array.from(count((i) => i)),
      history: count((i) => Int32Array.from({ length: i % 5 }, (_, j) => i * 10 + j)),
      time: BigInt64Array.from(count((i) => BigInt(i) * 1000000007n)),
      id: count((i) => `u${i % 7}`),
      weight: Float32Array.from(count((i) => i / 8)),
      score: Float64Array.from(count((i) => i / 3)),
    })
    const schema = { history: everySchema.history!, user: everySchema.row! }
    assert.deepEqual((await readParquet(at('d.parquet'), { schema })).data, {
      history: back.data.history,
      user: back.data.user,
    })
    assert.equal((await describeParquet(at('d.parquet'))).columns.join(), 'user,history,time,id,weight,score')
  })

  it('fields as DOUBLE[] become one array, as FLOAT where the schema says so; ragged ones are refused', async () => {
    const field = 'SELECT i::INTEGER AS "row", [i / 2, i / 4, 0.5] AS x FROM range(9) t(i)'
    const ragged =
      'SELECT i::INTEGER AS "row", list_transform(range(i + 1), j -> j / 2) AS x FROM range(9) t(i)'
    const missing = 'SELECT i::INTEGER AS "row", [1.5::DOUBLE, NULL] AS x FROM range(9) t(i)'
    await withDuckdb(at('db'), async (duckdb) => {
      await duckdb.run(copy(field, at('x.parquet')))
      await duckdb.run(copy(ragged, at('r.parquet')))
      await duckdb.run(copy(missing, at('n.parquet')))
    })
    const expected = Float64Array.from(
      { length: 27 },
      (_, i) => [Math.floor(i / 3) / 2, Math.floor(i / 3) / 4, 0.5][i % 3]!,
    )
    assert.deepEqual((await readParquet(at('x.parquet'))).data.x, expected)
    const schema: Schema = { x: { type: 'f32', shape: [3], about: '' } }
    assert.deepEqual((await readParquet(at('x.parquet'), { schema })).data, {
      x: Float32Array.from(expected),
    })
    await assert.rejects(readParquet(at('r.parquet')), {
      message: /column 'x': row 1 holds 2 values, expected 1/,
    })
    await assert.rejects(readParquet(at('n.parquet')), {
      message: /column 'x' has 9 missing values, expected none/,
    })
  })

  it('types that are not ours are named', async () => {
    const dates = "SELECT DATE '2020-01-01' AS day, i FROM range(3) t(i)"
    await withDuckdb(at('db'), (duckdb) => duckdb.run(copy(dates, at('t.parquet'))))
    await assert.rejects(readParquet(at('t.parquet')), {
      message: /^t\.parquet: column 'day' is of type Date/,
    })
    assert.deepEqual(
      (await readParquet(at('t.parquet'), { columns: ['i'] })).data.i,
      BigInt64Array.of(0n, 1n, 2n),
    )
  })
})

function copy(select: string, path: string): string {
  const format = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION 'V2', ROW_GROUP_SIZE 2048"
  return `COPY (${select}) TO ${quote(path)} (${format})`
}

async function withDuckdb(folder: string, work: (duckdb: Duckdb) => Promise<void>): Promise<void> {
  const duckdb = await openDuckdb(folder, { memory: '300MB', threads: 1 })
  try {
    await work(duckdb)
  } finally {
    await duckdb.close()
  }
}
