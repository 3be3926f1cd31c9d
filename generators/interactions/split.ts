/**
 * Who is trained on and who is tested, decided in SQL over tables on disk.
 *
 * Order of a user's events: (time, ordinal). Both strategies end in one table,
 * `sequence("user", item, time, ordinal, place, size, trained, held)`: place 1…size along the user's events; the first
 * `trained` of them are training; `held` users have their last event as test target and the second last as valid target.
 *
 * leave-one-out  all events are used. Users with 3 or more events are held and trained on all but the last two; the
 *                others are trained on, not tested. Catalog = all items.
 * temporal       T = the time at index round(q (n − 1)) of the n sorted times, halves to even. Users with an event at
 *                t ≥ T are not trained on, and their events before T are thrown away; of the rest, items that no
 *                training user has are dropped; users who keep 3 or more events are held. Catalog = items of training.
 *
 * Users and items are numbered from 1 in the byte order of their UTF-8 ids.
 * Source: temporal split as in arXiv:2409.18721 and its published code. Departure: events of equal time keep their place
 * in the source (there: shuffled), so that a split is a function of the log alone.
 */
import type { Duckdb } from '../../io/duckdb.ts'
import { quote } from '../../io/duckdb.ts'
import { UserError } from '../../io/errors.ts'

export type Strategy = 'leave-one-out' | 'temporal'
export const STRATEGIES: readonly Strategy[] = ['leave-one-out', 'temporal']
const LEAST = 3 // events of a held user: one to look at, two targets

/** events.parquet → `log(u, i, time, ordinal)` and the ids `user_id(u, id)`, `item_id(i, id)`, numbered in byte order. */
export async function loadLog(db: Duckdb, events: string): Promise<void> {
  const source = `read_parquet(${quote(events)})`
  const numbered = (id: string, number: string) =>
    `SELECT CAST(row_number() OVER (ORDER BY id) AS INTEGER) AS ${number}, id FROM (SELECT DISTINCT ${id} AS id FROM ${source})`
  await db.run(`CREATE TABLE user_id AS ${numbered('"user"', 'u')}`)
  await db.run(`CREATE TABLE item_id AS ${numbered('item', 'i')}`)
  await db.run(
    `CREATE TABLE log AS SELECT u, i, time, ordinal FROM ${source} AS event
     JOIN user_id ON user_id.id = event."user" JOIN item_id ON item_id.id = event.item`,
  )
}

/**
 * `log` → `used`, `users("user", u)`, `items(item, i)` and `sequence`. Returns T as a decimal text (64 bits do not fit
 * a number); null for leave-one-out.
 */
export async function splitLog(db: Duckdb, strategy: Strategy, quantile: number): Promise<string | null> {
  const moment = strategy === 'temporal' ? await useTemporal(db, quantile) : null
  if (moment === null) await db.run('CREATE VIEW used AS SELECT *, false AS late FROM log')
  const numbered = (name: string, from: string) =>
    `SELECT CAST(row_number() OVER (ORDER BY ${from}) AS INTEGER) AS ${name}, ${from} FROM (SELECT DISTINCT ${from} FROM used)`
  await db.run(`CREATE TABLE users AS ${numbered('"user"', 'u')}`)
  await db.run(`CREATE TABLE items AS ${numbered('item', 'i')}`)
  await orderEvents(db, 'sequence', strategy, 'ordinal')
  if ((await db.count('SELECT count(*) FROM sequence WHERE held AND place = size')) === 0) {
    const when = moment === null ? '' : ` at or after ${moment} (quantile ${quantile})`
    throw new UserError(`split ${strategy}: no user has ${LEAST} events${when}, so nothing can be held out`)
  }
  if ((await db.count('SELECT count(*) FROM sequence WHERE trained > 0')) === 0) {
    throw new UserError(
      `split ${strategy}: no user is left to train on. Raise the quantile (got ${quantile})`,
    )
  }
  return moment
}

/** The table `sequence` under the name `table`, events of equal time in the order of the SQL expression `tie`. */
export async function orderEvents(db: Duckdb, table: string, strategy: Strategy, tie: string): Promise<void> {
  const leaves = strategy === 'leave-one-out' ? `size >= ${LEAST}` : 'late'
  const trained = strategy === 'leave-one-out' ? 'size - 2' : '0'
  await db.run(
    `CREATE TABLE ${table} AS
     SELECT "user", item, time, ordinal, place, size, ${leaves} AS held,
       CAST(CASE WHEN ${leaves} THEN ${trained} ELSE size END AS INTEGER) AS trained
     FROM (
       SELECT "user", item, time, ordinal, late,
         CAST(row_number() OVER (PARTITION BY u ORDER BY time, ${tie}) AS INTEGER) AS place,
         CAST(count(*) OVER (PARTITION BY u) AS INTEGER) AS size
       FROM used JOIN users USING (u) JOIN items USING (i)
     ) ORDER BY "user", place`,
  )
}

async function useTemporal(db: Duckdb, quantile: number): Promise<string> {
  const events = await db.count('SELECT count(*) FROM log')
  const index = roundHalfEven(quantile * (events - 1))
  const sorted = `SELECT time FROM log ORDER BY time LIMIT 1 OFFSET ${index}`
  const moment = String((await db.rows(`SELECT CAST(time AS VARCHAR) AS t FROM (${sorted})`))[0]!.t)
  await db.run(`CREATE TABLE late AS SELECT u FROM log GROUP BY u HAVING max(time) >= ${moment}`)
  await db.run('CREATE TABLE early AS SELECT * FROM log WHERE u NOT IN (SELECT u FROM late)')
  const known = 'i IN (SELECT i FROM early)'
  await db.run(
    `CREATE TABLE recent AS SELECT * FROM log WHERE time >= ${moment} AND u IN (SELECT u FROM late) AND ${known}`,
  )
  const enough = `SELECT u FROM recent GROUP BY u HAVING count(*) >= ${LEAST}`
  await db.run(
    `CREATE TABLE used AS SELECT *, false AS late FROM early
     UNION ALL SELECT *, true AS late FROM recent WHERE u IN (${enough})`,
  )
  return moment
}

/** To the nearest integer, halves to the even one. */
export function roundHalfEven(x: number): number {
  const low = Math.floor(x)
  const rest = x - low
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1
  return low % 2 === 0 ? low : low + 1
}
