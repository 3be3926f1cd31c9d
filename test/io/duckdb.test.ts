import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Columns, Schema } from '../../contracts.ts'
import { type Duckdb, identifier, openDuckdb, quote } from '../../io/duckdb.ts'
import { exists, sha256 } from '../../io/files.ts'
import { readParquet } from '../../io/parquet.ts'

const schema: Schema = {
  user: { type: 'i32', shape: [], about: 'user' },
  history: { type: 'i32', shape: ['*'], about: 'items' },
  time: { type: 'i64', shape: [], about: 'time' },
  id: { type: 'utf8', shape: [], about: 'id' },
}

describe('io/duckdb', () => {
  let folder: string
  let db: Duckdb
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'it\'s a "folder" '))
    db = await openDuckdb(join(folder, 'db'))
  })
  after(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })

  it('gives back what was appended, across chunks of 2,048 rows', async () => {
    const rows = 5000
    const columns: Columns = {
      rows,
      data: {
        a: Int32Array.from({ length: rows }, (_, i) => i - 7),
        b: BigInt64Array.from({ length: rows }, (_, i) => 2n ** 62n + BigInt(i)),
        c: Float32Array.from({ length: rows }, (_, i) => i / 8),
        d: Float64Array.from({ length: rows }, (_, i) => 1 / (i + 1)),
        e: Array.from({ length: rows }, (_, i) => `it's "${i}" é 😀`),
      },
    }
    await db.run('CREATE TABLE t(a INTEGER, b BIGINT, c FLOAT, d DOUBLE, e VARCHAR)')
    await db.append('t', columns)
    assert.deepEqual(await db.columns('SELECT * FROM t ORDER BY a'), columns)
    assert.deepEqual(await db.columns('SELECT a, e FROM t WHERE false'), {
      rows: 0,
      data: { a: new Int32Array(0), e: [] },
    })
    assert.equal(await db.count('SELECT count(*) FROM t WHERE b > 0'), rows)
  })

  it('reads rows with numbers where a number is exact', async () => {
    const [row] = await db.rows(
      `SELECT 9007199254740991 AS small, 9007199254740993 AS large, NULL AS none, 'x' AS text`,
    )
    assert.deepEqual(row, {
      small: Number.MAX_SAFE_INTEGER,
      large: 9007199254740993n,
      none: null,
      text: 'x',
    })
  })

  it('refuses what a typed array cannot hold', async () => {
    await assert.rejects(db.columns('SELECT CAST(NULL AS INTEGER) AS a'), /NULL in a column/)
    await assert.rejects(db.columns('SELECT [1, 2] AS a'), /type INTEGER\[\] has no typed array/)
    await assert.rejects(
      db.append('t', { rows: 1, data: { a: [Int32Array.of(1)] } }),
      /lists cannot be appended/,
    )
  })

  it('quotes texts and names', async () => {
    const text = `it's "quoted"; --`
    assert.deepEqual(await db.rows(`SELECT ${quote(text)} AS ${identifier(text)}`), [{ [text]: text }])
  })

  it('sorts text by the bytes of its UTF-8', async () => {
    // U+FFEE comes before U+1F600 in UTF-8 and after it in UTF-16, as JavaScript sorts
    const ids = ['b', 'a', 'Z', '10', '9', 'é', 'e\u0301', '\uffee', '😀', ' ', "'", '日本']
    const list = ids.map((id) => `(${quote(id)})`).join(', ')
    const { data } = await db.columns(`SELECT id FROM (VALUES ${list}) ids(id) ORDER BY id`)
    const expected = ids.slice().sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    assert.deepEqual(data.id, expected)
  })

  it('writes the same bytes with one thread and two, in whatever order the rows came', async () => {
    const hashes = new Set<string>()
    for (const { threads, step } of [
      { threads: 1, step: 1 },
      { threads: 2, step: 1 },
      { threads: 2, step: 7919 },
    ]) {
      const other = await openDuckdb(join(folder, 'other'), { threads })
      // 7919 is prime to 20,000: the same rows in another order
      await other.run(`CREATE TABLE t AS SELECT (i * ${step}) % 20000 AS n FROM range(20000) r(i)`)
      const path = join(folder, "it's.parquet")
      await other.copyToParquet(
        `SELECT CAST(n AS INTEGER) AS "user", [CAST(n AS INTEGER), 7] AS history, n AS time, 'u' || n AS id FROM t`,
        { order: '"user"', path, schema, rowGroup: 4096 },
      )
      hashes.add(sha256(await readFile(path)))
      await other.close()
    }
    assert.equal(hashes.size, 1)
  })

  it('writes Parquet that the other door reads, types, lists and schema included', async () => {
    const path = join(folder, 'lists.parquet')
    const select = `SELECT CAST(i AS INTEGER) AS "user", [CAST(i AS INTEGER), 5][:i] AS history, 10 * i AS time, 'é' || i AS id FROM range(3) r(i)`
    await db.copyToParquet(select, { order: '"user"', path, schema })
    assert.deepEqual(await readParquet(path), {
      rows: 3,
      data: {
        user: Int32Array.of(0, 1, 2),
        history: [Int32Array.of(), Int32Array.of(1), Int32Array.of(2, 5)],
        time: BigInt64Array.of(0n, 10n, 20n),
        id: ['é0', 'é1', 'é2'],
      },
    })
  })

  it('leaves nothing behind when a copy fails', async () => {
    const path = join(folder, 'broken.parquet')
    const select = `SELECT CAST(CASE WHEN i < 5000 THEN '1' ELSE 'x' END AS INTEGER) AS a FROM range(9000) r(i)`
    await assert.rejects(db.copyToParquet(select, { order: 'a', path, schema }), /Could not convert string/)
    assert.deepEqual(
      (await readdir(folder)).filter((name) => name.includes('broken')),
      [],
    )
  })

  it('stops a statement when asked', async () => {
    const abort = new AbortController()
    const other = await openDuckdb(join(folder, 'other'), { signal: abort.signal })
    const endless = other.run('SELECT count(*) FROM range(100000000000) a(i) WHERE i * i % 7 = 8')
    const stopped = assert.rejects(endless, { name: 'AbortError' })
    setTimeout(() => abort.abort(), 20)
    await stopped
    await assert.rejects(other.run('SELECT 1'), { name: 'AbortError' })
    await other.close()
  })

  it('deletes its folder when closed, and one that a killed process left when opened', async () => {
    const place = join(folder, 'other')
    const first = await openDuckdb(place)
    await first.run('CREATE TABLE t AS SELECT 1 AS a')
    await first.close()
    assert.equal(await exists(place), false)
    const second = await openDuckdb(place)
    await assert.rejects(second.run('SELECT * FROM t'), /does not exist/)
    await second.close()
  })
})
