/** The rules of the core filter and of both splits once more, in plain TypeScript over arrays: what the SQL must equal. */
import fc from 'fast-check'
import type { Core } from '../../../generators/interactions/core.ts'
import type { Duplicates } from '../../../generators/interactions/duplicates.ts'
import type { Law, Removed } from '../../../generators/interactions/split.ts'
import { type Duckdb, quote } from '../../../io/duckdb.ts'

export interface Event {
  user: string
  item: string
  time: bigint
  ordinal: number
}

const USERS = ['u', 'U', '10', '9', "o'neil", 'é', '\uffee', '😀', ' ', 'v', '"', 'w']
const ITEMS = ['a', 'b', 'c', '"', '\uffee', '😀', '10', '9', 'x y']

/**
 * Logs with ties, repeats, users of one event, and ids that sort differently in UTF-16 and UTF-8.
 * User n is active at 2n ≤ t < 2n + 4, so that a moment in time has users on both sides and across.
 */
export const logs = fc
  .array(fc.tuple(fc.nat(USERS.length - 1), fc.constantFrom(...ITEMS), fc.nat(3)), {
    minLength: 1,
    maxLength: 60,
    size: 'max',
  })
  .map((events) =>
    events.map(
      ([n, item, later], ordinal): Event => ({
        user: USERS[n]!,
        item,
        time: BigInt(2 * n + later - 5),
        ordinal,
      }),
    ),
  )

/** The log as a Parquet file like the one that the stage `interactions` writes. */
export async function writeEvents(db: Duckdb, path: string, events: readonly Event[]): Promise<void> {
  await db.run('CREATE OR REPLACE TABLE events("user" VARCHAR, item VARCHAR, time BIGINT, ordinal BIGINT)')
  await db.append('events', {
    rows: events.length,
    data: {
      user: events.map(({ user }) => user),
      item: events.map(({ item }) => item),
      time: BigInt64Array.from(events, ({ time }) => time),
      ordinal: BigInt64Array.from(events, ({ ordinal }) => BigInt(ordinal)),
    },
  })
  await db.run(`COPY events TO ${quote(path)} (FORMAT parquet)`)
  await db.run('DROP TABLE events')
}

/** Everything gone but the connection: opening a database costs more than a property run. */
export async function clear(db: Duckdb): Promise<void> {
  const views = await db.rows('SELECT view_name AS name FROM duckdb_views() WHERE NOT internal')
  for (const { name } of views) await db.run(`DROP VIEW ${name}`)
  const tables = await db.rows('SELECT table_name AS name FROM duckdb_tables()')
  for (const { name } of tables) await db.run(`DROP TABLE ${name}`)
}

export function coreOf(events: readonly Event[], { items, users, iterate }: Core): Event[] {
  let kept = [...events]
  for (;;) {
    const before = kept.length
    kept = frequent(kept, 'item', 'user', items)
    kept = frequent(kept, 'user', 'item', users)
    if (!iterate || kept.length === before) return kept
  }
}

function frequent(events: Event[], of: 'user' | 'item', by: 'user' | 'item', least: number): Event[] {
  const met = groupBy(events, (event) => event[of])
  return events.filter((event) => new Set(met.get(event[of])!.map((other) => other[by])).size >= least)
}

/** Of a user's events with an item the first or the last. */
export function singleOf(events: readonly Event[], policy: Duplicates): Event[] {
  if (policy === 'keep-all') return [...events]
  const kept = new Map<string, Event>()
  const sorted = events.toSorted((a, b) => Number(a.time - b.time) || a.ordinal - b.ordinal)
  for (const event of policy === 'last' ? sorted : sorted.reverse())
    kept.set(JSON.stringify([event.user, event.item]), event)
  return [...kept.values()]
}

export interface SplitLog {
  moment: bigint | null
  end: bigint | null
  removed: Removed
  trained: Map<string, Event[]> // by user, in order: what is trained on
  held: Map<string, Event[]> // by user, in order: history, valid target, test target
  catalog: string[] // in byte order
  users: string[]
}

export function splitOf(events: readonly Event[], law: Law): SplitLog {
  if (law.strategy === 'rolling') return rollingOf(events, law.cuts, law.fold)
  const moment = law.strategy === 'temporal' ? timeAt(events, law.quantile) : null
  const removed = { pastOfTested: 0, afterWindow: 0, coldItems: 0, shortUsers: 0 }
  const trained = new Map<string, Event[]>()
  const held = new Map<string, Event[]>()
  const users = groupBy(events, ({ user }) => user)
  for (const own of users.values()) own.sort((a, b) => Number(a.time - b.time) || a.ordinal - b.ordinal)
  for (const [user, own] of users) {
    if (moment === null) {
      trained.set(user, own.length >= 3 ? own.slice(0, -2) : own)
      if (own.length >= 3) held.set(user, own)
    } else if (own.every(({ time }) => time < moment)) trained.set(user, own)
  }
  const known = new Set(
    (moment === null ? [...events] : [...trained.values()].flat()).map(({ item }) => item),
  )
  for (const [user, own] of moment === null ? [] : users) {
    if (trained.has(user)) continue
    const late = own.filter(({ time }) => time >= moment!)
    const recent = late.filter(({ item }) => known.has(item))
    removed.pastOfTested += own.length - late.length
    removed.coldItems += late.length - recent.length
    if (recent.length >= 3) held.set(user, recent)
    else removed.shortUsers += recent.length
  }
  return {
    moment,
    end: null,
    removed,
    trained,
    held,
    catalog: byBytes(known),
    users: byBytes([...trained.keys(), ...held.keys()]),
  }
}

function rollingOf(events: readonly Event[], cuts: readonly number[], fold: number): SplitLog {
  const moment = timeAt(events, cuts[fold - 1]!)
  const end = fold < cuts.length ? timeAt(events, cuts[fold]!) : null
  const isLater = ({ time }: Event) => end !== null && time >= end
  const removed = { pastOfTested: 0, afterWindow: events.filter(isLater).length, coldItems: 0, shortUsers: 0 }
  const known = new Set(events.filter(({ time }) => time < moment).map(({ item }) => item))
  const trained = new Map<string, Event[]>()
  const held = new Map<string, Event[]>()
  for (const [user, own] of groupBy(events, (event) => event.user)) {
    own.sort((a, b) => Number(a.time - b.time) || a.ordinal - b.ordinal)
    const past = own.filter(({ time }) => time < moment)
    const window = own.filter((event) => event.time >= moment && !isLater(event))
    const present = window.filter(({ item }) => known.has(item))
    removed.coldItems += window.length - present.length
    if (past.length > 0) trained.set(user, past)
    if (present.length >= 2 && past.length + present.length >= 3) held.set(user, [...past, ...present])
    else removed.shortUsers += present.length
  }
  const users = byBytes([...trained.keys(), ...held.keys()])
  return { moment, end, removed, trained, held, catalog: byBytes(known), users }
}

function timeAt(events: readonly Event[], quantile: number): bigint {
  const times = events.map(({ time }) => time).sort((a, b) => Number(a - b))
  const index = quantile * (times.length - 1)
  const low = Math.floor(index)
  const up = index - low > 0.5 || (index - low === 0.5 && low % 2 === 1)
  return times[up ? low + 1 : low]!
}

function byBytes(ids: Iterable<string>): string[] {
  return [...new Set(ids)].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
}

function groupBy(events: readonly Event[], key: (event: Event) => string): Map<string, Event[]> {
  const groups = new Map<string, Event[]>()
  for (const event of events) groups.set(key(event), [...(groups.get(key(event)) ?? []), event])
  return groups
}
