/**
 * A log on disk: events-00000.parquet, events-00001.parquet, … with the columns of `LOG`, in the order of the file or of the
 * generator, which ends here: the split knows logs alone. A shard is cut by place (or, from a generator, by user), so
 * that a killed stage goes on after its last whole one and comes to the same bytes.
 */
import { join } from 'node:path'
import type { Columns, Context, Generator, Json, Params, Schema, Table } from '../../contracts.ts'
import { slice } from '../../io/columns.ts'
import { type Duckdb, quote } from '../../io/duckdb.ts'
import { UserError } from '../../io/errors.ts'
import { exists, sha256File } from '../../io/files.ts'
import { tableOf } from '../../io/parquet.ts'
import { EVENTS, type Sink } from './parse.ts'
import { hashesOf } from './parts.ts'

export const LOG: Schema = {
  user: { type: 'utf8', shape: [], about: 'id of the user as the source has it' },
  item: { type: 'utf8', shape: [], about: 'id of the item as the source has it' },
  time: { type: 'i64', shape: [], about: 'when; in the unit of the source, 0 where it has no times' },
  ordinal: { type: 'i64', shape: [], about: 'place in the source, from 0; orders events of equal time' },
}
export const SHARD = { events: 4_000_000, users: 250_000 }

export interface LogFacts {
  users: number
  items: number
  interactions: number
  ties: number // events that share user and time with another event
}

/** All rows of a generator whose row is one user (`user`, `items`, `times`) as shards in `folder`. Returns their names. */
export async function makeLog(
  db: Duckdb,
  folder: string,
  { name, generator, params }: { name: string; generator: Generator; params: Params },
  ctx: Pick<Context, 'seed' | 'signal' | 'progress' | 'journal'>,
  shard = SHARD,
): Promise<string[]> {
  const users = params.users
  const columns = Object.keys(generator.schema(params)).join(' ')
  if (columns !== 'user items times' || typeof users !== 'number') {
    throw new UserError(
      `generator ${name}: makes ${columns}, a log is made of user items times and a param 'users'`,
    )
  }
  const tables: Table[] = []
  let ordinal = 0
  for (let from = 0; from < users; from += shard.users) {
    const to = Math.min(users, from + shard.users)
    const file = nameOf(tables.length)
    const whole = await finished(folder, file, ctx)
    const table =
      whole ??
      (await writeShard(db, folder, file, ctx, async () => {
        let next = ordinal
        let done = from
        for await (const rows of generator.rows(params, { from, to }, ctx)) {
          const events = flatten(rows, next)
          await db.append('events', events)
          next += events.rows
          ctx.progress((done += rows.rows), users, 'users')
        }
      }))
    tables.push(table)
    ordinal += table.rows
    ctx.progress(to, users, 'users')
  }
  return tables.map(({ path }) => path)
}

/** Takes the events of a file in order and writes them as shards; those that the journal has are passed over. */
export function shardSink(
  db: Duckdb,
  folder: string,
  ctx: Pick<Context, 'journal'>,
  size = SHARD.events,
): Sink & { end(): Promise<string[]> } {
  const tables: Table[] = []
  let ordinal = 0
  let opened: Table | null | undefined // of the shard whose events are coming: its receipt, null where it has none
  const seal = async () => {
    const file = nameOf(tables.length)
    tables.push(opened ?? (await closeShard(db, folder, file, ctx)))
    opened = undefined
  }
  return {
    async append(events) {
      for (let from = 0; from < events.rows; ) {
        const room = size - (ordinal % size)
        const part = slice(events, from, Math.min(events.rows, from + room))
        if (opened === undefined) {
          opened = await finished(folder, nameOf(tables.length), ctx)
          if (opened === null) await openShard(db)
        }
        if (opened === null) await db.append('events', withOrdinals(part, ordinal))
        ordinal += part.rows
        from += part.rows
        if (ordinal % size === 0) await seal()
      }
    },
    async insert(select, rows) {
      for (let from = 0; from < rows; from += size) {
        const file = nameOf(tables.length)
        const fill = () => db.run(`INSERT INTO events ${select(from, Math.min(rows, from + size))}`)
        tables.push((await finished(folder, file, ctx)) ?? (await writeShard(db, folder, file, ctx, fill)))
      }
    },
    async end() {
      if (opened !== undefined) await seal()
      return tables.map(({ path }) => path)
    },
  }
}

