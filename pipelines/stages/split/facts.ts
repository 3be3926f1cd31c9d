/**
 * What came out of a split: counts, every removed event by reason, ties and what their order gives away.
 *
 *   unfiltered      users, items and events of the log
 *   filtered        the same after duplicates and core; interactions is its number of events
 *   users, items    of the dataset: what its tables list
 *   usersNotTested  users of the dataset who are trained on and not tested. leave-one-out: those with fewer than three events;
 *                   temporal: all who are trained on; rolling: those with too few events in the window
 *   usersLeftOut    users after the filter who are neither trained on nor tested
 *   coldItems       items at tested times, or among targets, that no event of training has (generators/interactions/cold.ts):
 *                   dropped where the split is by time (removed.coldItems counts their events), in the catalog under leave-one-out
 *   coldTargets     targets of valid and of test whose item is cold: 0 where the split is by time
 */
import type { Context, Params } from '../../../contracts.ts'
import { countCold } from '../../../generators/interactions/cold.ts'
import type { Cored } from '../../../generators/interactions/core.ts'
import type { Cut } from '../../../generators/interactions/split.ts'
import type { Duckdb } from '../../../io/duckdb.ts'
import type { Log } from '../interactions.ts'
import type { Settings } from './settings.ts'
import { orderOfTies } from './ties.ts'

export type Filtered = { duplicates: number; core: Cored | null }

export interface Found {
  settings: Settings
  log: Log
  filtered: Filtered
  cut: Cut
  tiedEvents: number // 0 of a log without times
}

/** Asks the written files (`sequence`, `train_rows`, …). Throws when an event is neither there nor counted as removed. */
export async function factsOf(
  db: Duckdb,
  { settings, log, filtered, cut, tiedEvents }: Found,
  ctx: Context,
): Promise<Params> {
  const count = (what: string) => db.count(`SELECT count(*) FROM ${what}`)
  const trainUsers = await count('train_rows')
  const testUsers = await count('test_rows')
  const used = await count('sequence')
  const tieOrder = tiedEvents === 0 ? null : await tieOrderOf(db, log, settings, ctx)
  const removed = {
    duplicates: filtered.duplicates,
    coreItems: filtered.core?.items ?? 0,
    coreUsers: filtered.core?.users ?? 0,
    ...cut.removed,
  }
  const lost = log.interactions - used - Object.values(removed).reduce((sum, events) => sum + events, 0)
  if (lost !== 0) throw new Error(`split: ${lost} events are neither in the dataset nor counted as removed`)
  const filteredLog = {
    users: await count('(SELECT DISTINCT u FROM log)'),
    items: await count('(SELECT DISTINCT i FROM log)'),
    interactions: await count('log'),
  }
  const users = await count('users')
  const { items: coldInCatalog, ...coldTargets } = await countCold(db)
  return {
    users,
    items: await count('items'),
    interactions: filteredLog.interactions,
    trainUsers,
    trainEvents: await count('sequence WHERE place <= trained'),
    testUsers,
    usersNotTested: await count('sequence WHERE place = 1 AND held = 0'),
    usersLeftOut: filteredLog.users - users,
    targetsSeen: await count('test_rows WHERE list_contains(history, target)'),
    hasTime: log.hasTime,
    made: log.made,
    tiedEvents,
    tieOrder,
    removed,
    coldItems: cut.droppedItems + coldInCatalog,
    coldTargets,
    unfiltered: { users: log.users, items: log.items, interactions: log.interactions },
    filtered: filteredLog,
    corePasses: filtered.core?.passes ?? 0,
    moment: cut.from,
    windowEnd: cut.to,
  }
}

/** Events of `sequence` that share user and time with another one: of one shard, or of all. */
export function countTied(db: Duckdb): Promise<number> {
  const sizes = 'SELECT count(*) AS n FROM sequence GROUP BY "user", time HAVING count(*) > 1'
  return db.count(`SELECT coalesce(sum(n), 0) FROM (${sizes})`)
}

async function tieOrderOf(db: Duckdb, log: Log, { law }: Settings, ctx: Context) {
  const tieOrder = await orderOfTies(db, law.strategy, ctx)
  if (tieOrder?.leaks) {
    const { markovSourceOrder, markovSeededOrder } = tieOrder
    ctx.log(
      `warning: NDCG@10 of a Markov chain is ${markovSourceOrder} in the order of ${log.source} and ${markovSeededOrder} when ties are shuffled: that order says something of the targets`,
    )
  }
  return tieOrder
}
