/** A split as its files hold it, with ids in place of numbers, for a test to read. */
import { join } from 'node:path'
import {
  type Limits,
  viewShards,
  writeEventShards,
  writeShards,
  writeTables,
} from '../../../generators/interactions/shards.ts'
import type { Strategy } from '../../../generators/interactions/split.ts'
import type { Duckdb } from '../../../io/duckdb.ts'
import { readParquet } from '../../../io/parquet.ts'
import { testContext } from '../../context.ts'

/** Writes and shows all files of the split that `db` holds. Rows are 'u: a b > c @ 7': user, history, target, time. */
export async function writeSplit(
  db: Duckdb,
  folder: string,
  strategy: Strategy,
  limits: Limits = { users: 2, events: 1000 },
) {
  const ctx = testContext(folder)
  const events = await writeEventShards(db, folder, strategy, ctx, limits)
  const shards = await writeShards(db, folder, events, ctx)
  await writeTables(db, folder)
  await viewShards(db, folder, shards)
  const users = (await readParquet(join(folder, 'users.parquet'))).data.id as string[]
  const { id: items, count } = (await readParquet(join(folder, 'items.parquet'))).data as {
    id: string[]
    count: Int32Array
  }
  const found: Record<string, [user: number, row: string][]> = { train: [], valid: [], test: [] }
  for (const shard of shards) {
    const { data } = await readParquet(join(folder, shard.path), { expect: shard })
    const { user, history, target, time } = data as {
      user: Int32Array
      history: Int32Array[]
      target: Int32Array
      time: BigInt64Array
    }
    user.forEach((u, r) => {
      const known = Array.from(history[r]!, (item) => items[item - 1]!).join(' ')
      found[shard.split]!.push([u, `${users[u - 1]}: ${known} > ${items[target[r]! - 1]} @ ${time[r]}`])
    })
  }
  const inOrder = (of: [number, string][]) => of.sort(([a], [b]) => a - b).map(([, row]) => row)
  const rows = Object.fromEntries(Object.entries(found).map(([name, of]) => [name, inOrder(of)]))
  return { events, shards, rows, users, items, count: Array.from(count) }
}
