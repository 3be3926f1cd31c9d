/**
 * A log → a dataset of the track `recommenders`: duplicates, core filter, split, shards, checks, manifest.
 * split/settings.ts has the params; generators/interactions/ has the rules (duplicates.ts, core.ts, split.ts), the files
 * (shards.ts) and the leakage checks (leaks.ts): a dataset that fails one is not published. Every event of the log is in
 * the dataset or counted among the removed, by reason.
 *
 * All work is SQL over a database on disk that holds at most MEMORY; what does not fit is spilled. Killed, the stage goes on
 * with the tables that were whole (two phases, each in the journal) and with the shards that were.
 */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Context, Dataset, Json, Params, Shard, Table, Work } from '../../contracts.ts'
import { keepCore } from '../../generators/interactions/core.ts'
import { dropDuplicates } from '../../generators/interactions/duplicates.ts'
import { checkLeaks, checkOrder } from '../../generators/interactions/leaks.ts'
import {
  eachShard,
  SCHEMA,
  writeEventShards,
  writeShards,
  writeTables,
} from '../../generators/interactions/shards.ts'
import { loadLog, splitLog } from '../../generators/interactions/split.ts'
import { type Duckdb, openDuckdb } from '../../io/duckdb.ts'
import { UserError } from '../../io/errors.ts'
import { writeManifest } from '../../io/manifest.ts'
import { type Log, logFormat } from './interactions.ts'
import { countTied, type Filtered, factsOf } from './split/facts.ts'
import { lawParams, type Settings, settingsOf } from './split/settings.ts'

const MEMORY = '1.5GB' // of 2.3 GB that the process may have: what the database does not count, and Node, take up to 0.7
const LESS_MEMORY = '1GB' // in the end, when the events that ties are asked of lie beside it (split/ties.ts)

const split: Work = async ({ params, deps, outs }, ctx) => {
  const settings = settingsOf(params)
  const source = ctx.dep(deps[0]!)
  const log = logFormat.parse(JSON.parse(await readFile(join(source, 'log.json'), 'utf8')))
  const { strategy } = settings.law
  if (strategy !== 'leave-one-out' && !log.hasTime) {
    throw new UserError(
      `split ${strategy}: ${log.source} has no times. Use leave-one-out, which needs the order alone`,
    )
  }
  const out = ctx.out(outs[0]!)
  const resume = ctx.journal.done('log') !== undefined
  const options = { signal: ctx.signal, memory: MEMORY, ordered: false, resume }
  const db = await openDuckdb(join(out, 'work'), options)
  try {
    const made = await make(db, { settings, log, source, out }, ctx)
    const { name, tables, shards, facts } = { name: basename(outs[0]!), ...made }
    await writeManifest(out, { ...cardOf(name, log, settings), shards, tables, facts })
    return { ...facts }
  } finally {
    await db.close(ctx.signal.aborted)
  }
}

export default split

interface Job {
  settings: Settings
  log: Log
  source: string
  out: string
}
interface Made {
  tables: readonly Table[]
  shards: readonly Shard[]
  facts: Params
}

async function make(db: Duckdb, { settings, log, source, out }: Job, ctx: Context): Promise<Made> {
  const { law } = settings
  const passes = { ...PASSES, log: logPasses(settings) }
  const pass = meter(ctx, log.interactions, passes)
  const paths = log.shards.map((path) => join(source, path))
  const filtering = oneByOne(pass, passes.log)
  const filtered = await phase(db, ctx, 'log', () => filter(db, paths, settings, filtering.one), [])
  filtering.rest()
  const cut = await phase(db, ctx, 'event', () => splitLog(db, law), ['log', 'user_id', 'item_id'])
  pass(PASSES.event)
  const total = await db.count('SELECT count(*) FROM event')
  const tick = (passes: number) => (events: number) => pass((passes * events) / total)
  const events = await writeEventShards(db, out, law.strategy, ctx, undefined, tick(PASSES.events))
  const shards = await writeShards(db, out, events, ctx, tick(PASSES.lists / 3))
  const tables = [...events, ...(await writeTables(db, out))]
  let tiedEvents = 0
  await eachShard(db, out, { events, shards }, async () => {
    await checkOrder(db, law.strategy)
    if (log.hasTime) tiedEvents += await countTied(db)
    pass(PASSES.order / events.length)
  })
  await checkLeaks(db, law.strategy, cut)
  pass(PASSES.leaks)
  await db.run(`SET memory_limit = '${LESS_MEMORY}'`)
  const facts = await factsOf(db, { settings, log, filtered, cut, tiedEvents }, ctx)
  pass(PASSES.facts)
  return { tables, shards, facts }
}

