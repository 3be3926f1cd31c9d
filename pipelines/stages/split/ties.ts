/**
 * Does the order of the source inside equal times help? Some public files are sorted by item id there, which a Markov
 * chain can read (up to +14 % NDCG@10 on Amazon Grocery). So its NDCG@10 on the test rows is taken twice: events of
 * equal time in the order of the source, and in a seeded random order. A large difference says: do not trust the order.
 *
 *   d_u = NDCG of user u in the order of the source − NDCG of u in the seeded one,   u over the same users in both
 *   leaks = |mean d| > 0.05 · NDCG seeded   and   |mean d| > 2 standard errors of mean d
 *
 * The first bound alone would warn of noise where few users are asked. Of a large log a part of the users is looked at; the error
 * says what that costs.
 *
 * What it will not do: see a difference below two errors, or weigh what one seeded order does to the training of all users alike.
 */
import type { Columns, Context, Params } from '../../../contracts.ts'
import { orderedSql, type Strategy } from '../../../generators/interactions/split.ts'
import type { Duckdb } from '../../../io/duckdb.ts'
import { mean, standardError } from '../../../math/statistics.ts'
import ndcg from '../../../metrics/recommenders/ndcg.ts'
import { markovPlaces } from './markov-places.ts'

const K = 10
const MOST_EVENTS = 5_000_000 // held in memory with what a chain makes of them, about 100 bytes each
const LEAK = 0.05 // relative difference that is warned of
const ERRORS = 2 // and how many of its standard errors it must exceed

/** null where nobody is asked. Rounded to four digits, which are the same on all machines. */
export async function orderOfTies(
  db: Duckdb,
  strategy: Strategy,
  ctx: Pick<Context, 'seed'>,
  most = MOST_EVENTS,
): Promise<Params | null> {
  const every = Math.ceil((await db.count('SELECT count(*) FROM event')) / most)
  // users are numbered by their ids, which say nothing of when they came
  const where = `("user" - 1) % ${every} = 0`
  const source = await markovNdcg(db, orderedSql(strategy, { where }))
  // md5 and not hash(): the order must not change with the version of the database
  const tie = `md5(concat('${ctx.seed}:', ordinal))`
  const seeded = await markovNdcg(db, orderedSql(strategy, { where, tie }))
  if (source === null || seeded === null) return null
  const differences = source.perRow.map((value, user) => value - seeded.perRow[user]!)
  const difference = Math.abs(mean(differences))
  const error = standardError(differences) // NaN of one user, which exceeds nothing
  const digits = (value: number) => Number(value.toFixed(4))
  return {
    markovSourceOrder: digits(source.value),
    markovSeededOrder: digits(seeded.value),
    difference: digits(mean(differences)),
    standardError: Number.isNaN(error) ? null : digits(error),
    users: differences.length,
    leaks: difference > LEAK * seeded.value && difference > ERRORS * error,
  }
}

/** Of each user who is tested, in the order of users: the same ones whatever the order of ties. null where there are none. */
async function markovNdcg(db: Duckdb, ordered: string) {
  const items = await db.count('SELECT count(*) FROM items')
  const events = await db.columns(
    `SELECT "user", item, trained, held FROM (${ordered}) ORDER BY "user", place`,
  )
  const { sequences, asked } = cutUsers(events)
  const rows = asked.length
  if (rows === 0) return null
  const target = Int32Array.from(asked, (user) => user[user.length - 1]!)
  const lists = new Int32Array(rows * K) // of the list the target alone, which is all that the metric looks at
  markovPlaces({ items, sequences }, asked, K).forEach((place, row) => {
    if (place > 0) lists[row * K + place - 1] = target[row]!
  })
  const { value, perRow } = ndcg.measure({ rows, data: { items: lists } }, { rows, data: { target } }, {}, K)
  return { value, perRow: perRow! }
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
