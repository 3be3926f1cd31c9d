/**
 * What the stage `split` is asked to do, checked, and its rules in words, for the manifest.
 *
 *   strategy  leave-one-out, temporal, or rolling-f: fold f = 1…F of the rolling split (generators/interactions/split.ts)
 *   quantile  of the temporal split
 *   cuts      quantiles of the rolling split, ascending, one per fold
 *   dedup     keep-all, first or last (generators/interactions/duplicates.ts)
 *   core      { items, users, iterate }, or null for no filter (generators/interactions/core.ts)
 */
import type { Json, Params } from '../../../contracts.ts'
import type { Core } from '../../../generators/interactions/core.ts'
import { DUPLICATES, type Duplicates } from '../../../generators/interactions/duplicates.ts'
import type { Law } from '../../../generators/interactions/split.ts'
import { suggest, UserError } from '../../../io/errors.ts'
import { withDefaults } from '../../../io/params.ts'

export const defaults = {
  strategy: 'leave-one-out',
  quantile: 0.95,
  cuts: [0.8, 0.9] as readonly Json[],
  dedup: 'keep-all',
  core: null as Params | null,
}

export interface Settings {
  law: Law
  dedup: Duplicates
  core: Core | null
}

export function settingsOf(params: Params): Settings {
  const { strategy, quantile, cuts, dedup, core } = withDefaults('stage split', defaults, params)
  const policy = DUPLICATES.find((name) => name === dedup)
  if (policy === undefined) {
    const names = DUPLICATES.join(', ')
    throw new UserError(`split: dedup '${dedup}' not found (${names}).${suggest(dedup, DUPLICATES)}`)
  }
  return { law: lawOf(strategy, quantile, cuts), dedup: policy, core: coreOf(core) }
}

function lawOf(name: string, quantile: number, cuts: readonly Json[]): Law {
  if (name === 'leave-one-out') return { strategy: name }
  if (name === 'temporal') {
    if (quantile > 0 && quantile < 1) return { strategy: name, quantile }
    throw new UserError(`split: quantile must lie between 0 and 1 (got ${quantile})`)
  }
  const folds = Array.from(cuts, (_, f) => `rolling-${f + 1}`)
  const fold = folds.indexOf(name) + 1
  if (fold === 0) {
    const names = ['leave-one-out', 'temporal', ...folds]
    const why = name.startsWith('rolling') ? `: there is a fold for each of the ${cuts.length} cuts` : ''
    throw new UserError(
      `split: strategy '${name}' not found (${names.join(', ')})${why}.${suggest(name, names)}`,
    )
  }
  const numbers = cuts.map(Number)
  const rising = numbers.every((cut, f) => cut > (numbers[f - 1] ?? 0) && cut < 1)
  if (rising) return { strategy: 'rolling', cuts: numbers, fold }
  throw new UserError(`split: cuts must rise between 0 and 1 (got ${cuts.join(', ')})`)
}

function coreOf(core: Params | null): Core | null {
  if (core === null) return null
  const bounds = withDefaults('split core', { items: 1, users: 1, iterate: true }, core)
  for (const name of ['items', 'users'] as const) {
    if (Number.isSafeInteger(bounds[name]) && bounds[name] >= 0) continue
    throw new UserError(`split core: '${name}' must be a whole number (got ${bounds[name]})`)
  }
  return bounds
}

/** The params of the manifest that say how the log was split. */
export function lawParams({ law, dedup, core }: Settings): Params {
  return { ...law, dedup, core: core as Params | null, rules: rulesOf(law, dedup) }
}

function rulesOf({ strategy }: Law, dedup: Duplicates): Params {
  return {
    steps: 'dedup, core, split',
    dedup: { 'keep-all': 'repeated events stay', first: FIRST, last: LAST }[dedup],
    order: 'user, time, ordinal; ordinal is the place in the source and decides between equal times',
    ids: 'users and items are numbered from 1 in the byte order of their UTF-8 ids',
    shards: 'user modulo the number of shards',
    cold: strategy === 'leave-one-out' ? COLD_STAYS : COLD_GOES,
    ...(strategy !== 'leave-one-out' && { quantile: QUANTILE }),
  }
}

const FIRST = "of a user's events with an item the earliest stays, by (time, ordinal)"
const LAST = "of a user's events with an item the latest stays, by (time, ordinal)"
const COLD_STAYS = 'items without an event of training stay in the catalog and among the targets'
const COLD_GOES = 'events at tested times whose item has no event of training are dropped'
const QUANTILE =
  'T is the time at index round(q (n - 1)), halves to even, from 0, of the n sorted times after dedup and core; t >= T is late'
