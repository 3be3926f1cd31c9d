/**
 * The table `event` as the files of a dataset, shard by shard. User u is in shard u mod S of every kind of file, and a shard
 * is sorted by user; S follows from the numbers of users and events alone.
 *
 * events-….parquet is the canonical form: one row an event, in the order (user, time, ordinal), with its place among the
 * user's events. train, valid and test are made of it, a shard of each from a shard of events: one row a user, a prefix of
 * the user's events whose last is the target: the first `trained` events in train, all but the last in valid, all in test.
 * Places and lists are made a shard at a time, since both are made in memory, and the lists of a shard once for all three.
 * A shard may be empty.
 */
import { join } from 'node:path'
import type { Context, Json, Schema, Shard, Table } from '../../contracts.ts'
import { type Duckdb, type ParquetFile, quote } from '../../io/duckdb.ts'
import { exists, sha256File } from '../../io/files.ts'
import { shardName } from '../../io/manifest.ts'
import { tableOf } from '../../io/parquet.ts'
import { orderedSql, type Strategy } from './split.ts'

export const SCHEMA: Schema = {
  user: { type: 'i32', shape: [], about: 'user, 1…U; users.parquet has the ids' },
  history: {
    type: 'i32',
    shape: ['*'],
    about: 'items before the target in time order, 1…N; items.parquet has the ids',
  },
  target: { type: 'i32', shape: [], about: 'the next item' },
  time: {
    type: 'i64',
    shape: [],
    about: 'of the target, in the unit of the source; 0 where it has no times',
  },
}
const ITEMS: Schema = {
  item: { type: 'i32', shape: [], about: '1…N, in the byte order of the ids' },
  id: { type: 'utf8', shape: [], about: 'id in the source' },
  count: { type: 'i32', shape: [], about: 'events of the item in training' },
}
const USERS: Schema = {
  user: { type: 'i32', shape: [], about: '1…U, in the byte order of the ids' },
  id: { type: 'utf8', shape: [], about: 'id in the source' },
}

const EVENTS: Schema = {
  user: { type: 'i32', shape: [], about: 'user, 1…U' },
  item: { type: 'i32', shape: [], about: 'item, 1…N' },
  time: { type: 'i64', shape: [], about: 'in the unit of the source; 0 where it has no times' },
  ordinal: { type: 'i64', shape: [], about: 'place in the source; orders events of equal time' },
  place: { type: 'i32', shape: [], about: 'place among the events of the user, from 1' },
  size: { type: 'i32', shape: [], about: 'events of the user' },
  trained: { type: 'i32', shape: [], about: 'how many of them, from the first, are training' },
  held: {
    type: 'i32',
    shape: [],
    about: '1 for users who are tested: place size - 1 is the target of valid, place size of test',
  },
}

export interface Limits {
  users: number // of a shard, about
  events: number // of a shard, about
}
export const LIMITS: Limits = { users: 250_000, events: 4_000_000 }
const ROW_GROUP = 16_384 // a range reader verifies a group at a time
const EVENT_GROUP = 122_880

/** Which users a split has, and how many of their events a row spans. */
const ROWS = {
  train: { where: 'trained > 0', length: 'trained' },
  valid: { where: 'held = 1', length: 'size - 1' },
  test: { where: 'held = 1', length: 'size' },
}
const SPLITS = ['train', 'valid', 'test'] as const

/** Told of each shard when it is whole, with the number of events read for it. */
export type Tick = (events: number) => void

/** Writes every shard of events that the journal has not, and shows them as the view `sequence`. */
export async function writeEventShards(
  db: Duckdb,
  folder: string,
  strategy: Strategy,
  ctx: Pick<Context, 'journal'>,
  limits = LIMITS,
  tick: Tick = () => {},
): Promise<Table[]> {
  const users = await db.count('SELECT count(*) FROM users')
  const events = await db.count('SELECT count(*) FROM event')
  const of = Math.max(1, Math.ceil(users / limits.users), Math.ceil(events / limits.events))
  const tables: Table[] = []
  for (let k = 0; k < of; k++) {
    const rows = () => orderedSql(strategy, { where: `"user" % ${of} = ${k}` })
    const file = { order: '"user", place', schema: EVENTS, rowGroup: EVENT_GROUP }
    tables.push(await write(db, folder, shardName('events', k, of), rows, file, ctx))
    tick(tables[k]!.rows)
  }
  await viewSequence(db, folder, tables)
  return tables
}

/** The rows of all written events under the name `sequence`. */
async function viewSequence(db: Duckdb, folder: string, tables: readonly Table[]): Promise<void> {
  await db.run(`CREATE OR REPLACE VIEW sequence AS SELECT * FROM ${readSql(folder, tables)}`)
}