/** How long each part of the work takes, in passes over the log, about: `lists` are train, valid and test. */
const PASSES = { event: 1, events: 2, lists: 4, order: 5, leaks: 2, facts: 2 }

/** Four to load, one for duplicates; of a core the pairs, the cut of the log, and the passes, about six where they iterate. */
function logPasses({ dedup, core }: Settings): number {
  const cored = core === null ? 0 : core.iterate ? 8 : 3
  return 4 + (dedup === 'keep-all' ? 0 : 1) + cored
}

function meter(ctx: Context, rows: number, planned: Record<string, number>): (passes: number) => void {
  const total = Object.values(planned).reduce((sum, passes) => sum + passes, 0) * rows
  let done = 0
  // a rate is counted from what is told first: of a killed stage, what it finds done
  if (ctx.journal.done('log') === undefined) ctx.progress(0, total, 'rows, all passes')
  return (passes) => ctx.progress(Math.round((done += passes * rows)), total, 'rows, all passes')
}

/** So many passes, told as they are made. A core may take more of them than planned: what is left is then given by halves. */
function oneByOne(pass: (passes: number) => void, planned: number) {
  let left = planned
  const give = (passes: number) => {
    left -= passes
    pass(passes)
  }
  return { one: () => give(left > 1 ? 1 : left / 2), rest: () => give(left) }
}

async function filter(
  db: Duckdb,
  paths: readonly string[],
  { dedup, core }: Settings,
  pass: () => void,
): Promise<Filtered> {
  await loadLog(db, paths, { pass })
  const duplicates = await dropDuplicates(db, dedup, { pass })
  const isSingle = dedup !== 'keep-all'
  return { duplicates, core: core === null ? null : await keepCore(db, core, { isSingle, pass }) }
}

/** Work that ends in the table `name`: not done again when the journal has what it returned and the database has the table. */
async function phase<T extends Json | object>(
  db: Duckdb,
  { journal }: Context,
  name: string,
  work: () => Promise<T>,
  before: readonly string[],
): Promise<T> {
  const receipt = journal.done(name)
  if (receipt !== undefined && (await db.tables()).has(name)) return receipt as T
  for (const table of await db.tables()) {
    if (!before.includes(table)) await db.run(`DROP TABLE ${table}`)
  }
  const result = await work()
  await journal.record(name, result as Json)
  return result
}

function cardOf(name: string, log: Log, settings: Settings): Omit<Dataset, 'shards' | 'tables' | 'facts'> {
  return {
    name,
    about: `${log.about}; ${howOf(settings)}`,
    ...citeOf(log, settings),
    track: 'recommenders',
    version: '1.0.0',
    license: log.made ? 'CC-BY-4.0' : (log.license ?? `that of ${log.source}`),
    schema: SCHEMA,
    params: { source: log.source, ...log.params, ...lawParams(settings) },
  }
}

/** Of the log where it has one, else of the split. */
function citeOf(log: Log, { law }: Settings): { cite?: string } {
  const cite = log.cite ?? (law.strategy === 'temporal' ? 'arXiv:2409.18721' : undefined)
  return cite === undefined ? {} : { cite }
}

function howOf({ law }: Settings): string {
  if (law.strategy === 'leave-one-out') return 'last item of each user held out'
  if (law.strategy === 'temporal') return `split by time at quantile ${law.quantile}`
  return `fold ${law.fold} of ${law.cuts.length}, split by time at quantile ${law.cuts[law.fold - 1]}`
}
