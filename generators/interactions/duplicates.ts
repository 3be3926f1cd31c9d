/**
 * What becomes of events in which a user meets an item again:
 *
 *   keep-all  they stay: a history may hold an item twice, as in arXiv:2409.18721. The default.
 *   first     of a user's events with an item the earliest stays, by (time, ordinal)
 *   last      … the latest
 *
 * Works on the table `log(u, i, time, ordinal)` of a database and replaces it. Which events stay does not depend on the
 * core filter, which counts different users and items: both orders of the two steps give the same log.
 */
import type { Duckdb } from '../../io/duckdb.ts'
import { rangesOf } from './parts.ts'

export type Duplicates = 'keep-all' | 'first' | 'last'
export const DUPLICATES: readonly Duplicates[] = ['keep-all', 'first', 'last']

/** Number of events that were removed. `pass` is called after the pass over the log, if one is made; `most` as in parts.ts. */
export async function dropDuplicates(
  db: Duckdb,
  policy: Duplicates,
  { pass = () => {}, most }: { pass?: () => void; most?: number } = {},
): Promise<number> {
  if (policy === 'keep-all') return 0
  const before = await db.count('SELECT count(*) FROM log')
  const order = policy === 'first' ? 'ORDER BY time, ordinal' : 'ORDER BY time DESC, ordinal DESC'
  await db.run('CREATE TABLE single(u INTEGER, i INTEGER, time BIGINT, ordinal BIGINT)')
  for (const part of await rangesOf(db, 'log', 'u', most))
    await db.run(`INSERT INTO single SELECT * FROM log WHERE ${part}
      QUALIFY row_number() OVER (PARTITION BY u, i ${order}) = 1`)
  await db.run('DROP TABLE log; ALTER TABLE single RENAME TO log')
  pass()
  return before - (await db.count('SELECT count(*) FROM log'))
}
