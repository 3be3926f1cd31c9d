/** Whether a recommender set holds what its facts say: counts, numbers in range, each user once per split. */
import type { Columns, Dataset, Json, Params, Split } from '../../contracts.ts'
import { readSplit, readTable } from '../../io/manifest.ts'
import type { Verify } from '../verified.ts'

const SPLITS: readonly Split[] = ['train', 'valid', 'test']

/** Problems, a sentence each. Reads the whole set, a split at a time. */
const verify: Verify = async (folder, dataset) => {
  const users = await readTable(folder, dataset, 'users.parquet')
  const items = await readTable(folder, dataset, 'items.parquet')
  const problems = [
    ...numbering(users.data.user as Int32Array, 'users.parquet: column user'),
    ...numbering(items.data.item as Int32Array, 'items.parquet: column item'),
    ...counts(dataset, { users: users.rows, items: items.rows }),
    ...unaccounted(dataset),
  ]
  for (const split of SPLITS) {
    const rows = await readSplit(folder, dataset, split, ['user', 'history', 'target'])
    problems.push(...splitProblems(rows, { users: users.rows, items: items.rows }, split))
    if (split === 'train')
      problems.push(...counts(dataset, { trainUsers: rows.rows, trainEvents: eventsOf(rows) }))
    if (split === 'test') problems.push(...counts(dataset, { testUsers: rows.rows }))
  }
  return { problems, said: ', all numbers in range' }
}

export default verify

interface Sizes {
  users: number
  items: number
}

/** 1, 2, 3, … */
function numbering(values: Int32Array, subject: string): string[] {
  const wrong = values.findIndex((value, i) => value !== i + 1)
  return wrong < 0 ? [] : [`${subject}: row ${wrong} is ${values[wrong]}, expected ${wrong + 1}`]
}

/** Facts that are there must be true. */
function counts({ facts }: Dataset, found: { readonly [fact: string]: Json }): string[] {
  return Object.entries(found).flatMap(([name, value]) =>
    facts[name] === undefined || facts[name] === value
      ? []
      : [`manifest.json: facts say ${name} ${facts[name]}, the files hold ${value}`],
  )
}

/** Every event of the source is in a shard of events or counted as removed. */
function unaccounted({ facts, tables }: Dataset): string[] {
  if (facts.removed === undefined) return []
  const held = tables
    .filter(({ path }) => path.startsWith('events-'))
    .reduce((sum, { rows }) => sum + rows, 0)
  const removed = Object.values(facts.removed as Readonly<Record<string, number>>)
  const lost =
    Number((facts.unfiltered as Params).interactions) - held - removed.reduce((sum, n) => sum + n, 0)
  return lost === 0
    ? []
    : [`manifest.json: ${lost} events of the source are neither in events-….parquet nor counted as removed`]
}

function eventsOf({ rows, data }: Columns): number {
  return (data.history as readonly Int32Array[]).reduce((sum, history) => sum + history.length, rows)
}

function splitProblems({ data }: Columns, { users, items }: Sizes, split: Split): string[] {
  const user = data.user as Int32Array
  const target = data.target as Int32Array
  const history = data.history as readonly Int32Array[]
  const outside = (limit: number) => (value: number) => value < 1 || value > limit
  const problems: string[] = []
  const say = (row: number, what: string) => {
    if (row >= 0) problems.push(`${split}: row ${row}: ${what}`)
  }
  const lost = user.findIndex(outside(users))
  say(lost, `user ${user[lost]} is not in 1…${users}`)
  const seen = new Set<number>()
  const twice = user.findIndex((value) => seen.size === seen.add(value).size)
  say(twice, `user ${user[twice]} stands in the split twice`)
  const aim = target.findIndex(outside(items))
  say(aim, `target ${target[aim]} is not in 1…${items}`)
  const past = history.findIndex((list) => list.some(outside(items)))
  say(past, `an item of the history is not in 1…${items}`)
  return problems
}
