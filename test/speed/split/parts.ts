/**
 * A part of the bench of splits, alone in its process: `parts.ts <interactions|split|plain> <folder> <size>`. The two stages
 * get a key, a journal and partial folders as the pipeline gives them, so that a killed one goes on, and one that is whole is
 * told again. `plain` begins anew: all it has is in memory. What came out is sent to the parent, whose death ends this process.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { liveLine } from '../../../cli/terminal/progress.ts'
import type { Json, Params, Stage, Work } from '../../../contracts.ts'
import { openDuckdb, quote } from '../../../io/duckdb.ts'
import { stageCode } from '../../../pipelines/code-hash.ts'
import { stageContext } from '../../../pipelines/context.ts'
import { partialOf } from '../../../pipelines/layout.ts'
import { keyOf } from '../../../pipelines/lock.ts'
import { prepare } from '../../../pipelines/outputs.ts'
import { STAGES } from '../../../pipelines/stage-file.ts'
import interactions, { logFormat } from '../../../pipelines/stages/interactions.ts'
import split from '../../../pipelines/stages/split.ts'
import { splitPlainly } from './plain.ts'

export interface Facts {
  rows: number // of the log
  seconds: number
  peakBytes: number // resident
  isRest: boolean // a killed run had done some of it: seconds and bytes are those of the rest
  trainEvents?: number
  testUsers?: number
  targets?: number // sum of the ids of all test targets
}

const SEED = 42
const CORE = { items: 5, users: 5, iterate: true }
const LOG = 'interactions/zipf'
const SPLIT = 'datasets/zipf'
const FACTS = 'facts of the bench' // their name in a journal
const QUIET = process.stderr.isTTY ? 200 : 30_000 // ms between two lines
const [name, folder, size] = process.argv.slice(2) as [string, string, string]

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
process.channel?.unref()
// Ctrl-C reaches the whole group: the parent decides
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

const since = performance.now()
const screen = teller()
const parts: Record<string, () => Promise<Facts>> = { interactions: makeLog, split: splitLog, plain: plainly }
const facts = await parts[name]!()
screen.end()
await new Promise((sent) => process.send!(facts, sent))

function logStage(): Stage {
  const params = { source: 'zipf', size: JSON.parse(size) as Params }
  return { id: 'interactions', run: 'interactions', deps: [], outs: [LOG], params, device: 'cpu' }
}

function makeLog(): Promise<Facts> {
  return perform(logStage(), interactions as Work, {}, async ({ interactions: rows }) => ({
    ...measured(rows as number),
  }))
}

function splitLog(): Promise<Facts> {
  const params = { strategy: 'leave-one-out', dedup: 'first', core: CORE }
  const stage: Stage = { id: 'split', run: 'split', deps: [LOG], outs: [SPLIT], params, device: 'cpu' }
  const inputs = { [LOG]: keyed(logStage(), {}) }
  return perform(stage, split as Work, inputs, async ({ unfiltered, trainEvents, testUsers }) => ({
    ...measured((unfiltered as { interactions: number }).interactions), // before the next line takes time and memory
    targets: await sumOfTargets(),
    trainEvents: trainEvents as number,
    testUsers: testUsers as number,
  }))
}

/** A stage as the pipeline runs it; `told` is asked when it is whole, and its answer kept in the journal. */
async function perform(
  stage: Stage,
  work: Work,
  inputs: Record<string, string>,
  told: (facts: Params) => Promise<Omit<Facts, 'isRest'>>,
): Promise<Facts> {
  const key = keyed(stage, inputs)
  const journal = await prepare(folder, stage, key)
  try {
    const known = journal.done(FACTS) as unknown as Facts | undefined
    const found = [...journal.receipts.keys()]
    if (known !== undefined) {
      console.log(`  ${name} is whole: it was measured before the run was killed`)
      return known
    }
    if (found.length > 0) console.log(`  ${name} goes on where it was killed, after ${found.join(', ')}`)
    const placed = (paths: readonly string[]) =>
      Object.fromEntries(paths.map((path) => [path, partialOf(folder, path)]))
    const ctx = stageContext(stage, {
      root: folder,
      seed: SEED,
      asked: { stages: '', flags: '' },
      key,
      places: { deps: placed(stage.deps), outs: placed(stage.outs) },
      journal,
      workers: 1,
      log: () => {},
      progress: screen.progress,
      signal: new AbortController().signal,
    })
    const facts = { ...(await told((await work(stage, ctx)) as Params)), isRest: found.length > 0 }
    await journal.record(FACTS, facts as unknown as Json)
    return facts
  } finally {
    await journal.close()
  }
}

