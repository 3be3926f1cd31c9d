import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columns, Schema, Table } from '../../contracts.ts'
import { pick, slice } from '../../io/columns.ts'
import { sha256 } from '../../io/files.ts'
import { describeParquet, readParquet, tableOf, writeParquet } from '../../io/parquet.ts'
import { rng } from '../../math/rng.ts'
import { everyColumn, everySchema, fieldSchema, fields, temporaryFolder } from './tables.ts'

describe('parquet: round trip', () => {
  const at = temporaryFolder()

  for (const rows of [0, 1, 7, 200]) {
    it(`gives every type of column back, ${rows} rows`, async () => {
      const columns = everyColumn(rows)
      const table = await writeParquet(at('a.parquet'), everySchema, columns, { rowGroup: 64 })
      assert.equal(table.rows, rows)
      assert.deepEqual(await readParquet(at('a.parquet'), { expect: table }), columns)
    })
  }

  it('keeps the values that equality hides: -0, NaN, infinities, the smallest and the largest', async () => {
    const special = [-0, 0, Number.NaN, Infinity, -Infinity, 5e-324, -Number.MAX_VALUE]
    const schema: Schema = {
      x: { type: 'f64', shape: [7], about: 'specials' },
      y: { type: 'f32', shape: [7], about: 'specials' },
    }
    const data = { x: Float64Array.from(special), y: Float32Array.from(special) }
    await writeParquet(at('s.parquet'), schema, { rows: 1, data })
    const back = await readParquet(at('s.parquet'))
    for (const name of ['x', 'y'] as const)
      assert.deepEqual(
        new Uint8Array((back.data[name] as Float64Array).slice().buffer),
        new Uint8Array(data[name].buffer),
      )
  })

  it('reads only the columns asked for, in the order asked', async () => {
    const columns = everyColumn(70)
    const table = await writeParquet(at('a.parquet'), everySchema, columns, { rowGroup: 16 })
    const names = ['id', 'k', 'row']
    const back = await readParquet(at('a.parquet'), { columns: names, expect: table })
    assert.deepEqual(Object.keys(back.data), names)
    assert.deepEqual(back, pick(columns, names))
  })

  it('says which column is missing, and leaves no file when columns and schema differ', async () => {
    await writeParquet(at('a.parquet'), everySchema, everyColumn(2))
    await assert.rejects(readParquet(at('a.parquet'), { columns: ['row', 'histori'] }), {
      name: 'UserError',
      message: /^a\.parquet: no column 'histori' \(it has row, k, .*\)\. Did you mean 'history'\?$/,
    })
    const short = { ...everyColumn(2), rows: 3 }
    await assert.rejects(
      writeParquet(at('b.parquet'), everySchema, short),
      /column 'row' has 2 values, expected 3/,
    )
    assert.deepEqual(await readdir(at()), ['a.parquet'])
  })

  it('converts numbers to the schema it is given, and refuses what would lose an integer', async () => {
    const schema: Schema = {
      user: { type: 'i64', shape: [], about: '' },
      x: { type: 'f64', shape: [2], about: '' },
    }
    const data = { user: BigInt64Array.of(7n, -8n), x: Float64Array.of(0.1, 1, 2, 3) }
    await writeParquet(at('c.parquet'), schema, { rows: 2, data })
    const like: Schema = {
      user: { type: 'i32', shape: [], about: '' },
      x: { type: 'f32', shape: [2, 1], about: '' },
    }
    const back = await readParquet(at('c.parquet'), { schema: like })
    assert.deepEqual(back.data, { user: Int32Array.of(7, -8), x: Float32Array.of(0.1, 1, 2, 3) })
    const wrong = async (column: Schema, message: RegExp) =>
      assert.rejects(readParquet(at('c.parquet'), { schema: column }), { name: 'UserError', message })
    await wrong({ x: { type: 'f32', shape: [3], about: '' } }, /column 'x': row 0 holds 2 values, expected 3/)
    await wrong({ x: { type: 'i32', shape: ['*'], about: '' } }, /column 'x' holds floats, expected i32/)
    await wrong(
      { user: { type: 'utf8', shape: [], about: '' } },
      /column 'user' holds numbers, expected utf8/,
    )
    await wrong(
      { user: { type: 'i64', shape: [2], about: '' } },
      /column 'user' holds one value a row, expected 2 of them/,
    )
    const big = { ...data, user: BigInt64Array.of(1n, 2n ** 40n) }
    await writeParquet(at('c.parquet'), schema, { rows: 2, data: big })
    await wrong(like, /column 'user': value 1099511627776 \(number 1 of the column\) does not fit i32/)
  })
})

