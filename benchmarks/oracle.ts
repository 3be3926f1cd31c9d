/**
 * The best that any method can do on a made log: for each test row the items in the order of their true probability.
 *
 *   p(j) = P(target = j | the row's hidden state, all that the generator drew for it before the target, j in the catalog)
 *
 * The oracle knows the law (params and seed of the generator), the clusters and shares of the user, when the user came, and the
 * events that a filter has removed before the target. Nothing is integrated over: a method sees less. So for a metric that is
 * a sum of gains falling with the place of the target, NDCG@k and HR@k, no method has a higher expectation; on one log it can
 * be luckier. best.parquet has the expectations themselves, Σ p(list[r]) gain(r), row by row: exact, no draw in them.
 *
 * Where it is not exact: p is cut to the catalog and scaled to 1, but which items are in the catalog hangs, through k-core and
 * `no item without an event`, also on the targets; and that later events of a user were removed is not weighed. A method that
 * knows the bounds of a core could win what that tells of items at the bound. Without a filter, and with every item met in
 * training, both are nothing. So a run on a log that a filter was asked for, or from which duplicates went, says so in its note.
 *
 * `bound` among the params of its run keeps it out of the ranks: it is no method. On a log that no law is known of, it is absent
 * (absent.ts).
 */
import { join } from 'node:path'
import type { Columns, Context, Dataset, Generator, Params, Schema, Track } from '../contracts.ts'
import type { Law, LogGenerator } from '../generators/interactions/made.ts'
import { UserError } from '../io/errors.ts'
import { load } from '../io/lookup.ts'
import { readSplit, readTable } from '../io/manifest.ts'
import { writeParquet } from '../io/parquet.ts'
import { mean } from '../math/statistics.ts'
import { writeAbsent } from './absent.ts'
import { LIST } from './lists.ts'
import { secondsSince, writeMeasured, writeRun } from './run-folder.ts'
import { topItems } from './top-items.ts'
import { loadTrack, openDataset } from './track.ts'

const K = 10

const BEST: Schema = {
  user: { type: 'i32', shape: [], about: 'User id' },
  'ndcg@10': { type: 'f64', shape: [], about: 'Expected NDCG@10 of the best list' },
  'hit-rate@10': { type: 'f64', shape: [], about: 'Expected HR@10 of the best list' },
}

/** `generators`: names of those whose law counts; named in the params of a stage, their code is part of its key. */
export async function oracle(
  request: { track: string; generators: readonly string[] },
  { data, out }: { data: string; out: string },
  ctx: Pick<Context, 'signal' | 'progress'>,
): Promise<Params> {
  const track = await loadTrack(request.track)
  const dataset = await openDataset(data, request.track)
  const start = performance.now()
  const law = await lawOf(dataset, request.generators)
  if (typeof law === 'string') {
    await writeAbsent(out, { model: 'oracle', because: law })
    return { status: 'absent', because: law }
  }
  const rows = await rowsOf(dataset, data)
  const fitted = secondsSince(start)
  const asked = performance.now()
  const { predictions, best } = ask(law, rows, dataset.name, ctx)
  const predictSeconds = secondsSince(asked)
  await writeParquet(join(out, 'best.parquet'), BEST, best)
  const about = await writeOracle(out, { track, trackName: request.track, dataset, data, predictions, best })
  await writeMeasured(out, { trainSeconds: fitted, predictSeconds, device: 'cpu', threads: 1 })
  return { status: 'known', rows: predictions.rows, about }
}

/** The law of a dataset, or why none is known. */
async function lawOf({ facts, params }: Dataset, generators: readonly string[]): Promise<Law | string> {
  const { generator: name, seed, dedup } = params
  if (facts.made !== true || typeof name !== 'string') return 'the log is not made: nobody knows its law'
  if (!generators.includes(name)) return `the law of generator ${name} is not known`
  const generator = await load<Generator & Partial<LogGenerator>>('generator', 'generators', name)
  if (generator.law === undefined) return `the law of generator ${name} is not known`
  if (Number(params.repeats) > 0 && dedup !== undefined && dedup !== 'keep-all')
    return 'repeats were dropped from the log: the law of what is left is not known'
  const settings = Object.fromEntries(
    Object.entries(generator.defaults).map(([key, fallback]) => [key, params[key] ?? fallback]),
  )
  return generator.law(settings, Number(seed))
}

/** The test rows, and what their numbers stand for. */
export interface Rows {
  users: Int32Array
  histories: readonly Int32Array[]
  targets: Int32Array
  fromFirst: boolean // histories begin with a user's first event; else targets are the last ones
  rowOf: (user: number) => number // of the generator
  made: Int32Array // [N + 1] the generator's number of each item of the catalog
  popularity: Float64Array // [N + 1]
}

