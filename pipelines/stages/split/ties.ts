/**
 * Does the order of the source inside equal times help? Some public files are sorted by item id there, which a Markov
 * chain can read (up to +14 % NDCG@10 on Amazon Grocery). So its NDCG@10 on the test rows is taken twice: events of
 * equal time in the order of the source, and in a seeded random order. A large difference says: do not trust the order.
 */
import markov from '../../../baselines/recommenders/markov.ts'
import { countItems } from '../../../benchmarks/sequences.ts'
import { topItems } from '../../../benchmarks/top-items.ts'
import type { Columns, Context, Params } from '../../../contracts.ts'
import { orderedSql, type Strategy } from '../../../generators/interactions/split.ts'
import type { Duckdb } from '../../../io/duckdb.ts'
import ndcg from '../../../metrics/recommenders/ndcg.ts'

const K = 10
const MOST_EVENTS = 5_000_000 // held in memory with what a chain makes of them, about 100 bytes each
const LEAK = 0.05 // relative difference that is warned of
const MOST_SCORES = 500_000_000 // users asked × items: seconds

/** null where the log is too large for this to be cheap. Rounded to four digits, which are the same on all machines. */
export async function orderOfTies(
  db: Duckdb,
  strategy: Strategy,
  ctx: Pick<Context, 'seed'>,
): Promise<Params | null> {
  if ((await db.count('SELECT count(*) FROM event')) > MOST_EVENTS) return null
  const source = await markovNdcg(db, orderedSql(strategy))
  // md5 and not hash(): the order must not change with the version of the database
  const seeded = await markovNdcg(db, orderedSql(strategy, { tie: `md5(concat('${ctx.seed}:', ordinal))` }))
  const digits = (value: number) => Number(value.toFixed(4))
  return {
    markovSourceOrder: digits(source.value),
    markovSeededOrder: digits(seeded.value),
    users: source.users,
    leaks: Math.abs(source.value - seeded.value) > LEAK * seeded.value,
  }
}

async function markovNdcg(db: Duckdb, ordered: string): Promise<{ value: number; users: number }> {
  const items = await db.count('SELECT count(*) FROM items')
  const events = await db.columns(
    `SELECT "user", item, trained, held FROM (${ordered}) ORDER BY "user", place`,
  )
  const { sequences, asked } = cutUsers(events)
  const rank = markov.fit({ items, sequences }, {})
  const popularity = countItems(sequences, items)
  const every = Math.ceil((asked.length * items) / MOST_SCORES)
  const chosen = asked.filter((_, n) => n % every === 0)
  const scores = new Float64Array(items + 1)
  const lists = new Int32Array(chosen.length * K)
  chosen.forEach((user, row) => {
    const history = user.subarray(0, -1)
    rank(history, scores)
    lists.set(topItems(scores, history, popularity, K), row * K)
  })
  const target = Int32Array.from(chosen, (user) => user[user.length - 1]!)
  const rows = chosen.length
  const { value } = ndcg.measure({ rows, data: { items: lists } }, { rows, data: { target } }, {}, K)
  return { value, users: rows }
}

/** The training sequences, and all events of those who are tested. */
function cutUsers({ rows, data }: Columns): { sequences: Int32Array[]; asked: Int32Array[] } {
  const [users, items, trained, held] = ['user', 'item', 'trained', 'held'].map(
    (name) => data[name] as Int32Array,
  )
  const sequences: Int32Array[] = []
  const asked: Int32Array[] = []
  for (let from = 0, to = 0; from < rows; from = to) {
    while (to < rows && users![to] === users![from]) to++
    if (trained![from]! > 0) sequences.push(items!.subarray(from, from + trained![from]!))
    if (held![from]! > 0) asked.push(items!.subarray(from, to))
  }
  return { sequences, asked }
}
