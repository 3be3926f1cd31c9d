/**
 * A log of the user's as sequences in memory, read by the very stages that a run reads it with: every form of file and every
 * sentence about a bad one is theirs. 8 bytes an event at most, the sequences and the one split they are copied from, and beside
 * them some hundred a user.
 */
import { join } from 'node:path'
import type { Log } from '../benchmarks/made-logs/cut.ts'
import type { Columns, Context, Split } from '../contracts.ts'
import { readManifest, readSplit } from '../io/manifest.ts'
import { rng } from '../math/rng.ts'
import interactions from './stages/interactions.ts'
import split from './stages/split.ts'

/** `folder` holds what is made on the way. `users` and `items` are those of the whole log. */
export async function readLogFile(
  path: string,
  folder: string,
  signal: AbortSignal,
): Promise<{ log: Log; users: number; items: number; interactions: number }> {
  const ctx = quiet(folder, signal)
  const stage = { run: '', device: 'cpu' as const, deps: [] }
  await interactions({ ...stage, id: 'log', outs: ['log'], params: { source: path, size: null } }, ctx)
  const params = { strategy: 'leave-one-out', core: null }
  await split({ ...stage, id: 'split', deps: ['log'], outs: ['split'], params }, ctx)
  const dataset = await readManifest(join(folder, 'split'))
  const read: Read = (name, columns) => readSplit(join(folder, 'split'), dataset, name, columns)
  const { users, items, interactions: events, hasTime } = dataset.facts
  const log = await joined(read, hasTime === true)
  return { log, users: Number(users), items: Number(items), interactions: Number(events) }
}

export type Read = (split: Split, columns: readonly string[]) => Promise<Columns>

/**
 * The splits of leave-one-out put together, in the order of users: the test row of a user who has one is all of the user's events,
 * the others have their train row alone. No split has the times of all events but those of its targets, so a user's gap is the
 * one between the last two; NaN for those who are not tested. In the unit of the file.
 */
export async function joined(read: Read, hasTime: boolean): Promise<Log> {
  const before = await lastButOne(read)
  const rows = new Map<number, { events: Int32Array; last: number; gap: number }>()
  for (const name of ['test', 'train'] as const) await add(name, read, before, rows)
  const users = [...rows.keys()].sort((a, b) => a - b).map((user) => rows.get(user)!)
  return { sequences: users.map(({ events }) => events), moments: hasTime ? users : null }
}

async function lastButOne(read: Read): Promise<Map<number, bigint>> {
  const { data } = await read('valid', ['user', 'time'])
  const times = data.time as BigInt64Array
  return new Map(Array.from(data.user as Int32Array, (user, n) => [user, times[n]!]))
}

/** A function of its own, so that the columns are free before those of the next split are read. */
async function add(
  name: 'test' | 'train',
  read: Read,
  before: ReadonlyMap<number, bigint>,
  rows: Map<number, { events: Int32Array; last: number; gap: number }>,
): Promise<void> {
  const { data } = await read(name, ['user', 'history', 'target', 'time'])
  const [users, targets] = [data.user as Int32Array, data.target as Int32Array]
  const [histories, times] = [data.history as readonly Int32Array[], data.time as BigInt64Array]
  users.forEach((user, n) => {
    if (rows.has(user)) return
    const events = new Int32Array(histories[n]!.length + 1)
    events.set(histories[n]!)
    events[events.length - 1] = targets[n]!
    const previous = name === 'test' ? before.get(user) : undefined
    // subtracted as whole numbers: nanoseconds since 1970 are beyond what an f64 holds
    const gap = previous === undefined ? Number.NaN : Number(times[n]! - previous)
    rows.set(user, { events, last: Number(times[n]!), gap })
  })
}

function quiet(root: string, signal: AbortSignal): Context {
  const place = (path: string) => join(root, path)
  return {
    root,
    seed: 0,
    asked: { stages: '', flags: '' },
    rng: (...name) => rng(0, ...name),
    dep: place,
    out: place,
    journal: { done: () => undefined, record: async () => {} },
    workers: 1,
    log: () => {},
    progress: () => {},
    signal,
  }
}
