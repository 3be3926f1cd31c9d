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

export type Duplicates = 'keep-all' | 'first' | 'last'
export const DUPLICATES: readonly Duplicates[] = ['keep-all', 'first', 'last']

/** Number of events that were removed. `pass` is called after the pass over the log, if one is made. */
export async function dropDuplicates(
  db: Duckdb,
  policy: Duplicates,
  pass: () => void = () => {},
): Promise<number> {
  if (policy === 'keep-all') return 0
  const before = await db.count('SELECT count(*) FROM log')
  const end = policy === 'first' ? 'min' : 'max'
  // (time, ordinal) as one number of 128 bits: the state of a minimum of numbers can be spilled to disk
  const place = `CAST(time AS HUGEINT) * ${ORDINALS} + ordinal`
  await db.run(`CREATE TABLE single AS
    SELECT u, i, time, CAST(place - CAST(time AS HUGEINT) * ${ORDINALS} AS BIGINT) AS ordinal FROM (
      SELECT u, i, ${end}(time) AS time, ${end}(${place}) AS place FROM log GROUP BY u, i)`)
  await db.run('DROP TABLE log; ALTER TABLE single RENAME TO log')
  pass()
  return before - (await db.count('SELECT count(*) FROM log'))
}

const ORDINALS = 1n << 62n // more than there are
