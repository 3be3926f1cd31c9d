/**
 * Who is trained on and who is tested, decided in SQL over tables on disk.
 *
 * Order of a user's events: (time, ordinal). All strategies end in one table, `event("user", item, time, ordinal, late)`,
 * from which `orderedSql` makes `place` 1…`size` along the user's events; the first `trained` of them are training; `held`
 * users have their last event as test target and the second last as valid target. Repeats of the log stay repeats.
 *
 * leave-one-out  all events are used. Users with 3 or more events are held and trained on all but the last two; the
 *                others are trained on, not tested. Catalog = all items.
 * temporal       T = the time at index round(q (n − 1)) of the n sorted times, halves to even. Users with an event at
 *                t ≥ T are not trained on, and their events before T are thrown away; of the rest, items that no
 *                training user has are dropped; users who keep 3 or more events are held. Catalog = items of training.
 * rolling        cuts q₁ < … < q_F give T₁ … T_F by the same rule. Fold f is a dataset of its own: every event at t < T_f is
 *                training, whoever's it is; the window is T_f ≤ t < T_{f+1} (open in the last fold); what comes later is
 *                thrown away. Of the window, items that training has not are dropped; users with 2 or more events left
 *                there, and 3 or more with those before, are held. Users are not disjoint: the past of a tested user is
 *                trained on, as it is known. Catalog = items of training.
 *
 * Users and items are numbered from 1 in the byte order of their UTF-8 ids.
 * Source: temporal split as in arXiv:2409.18721 and its published code. Departure: events of equal time keep their place
 * in the source (there: shuffled), so that a split is a function of the log alone.
 */
import type { Duckdb } from '../../io/duckdb.ts'
import { quote } from '../../io/duckdb.ts'
import { UserError } from '../../io/errors.ts'
import { hashesOf, rangesOf } from './parts.ts'

export type Strategy = 'leave-one-out' | 'temporal' | 'rolling'
export type Law =
  | { strategy: 'leave-one-out' }
  | { strategy: 'temporal'; quantile: number }
  | { strategy: 'rolling'; cuts: readonly number[]; fold: number } // fold 1…F

/** What came out. Moments are decimal texts (64 bits do not fit a number), null where there is none. */
export interface Cut {
  from: string | null // T, or the beginning of the window
  to: string | null // the end of the window
  droppedItems: number // cold items (cold.ts) of tested times, dropped with their events; leave-one-out drops none
  removed: Removed
}
/** Events that were removed, by reason. */
export interface Removed {
  pastOfTested: number // temporal: events before T of users who are active at or after T
  afterWindow: number // rolling
  coldItems: number // at tested times, of items that training has not
  shortUsers: number // at tested times, of users who are left with too few to be tested
}
const IDS = 5_000_000 // joined at once, about
const LEAST = 3 // events of a held user: one to look at, two targets

/**
 * Events of one or more Parquet files → `log(u, i, time, ordinal)` and the ids `user_id(u, id)`, `item_id(i, id)`, numbered in
 * byte order. `pass` is called after each of the four passes over the events.
 */
export async function loadLog(
  db: Duckdb,
  events: readonly string[],
  { pass = () => {}, most = IDS }: { pass?: () => void; most?: number } = {},
): Promise<void> {
  const source = `read_parquet([${events.map(quote).join(', ')}])`
  const numbered = (id: string, number: string) =>
    `SELECT CAST(row_number() OVER () AS INTEGER) AS ${number}, id FROM (SELECT DISTINCT ${id} AS id FROM ${source} ORDER BY id)`
  await db.run(`CREATE TABLE user_id AS ${numbered('"user"', 'u')}`)
  pass()
  await db.run(`CREATE TABLE item_id AS ${numbered('item', 'i')}`)
  pass()
  // one join at a time, and of each a part: it holds ids in memory
  await db.run('CREATE TABLE half(u INTEGER, item VARCHAR, time BIGINT, ordinal BIGINT)')
  const join = async (to: string, of: string, ids: string, from: string) => {
    for (const part of hashesOf(await db.count(`SELECT count(*) FROM ${ids}`), 'id', most))
      await db.run(`INSERT INTO ${to} SELECT ${of}, time, ordinal
        FROM (SELECT * FROM ${from} WHERE ${part}) JOIN (SELECT * FROM ${ids} WHERE ${part}) USING (id)`)
    pass()
  }
  await join('half', 'u, item', 'user_id', `(SELECT "user" AS id, item, time, ordinal FROM ${source})`)
  await db.run('CREATE TABLE log(u INTEGER, i INTEGER, time BIGINT, ordinal BIGINT)')
  await join('log', 'u, i', 'item_id', '(SELECT u, item AS id, time, ordinal FROM half)')
  await db.run('DROP TABLE half')
}