/** Ids are what the generator numbered: rows from 0, items from 1. */
async function rowsOf(dataset: Dataset, data: string): Promise<Rows> {
  const test = await readSplit(data, dataset, 'test', ['user', 'history', 'target'])
  const items = await readTable(data, dataset, 'items.parquet', ['item', 'id', 'count'])
  const users = await readTable(data, dataset, 'users.parquet', ['user', 'id'])
  const made = new Int32Array(items.rows + 1)
  const popularity = new Float64Array(items.rows + 1)
  const ids = items.data.id as readonly string[]
  for (const [n, item] of (items.data.item as Int32Array).entries()) {
    made[item] = Number(ids[n])
    popularity[item] = (items.data.count as Int32Array)[n]!
  }
  const rowOf = new Map(Array.from(users.data.user as Int32Array, (user, n) => [user, n]))
  return {
    users: test.data.user as Int32Array,
    histories: test.data.history as readonly Int32Array[],
    targets: test.data.target as Int32Array,
    fromFirst: dataset.params.strategy === 'rolling', // whose windows end before the log does
    rowOf: (user) => Number((users.data.id as readonly string[])[rowOf.get(user)!]),
    made,
    popularity,
  }
}

/** Lists in the order of p, and what to expect of them. */
export function ask(
  law: Law,
  rows: Rows,
  name: string,
  ctx: Pick<Context, 'signal' | 'progress'>,
): { predictions: Columns; best: Columns } {
  const { users, histories, made, popularity } = rows
  const numberOf = new Int32Array(law.items + 1) // of the dataset, 0 for items that are not in it
  made.forEach((item, number) => {
    if (number > 0) numberOf[item] = number
  })
  const all = new Float64Array(law.items + 1)
  const scores = new Float64Array(made.length)
  const items = new Int32Array(users.length * LIST)
  const [ndcg, hits] = [new Float64Array(users.length), new Float64Array(users.length)]
  for (let r = 0; r < users.length; r++) {
    if (r % 256 === 0) ctx.signal.throwIfAborted()
    const row = rows.rowOf(users[r]!)
    law.next(row, placeOf(law.sequence(row), numberOf, rows, r, `${name}: user ${users[r]}`), all)
    let total = 0
    for (let j = 1; j < made.length; j++) total += scores[j] = all[made[j]!]!
    for (let j = 1; j < made.length; j++) scores[j]! /= total
    const list = topItems(scores, histories[r]!, popularity, LIST)
    items.set(list, r * LIST)
    for (let place = 0; place < K; place++) {
      const p = list[place] === 0 ? 0 : scores[list[place]!]!
      hits[r]! += p
      ndcg[r]! += p / Math.log2(place + 2)
    }
    if (r % 256 === 0) ctx.progress(r, users.length, 'users')
  }
  const predictions: Columns = { rows: users.length, data: { user: users, items } }
  return {
    predictions,
    best: { rows: users.length, data: { user: users, 'ndcg@10': ndcg, 'hit-rate@10': hits } },
  }
}

/** Where in the generator's row the target stands: its kept items must hold history and target, one right after the other. */
function placeOf(
  sequence: Int32Array,
  numberOf: Int32Array,
  { histories, targets, fromFirst }: Rows,
  r: number,
  subject: string,
): number {
  const places = Array.from(sequence.keys()).filter((place) => numberOf[sequence[place]!]! > 0)
  const kept = places.map((place) => numberOf[sequence[place]!]!)
  const history = histories[r]!
  const end = fromFirst ? history.length : kept.length - 1 // one place alone: with repeats others may look like it
  const begin = end - history.length
  if (kept[end] === targets[r] && history.every((item, n) => item === kept[begin + n])) return places[end]!
  throw new UserError(
    `${subject} has not the events that its generator makes now, so the law of the log is not known. Make the log again`,
  )
}

async function writeOracle(
  out: string,
  made: {
    track: Track
    trackName: string
    dataset: Dataset
    data: string
    predictions: Columns
    best: Columns
  },
): Promise<string> {
  const { track, trackName, dataset, data, predictions, best } = made
  const about = aboutOf(dataset, (name) => mean(best.data[name] as Float64Array))
  await writeRun(out, {
    track,
    trackName,
    dataset,
    predictions,
    truth: await track.truth(dataset, data, 'test'),
    method: { model: 'oracle', loss: 'none', params: { bound: true }, seed: 0, parameters: 0 },
    about,
    cite: undefined,
  })
  return about
}

/** The note under the tables: what is bounded, how closely, and what to expect, beside the score of this one draw. */
export function aboutOf({ params, facts }: Dataset, expected: (name: string) => number): string {
  const { duplicates = 0 } = (facts.removed ?? {}) as { duplicates?: number }
  const filters = [
    ...((params.core ?? null) === null ? [] : ['the core']),
    ...(duplicates > 0 ? ['the removal of duplicates'] : []),
  ]
  const caveat = `, but for what ${filters.join(' and ')} may tell of the targets: they were looked at too when items and events were removed, and that is not weighed`
  const means = `NDCG@10 ${expected('ndcg@10').toFixed(4)}, HR@10 ${expected('hit-rate@10').toFixed(4)}`
  return filters.length === 0
    ? `${BOUND}. Exact expectation on these rows: ${means}`
    : `${BOUND}${caveat}. Expectation on these rows, that left aside: ${means}`
}

const BOUND =
  'Ranks by the true law of the next item, the hidden state of the user included: a bound that no method exceeds in expectation'
