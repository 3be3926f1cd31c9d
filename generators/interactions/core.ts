/**
 * The core of a log: items with at least `items` distinct users, users with at least `users` distinct items.
 *
 * One pass (`iterate: false`, as in SCE): items first, then users by what is left. Some items can then fall below
 * their bound again; they stay. Iterated: until nothing changes; the result is the one largest log in which both
 * bounds hold, whatever the order of the steps (k-core).
 * Repeated events count once for the bounds and are kept in the log.
 *
 * Works on the table `log(u INTEGER, i INTEGER, time BIGINT, ordinal BIGINT)` of a database and replaces it. How many pairs each
 * user and each item has left is held in memory, 4 bytes each; the pairs stay on disk, and are asked only for those of whoever
 * falls: a pass takes what it removes, and a look at the table.
 * Source: arXiv:2409.18721 and its published code (one pass).
 */
import type { Duckdb } from '../../io/duckdb.ts'
import { UserError } from '../../io/errors.ts'
import { rangesOf } from './parts.ts'

export interface Core {
  items: number
  users: number
  iterate: boolean
}

export interface Cored {
  passes: number
  items: number // events removed because their item had too few users, in all passes
  users: number // … because their user had too few items
}

type Side = 'u' | 'i'
/** Pairs of each number that are left: 0 when it has fallen. */
type Left = Record<Side, Int32Array<ArrayBuffer>>

export interface CoreOptions {
  isSingle?: boolean // no user has an item twice (duplicates.ts)
  most?: number // rows that are grouped at once (parts.ts)
  pass?: () => void // called when the pairs are counted, after each pass of the core, and at the end
}

/** Throws when nothing is left. */
export async function keepCore(
  db: Duckdb,
  core: Core,
  { isSingle = false, most, pass = () => {} }: CoreOptions = {},
): Promise<Cored> {
  await makePairs(db, isSingle, most)
  const left: Left = { u: await countPairs(db, 'u', most), i: await countPairs(db, 'i', most) }
  pass()
  const cored: Cored = { passes: 0, items: 0, users: 0 }
  for (;;) {
    const items = await dropRare(db, left, 'i', core.items)
    const users = await dropRare(db, left, 'u', core.users)
    cored.passes++
    cored.items += items
    cored.users += users
    pass()
    if (!core.iterate || items + users === 0) break
  }
  await db.run(isSingle ? 'DROP VIEW pair' : 'DROP TABLE pair')
  for (const side of SIDES) await writeNumbers(db, `kept_${side}`, numbersOf(left[side], 1))
  await db.run('CREATE TABLE kept AS SELECT * FROM log WHERE u IN (FROM kept_u) AND i IN (FROM kept_i)')
  await db.run('DROP TABLE log; DROP TABLE kept_u; DROP TABLE kept_i; ALTER TABLE kept RENAME TO log')
  pass()
  if ((await db.count('SELECT count(*) FROM log')) === 0) {
    const bounds = `${core.items} users per item and ${core.users} items per user`
    throw new UserError(`core: no interactions are left with at least ${bounds}. Lower the bounds`)
  }
  return cored
}

const SIDES: readonly Side[] = ['u', 'i']

/** `pair(u, i, n)`: each user and item that met, and how often. */
async function makePairs(db: Duckdb, isSingle: boolean, most?: number): Promise<void> {
  if (isSingle) return db.run('CREATE TEMP VIEW pair AS SELECT u, i, 1 AS n FROM log')
  await db.run('CREATE TABLE pair(u INTEGER, i INTEGER, n INTEGER)')
  for (const part of await rangesOf(db, 'log', 'u', most))
    await db.run(`INSERT INTO pair SELECT u, i, count(*) FROM log WHERE ${part} GROUP BY u, i`)
}

async function countPairs(db: Duckdb, side: Side, most?: number): Promise<Left[Side]> {
  const left = new Int32Array(1 + (await db.count(`SELECT coalesce(max(${side}), 0) FROM pair`)))
  for (const part of await rangesOf(db, 'pair', side, most)) {
    const counts = `SELECT ${side} AS number, CAST(count(*) AS INTEGER) AS n FROM pair WHERE ${part} GROUP BY ${side}`
    await db.each(counts, ({ rows, data }) => {
      const [numbers, n] = [data.number as Int32Array, data.n as Int32Array]
      for (let row = 0; row < rows; row++) left[numbers[row]!] = n[row]!
    })
  }
  return left
}

/** Whoever on a side has fewer than `least` pairs falls. Returns the number of events that go. */
async function dropRare(db: Duckdb, left: Left, side: Side, least: number): Promise<number> {
  const fallen = numbersOf(left[side], 1, least)
  if (fallen.length === 0) return 0
  await writeNumbers(db, 'fallen', fallen)
  for (const number of fallen) left[side][number] = 0
  const others = left[side === 'u' ? 'i' : 'u']
  let events = 0
  const lost = `SELECT ${side === 'u' ? 'i' : 'u'} AS other, n FROM pair WHERE ${side} IN (FROM fallen)`
  await db.each(lost, ({ rows, data }) => {
    const [other, n] = [data.other as Int32Array, data.n as Int32Array]
    for (let row = 0; row < rows; row++) {
      if (others[other[row]!] === 0) continue // it fell before, and this pair with it
      others[other[row]!]!--
      events += n[row]!
    }
  })
  await db.run('DROP TABLE fallen')
  return events
}

/** The numbers that have from `least` pairs to fewer than `most`. */
function numbersOf(
  left: Left[Side],
  least: number,
  most = Number.POSITIVE_INFINITY,
): Int32Array<ArrayBuffer> {
  let count = 0
  for (const pairs of left) if (pairs >= least && pairs < most) count++
  const numbers = new Int32Array(count)
  for (let number = left.length; number-- > 0; )
    if (left[number]! >= least && left[number]! < most) numbers[--count] = number
  return numbers
}

/** Of a table whose size it knows the database hashes the small side of a join; of a subquery it guesses. */
async function writeNumbers(db: Duckdb, table: string, number: Int32Array<ArrayBuffer>): Promise<void> {
  await db.run(`CREATE TABLE ${table}(number INTEGER)`)
  await db.append(table, { rows: number.length, data: { number } })
}
