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

/** Number of passes that were made. Throws when nothing is left. */
export async function keepCore(db: Duckdb, core: Core): Promise<number> {
  await db.run('CREATE TABLE pair AS SELECT DISTINCT u, i FROM log')
  const size = () => db.count('SELECT count(*) FROM pair')
  let before = await size()
  let passes = 0
  for (;;) {
    await keepFrequent(db, 'i', core.items)
    await keepFrequent(db, 'u', core.users)
    passes++
    const after = await size()
    if (!core.iterate || after === before) break
    before = after
  }
  const kept = (column: string) => `${column} IN (SELECT DISTINCT ${column} FROM pair)`
  await db.run(`CREATE TABLE kept AS SELECT * FROM log WHERE ${kept('u')} AND ${kept('i')}`)
  await db.run('DROP TABLE log; DROP TABLE pair; ALTER TABLE kept RENAME TO log')
  if ((await db.count('SELECT count(*) FROM log')) === 0) {
    const bounds = `${core.items} users per item and ${core.users} items per user`
    throw new UserError(`core: no interactions are left with at least ${bounds}. Lower the bounds`)
  }
  return passes
}

async function keepFrequent(db: Duckdb, column: 'u' | 'i', least: number): Promise<void> {
  if (least <= 1) return
  const frequent = `SELECT ${column} FROM pair GROUP BY ${column} HAVING count(*) >= ${least}`
  await db.run(`CREATE TABLE rest AS SELECT * FROM pair WHERE ${column} IN (${frequent})`)
  await db.run('DROP TABLE pair; ALTER TABLE rest RENAME TO pair')
}