describe('parquet: bytes', () => {
  const at = temporaryFolder()

  it('are the same for the same input, in this process and in another', async () => {
    const metadata = { zebra: 'z'.repeat(300), alpha: 'ä', middle: '', generator: '{"a":1}' }
    const write = () => writeParquet(at('a.parquet'), everySchema, everyColumn(9), { metadata })
    const first = await write()
    for (let i = 0; i < 5; i++) assert.deepEqual(await write(), first)
    const script = `
      import { writeParquet } from ${JSON.stringify(join(import.meta.dirname, '../../io/parquet.ts'))}
      import { everyColumn, everySchema } from ${JSON.stringify(join(import.meta.dirname, 'tables.ts'))}
      const table = await writeParquet(${JSON.stringify(at('b.parquet'))}, everySchema, everyColumn(9), { metadata: ${JSON.stringify(metadata)} })
      console.log(table.sha256)`
    const options = ['--import', 'tsx', '--input-type=module', '-e', script]
    assert.equal(execFileSync(process.execPath, options, { encoding: 'utf8' }).trim(), first.sha256)
    assert.deepEqual((await describeParquet(at('a.parquet'))).metadata.zebra, metadata.zebra)
  })

  it('are each covered by one stretch: 64 + 36 rows, then the footer', async () => {
    const table = await writeParquet(at('f.parquet'), fieldSchema(8), fields(100, 8))
    const bytes = await readFile(at('f.parquet'))
    const parts = [...table.rowGroups, table.footer]
    assert.equal(parts.length, 3)
    let offset = 0
    for (const part of parts) {
      assert.equal(part.offset, offset)
      assert.equal(part.sha256, sha256(bytes.subarray(offset, offset + part.bytes)))
      offset += part.bytes
    }
    assert.equal(offset, bytes.length)
    assert.equal(table.sha256, sha256(bytes))
    assert.deepEqual(await tableOf(at('f.parquet')), table)
    const described = await describeParquet(at('f.parquet'))
    assert.deepEqual(
      described.rowGroups.map(({ rows }) => rows),
      [64, 36],
    )
    assert.equal(described.rowGroups[0]!.offset, 4) // after the magic
    assert.equal(described.rowGroups[1]!.offset, table.rowGroups[1]!.offset)
    assert.deepEqual(described.columns, Object.keys(fieldSchema(8)))
    assert.deepEqual(JSON.parse(described.metadata['fieldrank.schema']!), fieldSchema(8))
  })

  it('put a table without fields into one group', async () => {
    const schema: Schema = {
      user: { type: 'i32', shape: [], about: '' },
      items: { type: 'i32', shape: [50], about: '' },
    }
    const data = { user: new Int32Array(500), items: new Int32Array(25000) }
    const table = await writeParquet(at('p.parquet'), schema, { rows: 500, data })
    assert.equal(table.rowGroups.length, 1)
  })
})