/** Writes every shard of train, valid and test that the journal has not; the same, to the byte, whatever was there before. */
export async function writeShards(
  db: Duckdb,
  folder: string,
  events: readonly Table[],
  ctx: Pick<Context, 'journal'>,
  tick: Tick = () => {},
): Promise<Shard[]> {
  const shards: Shard[] = []
  for (const [k, table] of events.entries()) {
    const lists = `CREATE OR REPLACE TEMP TABLE lists AS ${listsSql(readSql(folder, [table]))}`
    let made: Promise<void> | undefined // once for the three, and not at all where all three are there
    for (const split of SPLITS) {
      const rows = async () => {
        await (made ??= db.run(lists))
        return rowsSql(split)
      }
      const file = { order: '"user"', schema: SCHEMA, rowGroup: ROW_GROUP }
      const written = await write(db, folder, shardName(split, k, events.length), rows, file, ctx)
      shards.push({ ...written, split })
      tick(table.rows)
    }
  }
  await db.run('DROP TABLE IF EXISTS lists')
  return SPLITS.flatMap((split) => shards.filter((shard) => shard.split === split))
}

const LOW = 0xffff_ffff // 32 bits

/**
 * One row a user: all events in order, and of each split the time of the last that its row spans. The list of items is a sorted
 * list of place · 2³² + item: `list(item ORDER BY place)` is the same and takes seven times as long.
 */
function listsSql(events: string): string {
  const sorted = 'list_sort(list((CAST(place AS BIGINT) << 32) | item))'
  const items = `list_transform(${sorted}, lambda x: CAST(x & ${LOW} AS INTEGER))`
  const times = SPLITS.map((split) => `max(time) FILTER (place = ${ROWS[split].length}) AS ${split}_time`)
  const facts = ['size', 'trained', 'held'].map((name) => `max(${name}) AS ${name}`)
  return `SELECT "user", ${items} AS events, ${[...facts, ...times].join(', ')} FROM ${events} GROUP BY "user"`
}

/** What a split shows of the table `lists`. */
function rowsSql(split: (typeof SPLITS)[number]): string {
  const { where, length } = ROWS[split]
  return `SELECT "user", events[:${length} - 1] AS history, events[${length}] AS target, ${split}_time AS time FROM lists WHERE ${where}`
}

/** A file by its receipt, if it still is what that says, else made of the rows of a SELECT, which is asked for then. */
async function write(
  db: Duckdb,
  folder: string,
  name: string,
  rows: () => string | Promise<string>,
  file: Omit<ParquetFile, 'path'>,
  { journal }: Pick<Context, 'journal'>,
): Promise<Table> {
  const path = join(folder, name)
  const receipt = journal.done(name) as Table | undefined
  if (receipt !== undefined && (await exists(path)) && (await sha256File(path)) === receipt.sha256)
    return receipt
  await db.copyToParquet(await rows(), { ...file, path })
  const table = await tableOf(path)
  await journal.record(name, table as unknown as Json)
  return table
}

function readSql(folder: string, tables: readonly Table[]): string {
  return `read_parquet([${tables.map(({ path }) => quote(join(folder, path))).join(', ')}])`
}

/** items.parquet and users.parquet: what the numbers stand for. */
export async function writeTables(db: Duckdb, folder: string): Promise<Table[]> {
  const counts = 'SELECT item, count(*) AS n FROM sequence WHERE place <= trained GROUP BY item'
  await db.copyToParquet(
    `SELECT item, id, CAST(coalesce(n, 0) AS INTEGER) AS count
     FROM items JOIN item_id USING (i) LEFT JOIN (${counts}) USING (item)`,
    { order: 'item', path: join(folder, 'items.parquet'), schema: ITEMS },
  )
  await db.copyToParquet('SELECT "user", id FROM users JOIN user_id USING (u)', {
    order: '"user"',
    path: join(folder, 'users.parquet'),
    schema: USERS,
  })
  return [await tableOf(join(folder, 'items.parquet')), await tableOf(join(folder, 'users.parquet'))]
}

/** Shows one shard after the other, the same of all kinds of files, to work that holds one in memory; at the end it shows all. */
export async function eachShard(
  db: Duckdb,
  folder: string,
  { events, shards }: { events: readonly Table[]; shards: readonly Shard[] },
  work: () => Promise<void>,
): Promise<void> {
  const splits = SPLITS.map((split) => shards.filter((shard) => shard.split === split))
  for (const [k, table] of events.entries()) {
    await viewSequence(db, folder, [table])
    await viewShards(
      db,
      folder,
      splits.map((files) => files[k]!),
    )
    await work()
  }
  await viewSequence(db, folder, events)
  await viewShards(db, folder, shards)
}

/** The written shards as views `train_rows`, `valid_rows`, `test_rows`; `events` is the history and the target. */
export async function viewShards(db: Duckdb, folder: string, shards: readonly Shard[]): Promise<void> {
  for (const split of SPLITS) {
    const files = shards.filter((shard) => shard.split === split)
    const rows = `SELECT *, list_append(history, target) AS events FROM ${readSql(folder, files)}`
    await db.run(`CREATE OR REPLACE VIEW ${split}_rows AS ${rows}`)
  }
}
