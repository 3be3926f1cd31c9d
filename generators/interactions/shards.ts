/**
 * The table `sequence` as the shards of a dataset: one row per user, sorted by user, at most 50,000 users a shard.
 *
 * The row of a user is a prefix of the user's events, its last event the target: the first `trained` events in train,
 * all but the last in valid, all in test. Lists are built a shard at a time, since they are made in memory.
 */
import { join } from 'node:path'
import type { Context, Json, Schema, Shard, Split, Table } from '../../contracts.ts'
import { type Duckdb, quote } from '../../io/duckdb.ts'
import { shardName } from '../../io/manifest.ts'
import { tableOf } from '../../io/parquet.ts'

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

export interface Limits {
  users: number // of a shard
  events: number // of a shard, about
}
export const LIMITS: Limits = { users: 50_000, events: 4_000_000 }
const ROW_GROUP = 16_384 // a range reader verifies a group at a time

/** Which rows a split has, and how many of a user's events its row spans. */
const ROWS = {
  train: { where: 'trained > 0', length: 'trained' },
  valid: { where: 'held', length: 'size - 1' },
  test: { where: 'held', length: 'size' },
}

/** Writes every shard that the journal has not; the same shards, to the byte, whatever was there before. */
export async function writeShards(
  db: Duckdb,
  folder: string,
  ctx: Pick<Context, 'journal' | 'progress'>,
  limits = LIMITS,
): Promise<Shard[]> {
  const shards: Shard[] = []
  for (const split of ['train', 'valid', 'test'] as const) {
    const starts = await shardStarts(db, split, limits)
    for (let s = 0; s < starts.length; s++) {
      const path = shardName(split, s, starts.length)
      let table = ctx.journal.done(path) as Table | undefined
      if (table === undefined) {
        const rows = rowsSql(split, starts[s]!, starts[s + 1] ?? 2_147_483_648)
        const options = { order: '"user"', path: join(folder, path), schema: SCHEMA, rowGroup: ROW_GROUP }
        await db.copyToParquet(rows, options)
        table = await tableOf(options.path)
        await ctx.journal.record(path, table as unknown as Json)
      }
      shards.push({ ...table, split })
      ctx.progress(s + 1, starts.length, `${split} shards`)
    }
  }
  return shards
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

/** The written shards as views `train_rows`, `valid_rows`, `test_rows`; `events` is the history and the target. */
export async function viewShards(db: Duckdb, folder: string, shards: readonly Shard[]): Promise<void> {
  for (const split of ['train', 'valid', 'test']) {
    const paths = shards.filter((shard) => shard.split === split).map(({ path }) => quote(join(folder, path)))
    const rows = `SELECT *, list_append(history, target) AS events FROM read_parquet([${paths.join(', ')}])`
    await db.run(`CREATE VIEW ${split}_rows AS ${rows}`)
  }
}

/** The first user of each shard of a split. */
async function shardStarts(db: Duckdb, split: Split, limits: Limits): Promise<number[]> {
  const { where, length } = ROWS[split]
  const rows = `SELECT "user", row_number() OVER (ORDER BY "user") - 1 AS n FROM sequence WHERE ${where} AND place = 1`
  const users = await db.count(`SELECT count(*) FROM (${rows})`)
  const events = await db.count(`SELECT count(*) FROM sequence WHERE ${where} AND place <= ${length}`)
  const shards = Math.max(1, Math.ceil(users / limits.users), Math.ceil(events / limits.events))
  const each = Math.max(1, Math.ceil(users / shards))
  const starts = await db.rows(`SELECT "user" FROM (${rows}) WHERE n % ${each} = 0 ORDER BY "user"`)
  return starts.map((row) => Number(row.user))
}

function rowsSql(split: Split, from: number, to: number): string {
  const { where, length } = ROWS[split]
  return `
    SELECT "user", events[:-2] AS history, events[-1] AS target, time FROM (
      SELECT "user", list(item ORDER BY place) AS events, max(time) AS time FROM sequence
      WHERE "user" >= ${from} AND "user" < ${to} AND ${where} AND place <= ${length} GROUP BY "user")`
}
