/** A part of the bench of splits, alone in its process: `parts.ts <interactions|split|plain> <folder> <size>`. */
import { join } from 'node:path'
import { liveLine } from '../../../cli/terminal/progress.ts'
import type { Params } from '../../../contracts.ts'
import { openDuckdb, quote } from '../../../io/duckdb.ts'
import interactions from '../../../pipelines/stages/interactions.ts'
import split from '../../../pipelines/stages/split.ts'
import { testContext } from '../../context.ts'

export interface Facts {
  rows: number // of the log
  seconds: number
  peakBytes: number // resident
  trainEvents?: number
  testUsers?: number
}

const LOG = 'interactions/zipf'
const CORE = { items: 5, users: 5, iterate: true }
const [name, folder, size] = process.argv.slice(2) as [string, string, string]

const since = performance.now()
const parts: Record<string, () => Promise<Omit<Facts, 'seconds' | 'peakBytes'>>> = {
  interactions: makeLog,
  split: splitLog,
  plain: splitPlainly,
}
const facts = await parts[name]!()
const { maxRSS } = process.resourceUsage() // kB
const told: Facts = { ...facts, seconds: (performance.now() - since) / 1000, peakBytes: maxRSS * 1024 }
console.log(JSON.stringify(told))

function context() {
  let last = 0
  let first: { at: number; done: number } | null = null
  const progress = (done: number, total: number, unit: string) => {
    const now = performance.now()
    first ??= { at: now, done }
    if (!process.stderr.isTTY || now - last < 200) return
    last = now
    process.stderr.write(
      `\r${liveLine(name, { since, said: 0, first, done, total, unit }, now, 78).padEnd(79)}\r`,
    )
  }
  return testContext(folder, { progress })
}

async function makeLog() {
  const stage = { id: 'i', run: 'interactions', deps: [], outs: [LOG], device: 'cpu' } as const
  const params = { source: 'zipf', size: JSON.parse(size) as Params }
  return { rows: (await interactions({ ...stage, params }, context())).interactions as number }
}

async function splitLog() {
  const stage = { id: 's', run: 'split', deps: [LOG], outs: ['datasets/zipf'], device: 'cpu' } as const
  const params = { strategy: 'leave-one-out', dedup: 'first', core: CORE }
  const { unfiltered, trainEvents, testUsers } = await split({ ...stage, params }, context())
  const rows = (unfiltered as { interactions: number }).interactions
  return { rows, trainEvents: trainEvents as number, testUsers: testUsers as number }
}

/** The ids of zipf are numbers, which spares this one the maps of ids. */
async function splitPlainly() {
  const db = await openDuckdb(join(folder, 'plain'), { memory: '500MB' })
  const files = quote(join(folder, LOG, 'events-*.parquet'))
  const columns = 'CAST("user" AS INTEGER) AS "user", CAST(item AS INTEGER) AS item'
  const read = await db.columns(
    `SELECT ${columns} FROM read_parquet(${files}) ORDER BY "user", time, ordinal`,
  )
  await db.close()
  const users = read.data.user as Int32Array
  const items = read.data.item as Int32Array
  const rows = keepFirst(users, items, read.rows)
  const kept = keepCore(users, items, rows)
  let [trainEvents, testUsers] = [0, 0]
  for (let from = 0, to = 0; from < kept; from = to) {
    while (to < kept && users[to] === users[from]) to++
    const held = to - from >= 3
    trainEvents += held ? to - from - 2 : to - from
    testUsers += held ? 1 : 0
  }
  return { rows: read.rows, trainEvents, testUsers }
}

/** Moves the earliest of each user and item to the front of both arrays, which are sorted by user; returns their number. */
function keepFirst(users: Int32Array, items: Int32Array, rows: number): number {
  let kept = 0
  let seen = new Set<number>()
  for (let row = 0; row < rows; row++) {
    if (row > 0 && users[row] !== users[row - 1]) seen = new Set()
    if (seen.has(items[row]!)) continue
    seen.add(items[row]!)
    users[kept] = users[row]!
    items[kept++] = items[row]!
  }
  return kept
}

function keepCore(users: Int32Array, items: Int32Array, rows: number): number {
  for (let before = -1, kept = rows; ; ) {
    if (kept === before) return kept
    before = kept
    kept = keepFrequent(items, users, items, kept, CORE.items)
    kept = keepFrequent(users, users, items, kept, CORE.users)
  }
}

function keepFrequent(
  by: Int32Array,
  users: Int32Array,
  items: Int32Array,
  rows: number,
  least: number,
): number {
  const counts = new Int32Array(by.subarray(0, rows).reduce((most, id) => Math.max(most, id), 0) + 1)
  for (let row = 0; row < rows; row++) counts[by[row]!]!++
  let kept = 0
  for (let row = 0; row < rows; row++) {
    if (counts[by[row]!]! < least) continue
    users[kept] = users[row]!
    items[kept++] = items[row]!
  }
  return kept
}