/** `log` → `users("user", u)`, `items(item, i)` and `event`. */
export async function splitLog(db: Duckdb, law: Law): Promise<Cut> {
  const cut = await useLog(db, law)
  await renumber(db, 'users', '"user"', 'u')
  await renumber(db, 'items', 'item', 'i')
  await db.run(
    'CREATE TABLE event AS SELECT "user", item, time, ordinal, late FROM used JOIN users USING (u) JOIN items USING (i)',
  )
  await db.run(law.strategy === 'leave-one-out' ? 'DROP VIEW used' : 'DROP TABLE used')
  const { trained, held } = SHARES[law.strategy]
  const sizes =
    'SELECT count(*) AS size, CAST(count(*) FILTER (late) AS INTEGER) AS lates FROM event GROUP BY "user"'
  const [found] = await db.rows(
    `SELECT count(*) FILTER (${held}) AS held, coalesce(sum(${trained}), 0) > 0 AS some FROM (${sizes})`,
  )
  if (found!.held === 0) {
    const window = cut.to === null ? '' : ` and before ${cut.to}`
    const when = cut.from === null ? '' : ` at or after ${cut.from}${window} (quantile ${quantileOf(law)})`
    throw new UserError(
      `split ${law.strategy}: no user has ${LEAST} events${when}, so nothing can be held out`,
    )
  }
  if (!found!.some) {
    throw new UserError(
      `split ${law.strategy}: no user is left to train on. Raise the quantile (got ${quantileOf(law)})`,
    )
  }
  return cut
}

/** `to(name, from)`: the numbers of `from` in `used`, counted from 1 in their order. */
async function renumber(db: Duckdb, to: string, name: string, from: 'u' | 'i'): Promise<void> {
  await db.run(`CREATE TABLE ${to}(${name} INTEGER, ${from} INTEGER)`)
  for (const part of await rangesOf(db, 'used', from)) {
    const before = await db.count(`SELECT count(*) FROM ${to}`)
    await db.run(`INSERT INTO ${to} SELECT CAST(${before} + row_number() OVER () AS INTEGER), ${from}
      FROM (SELECT DISTINCT ${from} FROM used WHERE ${part} ORDER BY ${from})`)
  }
}

/** By the size of a user's log and the number of late events in it. */
const SHARES: Record<Strategy, { trained: string; held: string }> = {
  'leave-one-out': {
    trained: `CASE WHEN size >= ${LEAST} THEN size - 2 ELSE size END`,
    held: `size >= ${LEAST}`,
  },
  temporal: { trained: 'size - lates', held: 'lates > 0' },
  rolling: { trained: 'size - lates', held: 'lates > 0' },
}

/** Rows of `event` with their place; events of equal time in the order of the SQL expression `tie`. */
export function orderedSql(strategy: Strategy, { where = 'true', tie = 'ordinal' } = {}): string {
  const { trained, held } = SHARES[strategy]
  const counted = (what: string) => `CAST(${what} OVER (PARTITION BY "user") AS INTEGER)`
  return `
    SELECT "user", item, time, ordinal, place, size, CAST(${trained} AS INTEGER) AS trained, CAST(${held} AS INTEGER) AS held
    FROM (
      SELECT "user", item, time, ordinal,
        CAST(row_number() OVER (PARTITION BY "user" ORDER BY time, ${tie}) AS INTEGER) AS place,
        ${counted('count(*)')} AS size, ${counted('count(*) FILTER (late)')} AS lates
      FROM event WHERE ${where})`
}

const NOTHING = { pastOfTested: 0, afterWindow: 0, coldItems: 0, shortUsers: 0 }

/** `log` → `used(u, i, time, ordinal, late)`: a view of all of it, or a table of what is left. */
async function useLog(db: Duckdb, law: Law): Promise<Cut> {
  if (law.strategy === 'temporal') return useTemporal(db, law.quantile)
  if (law.strategy === 'rolling') return useRolling(db, law.cuts, law.fold)
  await db.run('CREATE OR REPLACE VIEW used AS SELECT *, false AS late FROM log')
  return { from: null, to: null, droppedItems: 0, removed: NOTHING }
}

