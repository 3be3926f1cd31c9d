/**
 * A log of the user's as sequences in memory, read by the very stages that a run reads it with: every form of file and every
 * sentence about a bad one is theirs. 8 bytes an event.
 */
import { join } from 'node:path'
import type { Log } from '../benchmarks/made-logs/cut.ts'
import type { Columns, Context } from '../contracts.ts'
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
  const read = (name: 'train' | 'valid' | 'test') =>
    readSplit(join(folder, 'split'), dataset, name, ['user', 'history', 'target', 'time'])
  const { users, items, interactions: events, hasTime } = dataset.facts
  const log = joined(await read('train'), await read('valid'), await read('test'), hasTime === true)
  return { log, users: Number(users), items: Number(items), interactions: Number(events) }
}

/** The test row of a user who has one is all of the user's events; the others have their train row alone. */
function joined(train: Columns, valid: Columns, test: Columns, hasTime: boolean): Log {
  const columns = ({ data }: Columns) => ({
    users: data.user as Int32Array,
    histories: data.history as readonly Int32Array[],
    targets: data.target as Int32Array,
    times: data.time as BigInt64Array,
  })
  const rows = new Map<number, { events: Int32Array; last: number; gap: number }>()
  for (const part of [train, valid, test].map(columns)) {
    part.users.forEach((user, n) => {
      const events = Int32Array.from([...part.histories[n]!, part.targets[n]!])
      const last = Number(part.times[n]!)
      rows.set(user, { events, last, gap: last - (rows.get(user)?.last ?? Number.NaN) })
    })
  }
  const users = [...rows.keys()].sort((a, b) => a - b).map((user) => rows.get(user)!)
  return { sequences: users.map(({ events }) => events), moments: hasTime ? users : null }
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
