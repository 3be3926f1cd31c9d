import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Columns, Schema, Table } from '../../contracts.ts'
import { fromBlob, fromUrl, remembered, type Traffic } from '../../io/byte-source.ts'
import { slice } from '../../io/columns.ts'
import { UserError } from '../../io/errors.ts'
import { readParquet, writeParquet } from '../../io/parquet.ts'
import { digest, readRanges, verified } from '../../io/parquet-ranges.ts'
import { type Host, serve } from '../site/serve.ts'

const ROWS = 10
const schema: Schema = {
  row: { type: 'i32', shape: [], about: 'row' },
  x: { type: 'f64', shape: [3, 2], about: 'field' },
  k: { type: 'f32', shape: [2], about: 'coefficient' },
  history: { type: 'i32', shape: ['*'], about: 'list' },
  name: { type: 'utf8', shape: [], about: 'name' },
  at: { type: 'i64', shape: [], about: 'time' },
}
const columns: Columns = {
  rows: ROWS,
  data: {
    row: Int32Array.from({ length: ROWS }, (_, i) => 100 + i),
    x: Float64Array.from({ length: 6 * ROWS }, (_, i) => Math.sqrt(i) / 3),
    k: Float32Array.from({ length: 2 * ROWS }, (_, i) => 1 / (i + 1)),
    history: Array.from({ length: ROWS }, (_, i) => Int32Array.from({ length: i % 3 }, (_, j) => j + 1)),
    name: Array.from({ length: ROWS }, (_, i) => `zeile ${i} ü`),
    at: BigInt64Array.from({ length: ROWS }, (_, i) => 10n ** 15n + BigInt(i)),
  },
}

describe('io/parquet-ranges', () => {
  let folder: string
  let table: Table // row groups of 4, 4 and 2 rows
  let bytes: Uint8Array
  let host: Host
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ranges-'))
    table = await writeParquet(join(folder, 'a.parquet'), schema, columns, { rowGroup: 4 })
    bytes = await readFile(join(folder, 'a.parquet'))
    host = await serve(folder)
  })
  after(async () => {
    await host.close()
    await rm(folder, { recursive: true, force: true })
  })
  const memory = (of: Uint8Array = bytes) => fromBlob(new Blob([Uint8Array.from(of)]), 'a.parquet')

  it('gives the values that were written, as the other reader does', async () => {
    assert.deepEqual(await readRanges(memory(), table, { schema }), columns)
    assert.deepEqual(
      await readRanges(memory(), table, { schema }),
      await readParquet(join(folder, 'a.parquet')),
    )
  })

  it('reads the row group of a row and the footer, each as one range, and nothing else', async () => {
    const traffic: Traffic = { requests: 0, bytes: 0 }
    host.asked.length = 0
    const rows = await readRanges(fromUrl(`${host.url}/a.parquet`, traffic), table, {
      schema,
      from: 5,
      to: 7,
    })
    assert.deepEqual(rows, slice(columns, 5, 7))
    const group = table.rowGroups[1]!
    assert.deepEqual(traffic, { requests: 2, bytes: group.bytes + table.footer.bytes })
    assert.deepEqual(
      host.asked.map(({ range, status }) => [range, status]),
      [table.footer, group].map(({ offset, bytes }) => [`bytes=${offset}-${offset + bytes - 1}`, 206]),
    )
  })

  it('takes the whole file, once, from a server that knows no ranges', async () => {
    const plain = await serve(folder, { ranges: false })
    try {
      const traffic: Traffic = { requests: 0, bytes: 0 }
      const rows = await readRanges(fromUrl(`${plain.url}/a.parquet`, traffic), table, { schema, from: 9 })
      assert.deepEqual(rows, slice(columns, 9, 10))
      assert.deepEqual(traffic, { requests: 1, bytes: table.bytes })
    } finally {
      await plain.close()
    }
  })

  it('notices a flipped bit anywhere, before a value is decoded, and names the stretch', async () => {
    const stretches = [...table.rowGroups, table.footer]
    for (const [i, { offset, bytes: size }] of stretches.entries()) {
      for (const at of [offset, offset + size - 1]) {
        const damaged = Uint8Array.from(bytes)
        damaged[at]! ^= 1
        const name = i < table.rowGroups.length ? `row group ${i}` : 'footer'
        await assert.rejects(readRanges(memory(damaged), table, { schema }), (error: Error) => {
          return error instanceof UserError && error.message.startsWith(`a.parquet: ${name} has the sha256 `)
        })
      }
    }
  })

  it('does not look at groups that hold none of the rows', async () => {
    const damaged = Uint8Array.from(bytes)
    damaged[table.rowGroups[2]!.offset]! ^= 1
    assert.equal((await readRanges(memory(damaged), table, { schema, to: 8 })).rows, 8)
  })

  it('holds the whole file against its hash where that is asked', async () => {
    await readRanges(memory(), table, { schema, whole: true })
    const other = { ...table, sha256: '0'.repeat(64) }
    await assert.rejects(readRanges(memory(), other, { schema, whole: true }), /sha256 of the whole is/)
  })

  it('refuses a manifest whose stretches leave bytes out', () => {
    const hole = { ...table, rowGroups: table.rowGroups.slice(1) }
    assert.throws(() => verified(memory(), hole), /row group 0 begins at \d+, expected 0/)
    assert.throws(() => verified(memory(), { ...table, bytes: table.bytes + 1 }), /covers \d+ bytes of \d+/)
  })

  it('says in a sentence what is not there, too short, of another form or no Parquet', async () => {
    const missing = fromUrl(`${host.url}/b.parquet`)
    await assert.rejects(readRanges(missing, table, { schema }), {
      message: 'b.parquet: the server answered 404, expected 200 or 206',
    })
    await assert.rejects(
      readRanges(fromUrl('http://127.0.0.1:1/c.parquet'), table, { schema }),
      /^UserError: c\.parquet: cannot be reached/,
    )
    await assert.rejects(readRanges(memory(bytes.subarray(0, 40)), table, { schema }), /footer has 0 bytes/)
    const wider: Schema = { x: { type: 'f64', shape: [7], about: '' } }
    await assert.rejects(
      readRanges(memory(), table, { schema: wider }),
      /column 'x' of row 0 does not fit f64 \[7\]/,
    )
    const words: Schema = { row: { type: 'utf8', shape: [], about: '' } }
    await assert.rejects(
      readRanges(memory(), table, { schema: words }),
      /column 'row' of row 0 does not fit utf8/,
    )
    const noise = new TextEncoder().encode('no Parquet at all')
    const hash = await digest(noise)
    const stretch = { offset: 0, bytes: noise.length, sha256: hash }
    const fake: Table = { ...table, ...stretch, rowGroups: [], footer: stretch }
    await assert.rejects(readRanges(memory(noise), fake, { schema }), /not a Parquet file that can be read/)
  })

  it('reads a remembered stretch once, and one that failed again', async () => {
    let [asked, fails] = [0, true]
    const source = remembered({
      name: 'a',
      async read(offset, size) {
        asked++
        if (fails) throw new Error('gone')
        return Uint8Array.from(bytes.subarray(offset, offset + size))
      },
    })
    await assert.rejects(source.read(0, 4), /gone/)
    fails = false
    assert.deepEqual(await source.read(0, 4), await source.read(0, 4))
    assert.equal(asked, 2)
  })
})