async function useTemporal(db: Duckdb, quantile: number): Promise<Cut> {
  const from = await timeAt(db, quantile)
  await db.run(`CREATE TABLE tested AS SELECT u FROM log GROUP BY u HAVING max(time) >= ${from}`)
  await db.run('CREATE TABLE early AS SELECT * FROM log WHERE u NOT IN (SELECT u FROM tested)')
  await db.run(
    `CREATE TABLE recent AS SELECT * FROM log WHERE time >= ${from} AND u IN (SELECT u FROM tested)`,
  )
  const counts = await counted(db, 'recent')
  const enough = `SELECT u FROM recent GROUP BY u HAVING count(*) >= ${LEAST}`
  const kept = await keepEnough(db, enough)
  const all = await db.count('SELECT count(*) FROM log')
  const early = await db.count('SELECT count(*) FROM early')
  await db.run('DROP TABLE early; DROP TABLE recent; DROP TABLE tested')
  const pastOfTested = all - early - counts.recent
  return {
    from,
    to: null,
    droppedItems: counts.items,
    removed: { ...NOTHING, pastOfTested, coldItems: counts.cold, shortUsers: counts.known - kept },
  }
}

async function useRolling(db: Duckdb, cuts: readonly number[], fold: number): Promise<Cut> {
  const from = await timeAt(db, cuts[fold - 1]!)
  const next = cuts[fold]
  const to = next === undefined ? null : await timeAt(db, next)
  const inWindow = `time >= ${from}${to === null ? '' : ` AND time < ${to}`}`
  await db.run(`CREATE TABLE early AS SELECT * FROM log WHERE time < ${from}`)
  await db.run(`CREATE TABLE recent AS SELECT * FROM log WHERE ${inWindow}`)
  const counts = await counted(db, 'recent')
  const before = 'SELECT u, count(*) AS past FROM early GROUP BY u'
  const inside = 'SELECT u, count(*) AS present FROM recent GROUP BY u HAVING count(*) >= 2'
  const enough = `SELECT u FROM (${inside}) LEFT JOIN (${before}) USING (u) WHERE present + coalesce(past, 0) >= ${LEAST}`
  const kept = await keepEnough(db, enough)
  const afterWindow = to === null ? 0 : await db.count(`SELECT count(*) FROM log WHERE time >= ${to}`)
  await db.run('DROP TABLE early; DROP TABLE recent')
  return {
    from,
    to,
    droppedItems: counts.items,
    removed: { ...NOTHING, afterWindow, coldItems: counts.cold, shortUsers: counts.known - kept },
  }
}

/** Drops from `recent` the items that `early` has not, and counts them and their events. */
async function counted(db: Duckdb, table: 'recent') {
  const known = 'i IN (SELECT DISTINCT i FROM early)'
  const recent = await db.count(`SELECT count(*) FROM ${table}`)
  const cold = `FROM ${table} WHERE NOT (${known})`
  const items = await db.count(`SELECT count(*) FROM (SELECT DISTINCT i ${cold})`)
  await db.run(`CREATE TABLE known AS SELECT * FROM ${table} WHERE ${known}`)
  await db.run(`DROP TABLE ${table}; ALTER TABLE known RENAME TO ${table}`)
  const left = await db.count(`SELECT count(*) FROM ${table}`)
  return { recent, cold: recent - left, known: left, items }
}

/** `early` and the events of `recent` whose user is among `enough` → `used`. Returns the number of the latter. */
async function keepEnough(db: Duckdb, enough: string): Promise<number> {
  await db.run(
    `CREATE TABLE used AS SELECT *, false AS late FROM early
     UNION ALL SELECT *, true AS late FROM recent WHERE u IN (${enough})`,
  )
  return db.count('SELECT count(*) FROM used WHERE late')
}

async function timeAt(db: Duckdb, quantile: number): Promise<string> {
  const events = await db.count('SELECT count(*) FROM log')
  const index = roundHalfEven(quantile * (events - 1))
  const sorted = `SELECT time FROM log ORDER BY time LIMIT 1 OFFSET ${index}`
  return String((await db.rows(`SELECT CAST(time AS VARCHAR) AS t FROM (${sorted})`))[0]!.t)
}

function quantileOf(law: Law): number | undefined {
  if (law.strategy === 'rolling') return law.cuts[law.fold - 1]
  return law.strategy === 'temporal' ? law.quantile : undefined
}

/** To the nearest integer, halves to the even one. */
export function roundHalfEven(x: number): number {
  const low = Math.floor(x)
  const rest = x - low
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1
  return low % 2 === 0 ? low : low + 1
}