function keyed(stage: Stage, deps: Record<string, string>): string {
  return keyOf(stage, { seed: SEED, code: stageCode(STAGES)(stage.run, stage.params), deps })
}

function measured(rows: number): Omit<Facts, 'isRest'> {
  const { maxRSS } = process.resourceUsage() // kB
  return { rows, seconds: (performance.now() - since) / 1000, peakBytes: maxRSS * 1024 }
}

/** Of the written files. */
async function sumOfTargets(): Promise<number> {
  const files = (pattern: string) => `read_parquet(${quote(join(partialOf(folder, SPLIT), pattern))})`
  const rows = `${files('test-*.parquet')} JOIN ${files('items.parquet')} ON target = item`
  const db = await openDuckdb(join(folder, 'targets'), { memory: '500MB' })
  try {
    return await db.count(`SELECT sum(CAST(id AS BIGINT)) FROM ${rows}`)
  } finally {
    await db.close()
  }
}

/** DuckDB reads on one thread, in no order, a file at a time; an event goes to the place that its ordinal says. */
async function plainly(): Promise<Facts> {
  const source = partialOf(folder, LOG)
  const { shards, interactions: rows } = logFormat.parse(
    JSON.parse(await readFile(join(source, 'log.json'), 'utf8')),
  )
  const log = { users: new Int32Array(rows), items: new Int32Array(rows), times: new Int32Array(rows) }
  const db = await openDuckdb(join(folder, 'plain'), { memory: '500MB', threads: 1, ordered: false })
  const numbers = ['"user"', 'item', 'time', 'ordinal'].map((id) => `CAST(${id} AS INTEGER) AS ${id}`)
  let read = 0
  for (const shard of shards) {
    const part = await db.columns(
      `SELECT ${numbers.join(', ')} FROM read_parquet(${quote(join(source, shard))})`,
    )
    const { user, item, time, ordinal } = part.data as Record<string, Int32Array>
    for (let row = 0; row < part.rows; row++) {
      const event = ordinal![row]!
      log.users[event] = user![row]!
      log.items[event] = item![row]!
      log.times[event] = time![row]!
    }
    screen.progress((read += part.rows), rows, 'rows read')
  }
  await db.close()
  const found = splitPlainly(log, CORE)
  return { ...measured(rows), ...found, isRest: false }
}

/**
 * What is going on: on a terminal one line, drawn over; elsewhere a line every half minute. By a timer, since a statement of
 * SQL may take minutes, and when told, since a generator leaves no time to a timer.
 */
function teller() {
  const state = { since, said: since, first: null as { at: number; done: number } | null }
  const now = { done: 0, total: 0, unit: '' }
  const isTTY = process.stderr.isTTY
  const tell = () => {
    const at = performance.now()
    if (at - state.said < QUIET) return
    state.said = at
    const line = liveLine(name, { ...state, ...now }, at, 78)
    process.stderr.write(isTTY ? `\r${line.padEnd(79)}\r` : `${line}\n`)
  }
  const timer = setInterval(tell, QUIET).unref()
  return {
    progress(done: number, total: number, unit: string) {
      state.first ??= { at: performance.now(), done }
      Object.assign(now, { done, total, unit })
      tell()
    },
    end() {
      clearInterval(timer)
      if (isTTY) process.stderr.write(`\r${' '.repeat(79)}\r`)
    },
  }
}
