/**
 * The core of a log: items with at least `items` distinct users, users with at least `users` distinct items.
 *
 * One pass (`iterate: false`, as in SCE): items first, then users by what is left. Some items can then fall below
 * their bound again; they stay. Iterated: until nothing changes; the result is the one largest log in which both
 * bounds hold, whatever the order of the steps (k-core).
 * Repeated events count once for the bounds and are kept in the log.
 *
 * Works on the table `log(u INTEGER, i INTEGER, time BIGINT, ordinal BIGINT)` of a database and replaces it.
 * Source: arXiv:2409.18721 and its published code (one pass).
 */
import type { Duckdb } from '../../io/duckdb.ts'
import { UserError } from '../../io/errors.ts'

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

/** Throws when nothing is left. `pass` is called when the pairs are counted, after each pass of the core, and at the end. */
export async function keepCore(db: Duckdb, core: Core, pass: () => void = () => {}): Promise<Cored> {
  await db.run('CREATE TABLE pair AS SELECT u, i, count(*) AS n FROM log GROUP BY u, i')
  pass()
  const cored: Cored = { passes: 0, items: 0, users: 0 }
  let events = await eventsOf(db)
  const drop = async (column: 'i' | 'u', least: number) => {
    await dropRare(db, column, least)
    const before = events
    events = await eventsOf(db)
    return before - events
  }
  for (;;) {
    const items = await drop('i', core.items)
    const users = await drop('u', core.users)
    cored.passes++
    cored.items += items
    cored.users += users
    pass()
    if (!core.iterate || items + users === 0) break
  }
  // of tables whose sizes it knows, the database hashes the small sides; of subqueries it guessed that the log is one
  await db.run(
    'CREATE TABLE kept_u AS SELECT DISTINCT u FROM pair; CREATE TABLE kept_i AS SELECT DISTINCT i FROM pair',
  )
  await db.run('CREATE TABLE kept AS SELECT * FROM log WHERE u IN (FROM kept_u) AND i IN (FROM kept_i)')
  await db.run(
    'DROP TABLE log; DROP TABLE pair; DROP TABLE kept_u; DROP TABLE kept_i; ALTER TABLE kept RENAME TO log',
  )
  pass()
  if (events === 0) {
    const bounds = `${core.items} users per item and ${core.users} items per user`
    throw new UserError(`core: no interactions are left with at least ${bounds}. Lower the bounds`)
  }
  return cored
}

function eventsOf(db: Duckdb): Promise<number> {
  return db.count('SELECT coalesce(sum(n), 0) FROM pair')
}

/** Few fall in all passes but the first: their rows are marked, where a new table would be all the others written again. */
async function dropRare(db: Duckdb, column: 'u' | 'i', least: number): Promise<void> {
  if (least <= 1) return
  const rare = `SELECT ${column} FROM pair GROUP BY ${column} HAVING count(*) < ${least}`
  await db.run(`DELETE FROM pair WHERE ${column} IN (${rare})`)
}
