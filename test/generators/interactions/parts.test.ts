import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hashesOf, MOST, rangesOf } from '../../../generators/interactions/parts.ts'
import { type Duckdb, openDuckdb } from '../../../io/duckdb.ts'

describe('generators/interactions/parts', () => {
  let folder: string
  let db: Duckdb
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parts-'))
    db = await openDuckdb(join(folder, 'db'))
    // users 1…40, some of them missing; item 7 alone
    await db.run(
      'CREATE TABLE log AS SELECT CAST(1 + n % 40 AS INTEGER) AS u, 7 AS i FROM range(100) t(n) WHERE n % 40 % 9 <> 2',
    )
    await db.run('CREATE TABLE nothing(u INTEGER, i INTEGER)')
  })
  after(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })

  const rowsOf = (part: string) => db.count(`SELECT count(*) FROM log WHERE ${part}`)
  /** Each row of the table is in one part, and no group in two. */
  const partition = async (parts: readonly string[], group: string) => {
    const found = await Promise.all(parts.map(rowsOf))
    assert.equal(
      found.reduce((sum, rows) => sum + rows, 0),
      await rowsOf('true'),
    )
    const groups = parts.map((part) => db.count(`SELECT count(DISTINCT ${group}) FROM log WHERE ${part}`))
    const sum = (await Promise.all(groups)).reduce((sum, n) => sum + n, 0)
    assert.equal(sum, await db.count(`SELECT count(DISTINCT ${group}) FROM log`))
  }

  it('ranges part the rows, and no number is in two', async () => {
    assert.equal(await rowsOf('true'), 88)
    for (const [most, parts] of [
      [MOST, 1],
      [88, 1],
      [87, 2],
      [30, 3],
      [1, 88],
    ] as const) {
      const ranges = await rangesOf(db, 'log', 'u', most)
      assert.equal(ranges.length, parts)
      await partition(ranges, 'u')
      await partition(await rangesOf(db, 'log', 'i', most), 'i')
    }
  })

  it('an empty table is one part', async () => {
    assert.equal((await rangesOf(db, 'nothing', 'i')).length, 1)
    assert.equal(hashesOf(0, 'u').length, 1)
  })

  it('hashes part the rows, and no text is in two', async () => {
    await partition(hashesOf(88, 'CAST(u AS VARCHAR)', 20), 'u')
    assert.equal(hashesOf(88, 'u', 20).length, 5)
  })
})
