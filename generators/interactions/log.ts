/**
 * A log on disk: events.parquet with the columns of `LOG`, in the order of the file or of the generator.
 * Where it comes from (a generator or a file) ends here; the split knows logs alone.
 */
import { join } from 'node:path'
import type { Columns, Context, Generator, Params, Schema } from '../../contracts.ts'
import type { Duckdb } from '../../io/duckdb.ts'
import { UserError } from '../../io/errors.ts'
import { EVENTS } from './parse.ts'

export const LOG: Schema = {
  user: { type: 'utf8', shape: [], about: 'id of the user as the source has it' },
  item: { type: 'utf8', shape: [], about: 'id of the item as the source has it' },
  time: { type: 'i64', shape: [], about: 'when; in the unit of the source, 0 where it has no times' },
  ordinal: { type: 'i64', shape: [], about: 'place in the source, from 0; orders events of equal time' },
}

export interface LogFacts {
  users: number
  items: number
  interactions: number
  ties: number // events that share user and time with another event
}

/** All rows of a generator whose row is one user (`user`, `items`, `times`) into the table of events. */
export async function makeLog(
  db: Duckdb,
  name: string,
  generator: Generator,
  params: Params,
  ctx: Pick<Context, 'seed' | 'signal' | 'progress'>,
): Promise<void> {
  const users = params.users
  const columns = Object.keys(generator.schema(params)).join(' ')
  if (columns !== 'user items times' || typeof users !== 'number') {
    throw new UserError(
      `generator ${name}: makes ${columns}, a log is made of user items times and a param 'users'`,
    )
  }
  await db.transaction(async () => {
    await db.run(`CREATE TABLE ${EVENTS}`)
    let ordinal = 0
    let done = 0
    for await (const rows of generator.rows(params, { from: 0, to: users }, ctx)) {
      const events = flatten(rows, ordinal)
      await db.append('events', events)
      ordinal += events.rows
      ctx.progress((done += rows.rows), users, 'users')
    }
  })
}

/** One row an event. */
function flatten({ data }: Columns, ordinal: number): Columns {
  const ids = data.user as Int32Array
  const items = data.items as readonly Int32Array[]
  const times = data.times as readonly Int32Array[]
  const user = items.flatMap((list, r) => new Array<string>(list.length).fill(String(ids[r])))
  const item = items.flatMap((list) => Array.from(list, String))
  const time = BigInt64Array.from(times.flatMap((list) => Array.from(list, BigInt)))
  const places = BigInt64Array.from(user, (_, n) => BigInt(ordinal + n))
  return { rows: user.length, data: { user, item, time, ordinal: places } }
}

/** Writes events.parquet and counts what is in it. */
export async function writeLog(db: Duckdb, folder: string, hasTime: boolean): Promise<LogFacts> {
  await db.copyToParquet('SELECT * FROM events', {
    order: 'ordinal',
    path: join(folder, 'events.parquet'),
    schema: LOG,
  })
  const tied = 'SELECT count(*) AS n FROM events GROUP BY "user", time HAVING count(*) > 1'
  return {
    users: await db.count('SELECT count(DISTINCT "user") FROM events'),
    items: await db.count('SELECT count(DISTINCT item) FROM events'),
    interactions: await db.count('SELECT count(*) FROM events'),
    ties: hasTime ? await db.count(`SELECT coalesce(sum(n), 0) FROM (${tied})`) : 0,
  }
}
