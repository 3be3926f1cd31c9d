/**
 * Fitted recommenders on a log of yours, leave-one-out, timed: npm run check:rankers -- <log> [name or {"name": …}] …
 *
 * The log is text, a user a line: the user, then the items in the order of time (as the 5-core Amazon sets of S3-Rec are handed
 * about). The last item of a user is the test target, the one before it the valid target, the rest is training; the history for
 * test is all but the last. Without names all of baselines/recommenders are fitted with their defaults.
 *
 * Amazon Beauty (22,363 users, 12,101 items, 198,502 events): known elsewhere are popularity 0.0115 HR@10, 0.0055 NDCG@10, markov
 * 0.0667 and 0.0439, and ease with regularization 50 0.0699 and 0.0386, but for ties of scores.
 */
import { readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
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
}

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
  }
}

/** Fits and asks one method; a line of a table. */
export async function check(held: Held, choice: Choice): Promise<string> {
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
  return [name.padEnd(18), ...values.map((value) => value.toFixed(4)), ...seconds].join('  ')
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [path, ...asked] = process.argv.slice(2)
  if (path === undefined) throw new Error('check:rankers: name a log, a user a line: user item item …')
  const held = holdOut(await readFile(path, 'utf8'))
  console.log(`${held.train.sequences.length} users, ${held.train.items} items, node ${process.version}`)
  console.log(`${'method'.padEnd(18)}  HR@10   NDCG@10 COV@10  fit, ask`)
  const choices = asked.length > 0 ? asked : namesIn('baselines/recommenders')
  for (const choice of choices)
    console.log(await check(held, choice.startsWith('{') ? (JSON.parse(choice) as Choice) : choice))
}