describe('parquet: damage', () => {
  const at = temporaryFolder()

  /** What reading a changed file does: 'refused', or the values it gave. */
  async function outcome(bytes: Uint8Array, table: Table): Promise<'refused' | Columns> {
    await writeFile(at('train.parquet'), bytes)
    try {
      return await readParquet(at('train.parquet'), { expect: table })
    } catch (error) {
      assert.equal((error as Error).name, 'UserError')
      assert.match((error as Error).message, /^train\.parquet: /)
      return 'refused'
    }
  }

  it('finds a flipped bit in any of 400 places spread over the file, and returns no value from it', async () => {
    const table = await writeParquet(at('train.parquet'), fieldSchema(6), fields(70, 6), { rowGroup: 64 })
    const whole = await readFile(at('train.parquet'))
    const step = whole.length / 400
    for (let i = 0; i < 400; i++) {
      const damaged = Uint8Array.from(whole)
      damaged[Math.floor(i * step)]! ^= 1 << (i % 8)
      assert.equal(await outcome(damaged, table), 'refused', `byte ${Math.floor(i * step)}`)
    }
    assert.notEqual(await outcome(whole, table), 'refused')
  })

  it('finds a truncation at any of 100 places, and bytes too many', async () => {
    const table = await writeParquet(at('train.parquet'), fieldSchema(6), fields(70, 6), { rowGroup: 64 })
    const whole = await readFile(at('train.parquet'))
    for (let i = 0; i < 100; i++) {
      const cut = Math.floor((whole.length * i) / 100)
      assert.equal(await outcome(whole.subarray(0, cut), table), 'refused', `cut at ${cut}`)
    }
    assert.equal(await outcome(Buffer.concat([whole, Buffer.of(0)]), table), 'refused')
  })

  it('says where the damage is', async () => {
    const table = await writeParquet(at('train.parquet'), fieldSchema(6), fields(70, 6), { rowGroup: 64 })
    const whole = await readFile(at('train.parquet'))
    const message = async (byte: number) => {
      const damaged = Uint8Array.from(whole)
      damaged[byte]! ^= 1
      await writeFile(at('train.parquet'), damaged)
      return readParquet(at('train.parquet'), { expect: table }).then(String, (error) => error.message)
    }
    assert.match(
      await message(0),
      /^train\.parquet: sha256 of row group 0 is [0-9a-f]{12}…, the manifest says/,
    )
    assert.match(await message(table.rowGroups[1]!.offset), /row group 1 is/)
    assert.match(await message(whole.length - 1), /footer is/)
  })

  it('refuses a manifest that leaves bytes unchecked', async () => {
    const table = await writeParquet(at('train.parquet'), fieldSchema(6), fields(70, 6), { rowGroup: 64 })
    const whole = await readFile(at('train.parquet'))
    const gap = { ...table, rowGroups: table.rowGroups.slice(1) }
    assert.equal(await outcome(whole, gap), 'refused')
    const moved = { ...table, rowGroups: [], footer: table.rowGroups[0]! }
    assert.equal(await outcome(whole, moved), 'refused')
    assert.equal(await outcome(whole, { ...table, rows: 71 }), 'refused')
  })

  it('speaks of files that are missing, empty or no Parquet', async () => {
    await writeFile(at('empty.parquet'), '')
    await writeFile(at('page.parquet'), '<html>502 Bad Gateway</html>')
    for (const name of ['gone', 'empty', 'page']) {
      for (const read of [readParquet, tableOf, describeParquet])
        await assert.rejects(read(at(`${name}.parquet`)), {
          name: 'UserError',
          message: new RegExp(`^${name}\\.parquet: `),
        })
    }
  })
})

describe('parquet: files of strangers, read without hashes', () => {
  const at = temporaryFolder()

  it('300 mutations: values or a sentence, and the reader lives on (seed 5)', async () => {
    const columns = everyColumn(40)
    await writeParquet(at('good.parquet'), everySchema, columns, { rowGroup: 16 })
    const whole = await readFile(at('good.parquet'))
    const random = rng(5, 'mutations')
    for (let i = 0; i < 300; i++) {
      const bytes = Buffer.from(whole)
      const tail = i % 2 === 0 ? whole.length : 3000 // half of them in the footer
      for (let m = 0; m <= i % 3; m++) bytes[whole.length - 1 - random.integer(tail)] = random.integer(256)
      await writeFile(at('bad.parquet'), bytes)
      await readParquet(at('bad.parquet')).catch((error: Error) =>
        assert.equal(error.name, 'UserError', String(error)),
      )
    }
    assert.deepEqual(await readParquet(at('good.parquet')), columns)
  })
})

describe('parquet: many row groups', () => {
  const at = temporaryFolder()

  it('come back in order', async () => {
    const columns = fields(300, 4)
    await writeParquet(at('m.parquet'), fieldSchema(4), columns, { rowGroup: 7 })
    const back = await readParquet(at('m.parquet'))
    assert.deepEqual(slice(back, 137, 150), slice(columns, 137, 150))
    assert.equal((await describeParquet(at('m.parquet'))).rowGroups.length, 43)
  })
})
