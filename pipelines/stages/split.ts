/**
 * A log → a dataset of the track `recommenders`: core filter, split, shards, checks, manifest.
 * `core: { items, users, iterate }` or null; `strategy`: leave-one-out or temporal (with `quantile`).
 * generators/interactions/ has the rules (core.ts, split.ts) and the leakage checks (leaks.ts): a dataset that fails
 * one is not published.
 */
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Context, Dataset, Params, Work } from '../../contracts.ts'
import { type Core, keepCore } from '../../generators/interactions/core.ts'
import { checkLeaks } from '../../generators/interactions/leaks.ts'
import { SCHEMA, viewShards, writeShards, writeTables } from '../../generators/interactions/shards.ts'
import { loadLog, STRATEGIES, type Strategy, splitLog } from '../../generators/interactions/split.ts'
import { type Duckdb, openDuckdb } from '../../io/duckdb.ts'
import { suggest, UserError } from '../../io/errors.ts'
import { writeManifest } from '../../io/manifest.ts'
import { withDefaults } from '../../io/params.ts'
import { type Log, logFormat } from './interactions.ts'
import { orderOfTies } from './split/ties.ts'

const defaults = { strategy: 'leave-one-out', quantile: 0.95, core: null as Params | null }
type Settings = { strategy: Strategy; quantile: number; core: Core | null }

const split: Work = async ({ params, deps, outs }, ctx) => {
  const settings = checked(withDefaults('stage split', defaults, params))
  const source = ctx.dep(deps[0]!)
  const log = logFormat.parse(JSON.parse(await readFile(join(source, 'log.json'), 'utf8')))
  if (settings.strategy === 'temporal' && !log.hasTime) {
    throw new UserError(
      `split temporal: ${log.source} has no times. Use leave-one-out, which needs the order alone`,
    )
  }
  const out = ctx.out(outs[0]!)
  const db = await openDuckdb(join(out, 'work'), { signal: ctx.signal })
  try {
    await loadLog(db, join(source, 'events.parquet'))
    const passes = settings.core === null ? 0 : await keepCore(db, settings.core)
    const moment = await splitLog(db, settings.strategy, settings.quantile)
    const shards = await writeShards(db, out, ctx)
    const tables = await writeTables(db, out)
    await viewShards(db, out, shards)
    await checkLeaks(db, settings.strategy, moment)
    const facts = { ...(await factsOf(db, log, settings.strategy, ctx)), corePasses: passes, moment }
    const name = basename(outs[0]!)
    await writeManifest(out, { ...cardOf(name, log, settings), shards, tables, facts })
    return { ...facts }
  } finally {
    await db.close()
  }
}

export default split

function cardOf(name: string, log: Log, settings: Settings): Omit<Dataset, 'shards' | 'tables' | 'facts'> {
  const { strategy, quantile } = settings
  const how =
    strategy === 'temporal' ? `split by time at quantile ${quantile}` : 'last item of each user held out'
  return {
    name,
    about: `${log.about}; ${how}`,
    ...(strategy === 'temporal' && { cite: 'arXiv:2409.18721' }),
    track: 'recommenders',
    version: '1.0.0',
    license: log.made ? 'CC-BY-4.0' : `that of ${log.source}`,
    schema: SCHEMA,
    params: { source: log.source, ...log.params, strategy, quantile, core: settings.core as Params | null },
  }
}

async function factsOf(db: Duckdb, log: Log, strategy: Strategy, ctx: Context): Promise<Params> {
  const count = (what: string) => db.count(`SELECT count(*) FROM ${what}`)
  const tied = 'SELECT count(*) AS n FROM log GROUP BY u, time HAVING count(*) > 1'
  const tiedEvents = log.hasTime ? await db.count(`SELECT coalesce(sum(n), 0) FROM (${tied})`) : 0
  return {
    users: await count('users'),
    items: await count('items'),
    interactions: await count('log'),
    trainUsers: await count('train_rows'),
    trainEvents: await count('sequence WHERE place <= trained'),
    testUsers: await count('test_rows'),
    targetsSeen: await count('test_rows WHERE list_contains(history, target)'),
    hasTime: log.hasTime,
    made: log.made,
    tiedEvents,
    tieOrder: tiedEvents === 0 ? null : await orderOfTies(db, strategy, ctx),
    unfiltered: { users: log.users, items: log.items, interactions: log.interactions },
  }
}

function checked({ strategy, quantile, core }: typeof defaults): Settings {
  const known = STRATEGIES.find((name) => name === strategy)
  if (known === undefined) {
    const names = STRATEGIES.join(', ')
    throw new UserError(`split: strategy '${strategy}' not found (${names}).${suggest(strategy, STRATEGIES)}`)
  }
  if (!(quantile > 0 && quantile < 1)) {
    throw new UserError(`split: quantile must lie between 0 and 1 (got ${quantile})`)
  }
  if (core === null) return { strategy: known, quantile, core }
  const bounds = withDefaults('split core', { items: 1, users: 1, iterate: true }, core)
  for (const name of ['items', 'users'] as const) {
    if (Number.isSafeInteger(bounds[name]) && bounds[name] >= 0) continue
    throw new UserError(`split core: '${name}' must be a whole number (got ${bounds[name]})`)
  }
  return { strategy: known, quantile, core: bounds }
}
