/** A real log, the made one that comes nearest to it, and how alike the two are: what `fieldrank fit-log` and check:logs show. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { coreOf, type Depth, depthOf, draw, eventsOf, type Log } from '../benchmarks/made-logs/cut.ts'
import { type Fitted, fitLog, type Settings, scaled } from '../benchmarks/made-logs/fit.ts'
import { type Shape, shapeOf } from '../benchmarks/made-logs/shape.ts'
import { inSeconds, type Unit, unitOf } from '../benchmarks/made-logs/unit.ts'
import type { Params } from '../contracts.ts'
import zipf from '../generators/zipf.ts'
import { UserError } from '../io/errors.ts'
import { rng } from '../math/rng.ts'
import { readLogFile } from './log-file.ts'

export interface FitOptions {
  users: number // of the cut, drawn before the core
  asked: number // users asked for scores
  tries: number
  seed: number
  unit: Unit | null // of the log's times; null: told by their size
}

export interface Comparison {
  whole: { users: number; items: number; interactions: number }
  unit: Unit | null // that gaps were read in; null where the log has no times
  depth: Depth
  log: Log // the cut
  real: Shape
  fitted: Fitted
  params: Params // of zipf, for a log of the whole size
}

/** Where a search begins. On real logs the cause of a step is often not the last item: shuffled events tell more of it than a chain allows. */
const START: Settings = { ...zipf.defaults, anchor: 0.3 }

interface Reference {
  settings: Partial<Settings>
  sha256: string
}

/** SHA-256 of 3,000 users with 800 items, seed 4, items and times of 1,024 users in turn, made on Linux x64: by the defaults, and by all that they turn off. */
export const REFERENCES: readonly Reference[] = [
  { settings: {}, sha256: 'd7888e8e94f315418334e75b9a52a751bfa5358875c288d235b5e3a152cec111' },
  {
    settings: { anchor: 0.4, repeats: 0.15, drift: 0.7, window: 0.2 },
    sha256: 'b5daaf5ff40c83b846b02c96bbf7513c61965e7d45dc5235daf672cc0955f304',
  },
]

export async function compareLog(
  path: string,
  { users, asked, tries, seed, unit: told }: FitOptions,
  signal: AbortSignal,
  tell: (done: number) => void,
): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), 'fieldrank-fit-log-'))
  try {
    const { log: read, ...whole } = await readLogFile(path, folder, signal)
    const unit = read.moments === null ? null : (told ?? unitOf(read.moments, basename(path)))
    if (unit === null && told !== null)
      throw new UserError(`--unit ${told}: ${basename(path)} has no times that could be in it`)
    const all = unit === null ? read : inSeconds(read, unit)
    const depth = depthOf(all)
    const log = coreOf(draw(all, users, rng(seed, 'fit-log', 'cut')), depth)
    if (eventsOf(log) === 0 || log.sequences.every((events) => events.length < 3))
      throw new UserError(
        `fit-log: no user of a cut of ${users} has 3 events left after its core. Raise --users`,
      )
    const stream = () => rng(seed, 'fit-log', 'shape')
    const real = shapeOf(log, asked, stream())
    const make = (settings: Settings) => makeLog(settings, seed, signal)
    const options = { asked, tries, rng: stream, tell }
    const fitted = await fitLog({ log, shape: real, depth }, START, make, options)
    return { whole, unit, depth, log, real, fitted, params: scaled(fitted, real, whole) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** All rows of the generator, in memory. */
export async function makeLog(settings: Settings, seed: number, signal: AbortSignal): Promise<Log> {
  const sequences: Int32Array[] = []
  const moments: { last: number; gap: number }[] = []
  for await (const { data } of zipf.rows(settings, { from: 0, to: settings.users }, { seed, signal })) {
    sequences.push(...(data.items as readonly Int32Array[]))
    for (const times of data.times as readonly Int32Array[]) {
      const last = times.at(-1)!
      moments.push({ last, gap: last - (times.at(-2) ?? Number.NaN) })
    }
  }
  return { sequences, moments }
}

/** What this machine makes of the references, and what it should: of the first that differs, or of the last. */
export async function referenceBytes(signal: AbortSignal): Promise<{ found: string; expected: string }> {
  let bytes = { found: '', expected: '' }
  for (const { settings, sha256 } of REFERENCES) {
    bytes = { found: await hashOf(settings, signal), expected: sha256 }
    if (bytes.found !== sha256) break
  }
  return bytes
}

async function hashOf(changes: Partial<Settings>, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const settings = { ...zipf.defaults, users: 3000, items: 800, ...changes }
  for await (const { data } of zipf.rows(settings, { from: 0, to: settings.users }, { seed: 4, signal })) {
    for (const name of ['items', 'times'])
      for (const list of data[name] as readonly Int32Array[]) hash.update(list)
  }
  return hash.digest('hex')
}
