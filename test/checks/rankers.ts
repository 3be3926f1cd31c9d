/**
 * Fitted recommenders on a log of yours, leave-one-out, timed: npm run check:rankers -- <log> [name, {"name": …} or all] …
 *
 * The log is text, a user a line: the user, then the items in the order of time (as the 5-core Amazon sets of S3-Rec are handed
 * about). The last item of a user is the test target, the one before it the valid target, the rest is training; the history for
 * test is all but the last. Without names the settings of KNOWN are fitted; `all` is each of baselines/recommenders with its defaults.
 *
 * Of Amazon Beauty 5-core, which its counts give away, some scores are known: a line of `ok` or `MISS` beside them, exit code 1 for
 * a miss. Of other logs and settings the scores are printed, no more. Five minutes of a core on Beauty, four of them for ease.
 */
import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { type Choice, choose } from '../../benchmarks/choice.ts'
import { listsOf } from '../../benchmarks/lists.ts'
import { countItems } from '../../benchmarks/sequences.ts'
import type { Columns, Interactions, Ranker } from '../../contracts.ts'
import { namesIn } from '../../io/lookup.ts'
import coverage from '../../metrics/recommenders/coverage.ts'
import hitRate from '../../metrics/recommenders/hit-rate.ts'
import ndcg from '../../metrics/recommenders/ndcg.ts'

export interface Held {
  train: Interactions
  rows: Int32Array // of `train.sequences`, the users who are tested
  histories: readonly Int32Array[]
  truth: Columns
  counts: Counts // of the whole log
}
export interface Counts {
  users: number
  items: number
  events: number
}
export interface Known {
  choice: Choice
  hitRate: number
  ndcg: number // both at 10
}

/** Amazon Beauty 5-core: counts, and what an independent program found there. 10⁶ neighbors are all that an item has. */
export const COUNTS: Counts = { users: 22363, items: 12101, events: 198502 }
export const KNOWN: readonly Known[] = [
  { choice: 'popularity', hitRate: 0.0115, ndcg: 0.0055 },
  { choice: 'markov', hitRate: 0.0667, ndcg: 0.0439 },
  { choice: { name: 'itemknn', neighbors: 1e6, shrink: 0 }, hitRate: 0.0568, ndcg: 0.0326 },
  { choice: { name: 'ease', regularization: 50 }, hitRate: 0.0699, ndcg: 0.0386 },
]
/** Known to four digits, the fourth with ties of scores in another order than ours: so to half of the third. */
const WITHIN = 0.0005

/** Users with fewer than three items are trained on, not tested. */
export function holdOut(text: string): Held {
  const numbers = new Map<string, number>()
  const numberOf = (id: string) => numbers.get(id) ?? numbers.set(id, numbers.size + 1).size
  const users = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => Int32Array.from(line.trim().split(/\s+/).slice(1), numberOf))
  const sequences = users.map((items) => (items.length < 3 ? items : items.subarray(0, -2)))
  const rows = Int32Array.from(users.keys()).filter((row) => users[row]!.length >= 3)
  const histories = Array.from(rows, (row) => users[row]!.subarray(0, -1))
  const target = rows.map((row) => users[row]!.at(-1)!)
  return {
    train: { items: numbers.size, sequences },
    rows,
    histories,
    truth: { rows: rows.length, data: { user: rows, target } },
    counts: {
      users: users.length,
      items: numbers.size,
      events: users.reduce((sum, { length }) => sum + length, 0),
    },
  }
}

/** What is known of these settings on a log of these counts. */
export function knownOf(counts: Counts, choice: Choice): Known | undefined {
  const full = (one: Choice) => (typeof one === 'string' ? { name: one } : one)
  if (!isDeepStrictEqual(counts, COUNTS)) return undefined
  return KNOWN.find((known) => isDeepStrictEqual(full(known.choice), full(choice)))
}

export function agrees(found: Omit<Known, 'choice'>, known: Known): boolean {
  return [found.hitRate - known.hitRate, found.ndcg - known.ndcg].every((gap) => Math.abs(gap) <= WITHIN)
}

/** Fits and asks one method: its scores, and a line of a table. */
export async function check(held: Held, choice: Choice) {
  const { name, entry, params } = await choose<Ranker>('baseline', 'baselines/recommenders', choice)
  const { train, rows, histories, truth } = held
  const start = performance.now()
  const rank = entry.fit(train, params)
  const fitted = performance.now()
  const scores = new Float64Array(train.items + 1)
  const lists = listsOf(rows, histories, countItems(train.sequences, train.items), (r) => {
    rank(histories[r]!, scores, rows[r]!)
    return scores
  })
  const asked = performance.now()
  const facts = { items: train.items }
  const values = [hitRate, ndcg, coverage].map((metric) => metric.measure(lists, truth, facts, 10).value)
  const seconds = [fitted - start, asked - fitted].map((ms) => `${(ms / 1000).toFixed(1)} s`)
  const line = [name.padEnd(18), ...values.map((value) => value.toFixed(4)), ...seconds].join('  ')
  return { hitRate: values[0]!, ndcg: values[1]!, line }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [path, ...asked] = process.argv.slice(2)
  if (path === undefined) {
    console.error('check:rankers: name a log, a user a line: user item item …')
    process.exit(2)
  }
  const held = holdOut(await readFile(path, 'utf8'))
  const { users, items, events } = held.counts
  console.log(`${users} users, ${items} items, ${events} events, node ${process.version}`)
  console.log(`      ${'method'.padEnd(18)}  HR@10   NDCG@10 COV@10  fit, ask; known within ${WITHIN}`)
  let [compared, missed] = [0, 0]
  for (const choice of choicesOf(asked)) {
    const found = await check(held, choice)
    const known = knownOf(held.counts, choice)
    const holds = known === undefined || agrees(found, known)
    if (known !== undefined) compared++
    if (!holds) missed++
    const word = known === undefined ? '' : holds ? 'ok' : 'MISS'
    const beside = known === undefined ? '' : `; ${known.hitRate.toFixed(4)}  ${known.ndcg.toFixed(4)}`
    console.log(`${word.padEnd(6)}${found.line}${beside}`)
  }
  console.log(
    compared === 0 ? 'nothing is known of these' : `${compared - missed} of ${compared} known ones hold`,
  )
  process.exitCode = missed === 0 ? 0 : 1
}

function choicesOf(asked: readonly string[]): Choice[] {
  if (asked.length === 0) return KNOWN.map(({ choice }) => choice)
  return asked.flatMap((one) => {
    if (one === 'all') return namesIn('baselines/recommenders')
    return [one.startsWith('{') ? (JSON.parse(one) as Choice) : one]
  })
}