/** Counts what is in the shards, `most` rows at a time where they are grouped (parts.ts). */
export async function countLog(
  db: Duckdb,
  folder: string,
  shards: readonly string[],
  hasTime: boolean,
  most?: number,
): Promise<LogFacts> {
  const source = `read_parquet([${shards.map((path) => quote(join(folder, path))).join(', ')}])`
  const interactions = await db.count(`SELECT count(*) FROM ${source}`)
  const summed = async (column: string, counted: (rows: string) => string) => {
    let sum = 0
    for (const part of hashesOf(interactions, column, most))
      sum += await db.count(counted(`${source} WHERE ${part}`))
    return sum
  }
  const distinct = (column: string) =>
    summed(column, (rows) => `SELECT count(*) FROM (SELECT DISTINCT ${column} FROM ${rows})`)
  const tied = (rows: string) =>
    `SELECT coalesce(sum(n), 0) FROM (SELECT count(*) AS n FROM ${rows} GROUP BY "user", time HAVING count(*) > 1)`
  return {
    users: await distinct('"user"'),
    items: await distinct('item'),
    interactions,
    ties: hasTime ? await summed('"user"', tied) : 0,
  }
}

function nameOf(index: number): string {
  return `events-${String(index).padStart(5, '0')}.parquet`
}

/** The receipt of a shard that a former attempt finished and that still is what it was. */
async function finished(
  folder: string,
  file: string,
  { journal }: Pick<Context, 'journal'>,
): Promise<Table | null> {
  const receipt = journal.done(file) as Table | undefined
  if (receipt === undefined || !(await exists(join(folder, file)))) return null
  return (await sha256File(join(folder, file))) === receipt.sha256 ? receipt : null
}

async function writeShard(
  db: Duckdb,
  folder: string,
  file: string,
  ctx: Pick<Context, 'journal'>,
  fill: () => Promise<void>,
): Promise<Table> {
  await openShard(db)
  await fill()
  return closeShard(db, folder, file, ctx)
}

/** The events of a shard live in a transaction that is rolled back: they are written once, to the shard. */
async function openShard(db: Duckdb): Promise<void> {
  await db.run('BEGIN')
  await db.run(`CREATE TABLE ${EVENTS}`)
}

async function closeShard(
  db: Duckdb,
  folder: string,
  file: string,
  { journal }: Pick<Context, 'journal'>,
): Promise<Table> {
  const path = join(folder, file)
  await db.copyToParquet('SELECT * FROM events', { order: 'ordinal', path, schema: LOG })
  await db.run('ROLLBACK')
  const table = await tableOf(path)
  await journal.record(file, table as unknown as Json)
  return table
}

function withOrdinals({ rows, data }: Columns, ordinal: number): Columns {
  return {
    rows,
    data: { ...data, ordinal: BigInt64Array.from({ length: rows }, (_, n) => BigInt(ordinal + n)) },
  }
}

/** One row an event. */
function flatten({ data }: Columns, ordinal: number): Columns {
  const ids = data.user as Int32Array
  const items = data.items as readonly Int32Array[]
  const times = data.times as readonly Int32Array[]
  const user = items.flatMap((list, r) => new Array<string>(list.length).fill(String(ids[r])))
  const item = items.flatMap((list) => Array.from(list, String))
  const time = BigInt64Array.from(times.flatMap((list) => Array.from(list, BigInt)))
  return withOrdinals({ rows: user.length, data: { user, item, time } }, ordinal)
}
