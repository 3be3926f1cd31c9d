/**
 * npm run bench:fields: milliseconds of CPU time per field, ours on one thread and numpy + scipy.fft, medians of rounds taken in
 * turn; then accepted rows per second at variance 2, on two threads and on one. With `-- --json` the last line is one JSON array.
 *
 *   tried      normals, transform, max − min: what a field costs that is not taken
 *   screened   the same by f32 screening, which decides as f64 does (kernels/screening.ts); its peer is numpy's `tried`
 *   whole      with e^φ of both fields
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { cpus } from 'node:os'
import { createInterface } from 'node:readline'
import condiff from '../../generators/condiff.ts'
import { makeFields } from '../../kernels/fields.ts'
import { rootsOf } from '../../math/fft.ts'

const CASES = [
  [64, 80],
  [64, 128],
  [64, 160],
  [128, 160],
  [128, 256],
  [256, 320],
] as const
const ROUNDS = 9
const METHODS = ['tried', 'screened', 'whole'] as const
type Times = Record<(typeof METHODS)[number], number[]>

const { version, platform, arch } = process
console.log(`node ${version} ${platform}-${arch}, ${cpus().length} × ${cpus()[0]?.model}`)
const peer = await startPeer()
console.log(peer?.name ?? 'numpy + scipy.fft: not installed: apt-get install python3-numpy python3-scipy')
const results: Record<string, string | number | null>[] = []

console.log('\n  n  period  method      ms/field   numpy + scipy.fft   ratio')
for (const [n, period] of CASES) {
  const { ours, theirs } = await timeCase(n, period)
  for (const method of METHODS) {
    const ms = median(ours[method])
    const other = theirs === null ? null : median(theirs[method === 'screened' ? 'tried' : method])
    results.push({ n, period, method, ms, peer: other, ratio: other === null ? null : other / ms })
    const compared =
      other === null ? '' : `${other.toFixed(4).padStart(19)} ${(other / ms).toFixed(2).padStart(7)}`
    console.log(
      `${n}`.padStart(3),
      `${period}`.padStart(7),
      '',
      method.padEnd(9),
      ms.toFixed(4).padStart(10),
      compared,
    )
  }
}
peer?.process.kill()

console.log(
  '\nvariance 2, accepted rows, start of threads included: per second of wall clock, and ms of CPU time each',
)
console.log('  n  covariance    1 thread  2 threads  ratio     1 thread  2 threads')
for (const [grid, covariance, count] of [
  [64, 'cubic', 1000],
  [64, 'gaussian', 400],
  [128, 'exponential', 200],
] as const) {
  const rounds: Speed[][] = [[], []]
  for (const from of [0, 2000, 4000]) {
    for (const workers of [1, 2])
      rounds[workers - 1]!.push(await acceptedRows(grid, covariance, { from, to: from + count }, workers))
  }
  const [one, two] = rounds.map((all) => median(all.map(({ perSecond }) => perSecond))) as [number, number]
  const [cpuOne, cpuTwo] = rounds.map((all) => median(all.map(({ cpu }) => cpu))) as [number, number]
  results.push({ n: grid, method: `accepted ${covariance}`, one, two, ratio: two / one, cpuOne, cpuTwo })
  const cells = [one.toFixed(1), two.toFixed(1), (two / one).toFixed(2), cpuOne.toFixed(2), cpuTwo.toFixed(2)]
  const widths = [10, 10, 6, 12, 10]
  console.log(
    `${grid}`.padStart(3),
    '',
    covariance.padEnd(12),
    ...cells.map((cell, c) => cell.padStart(widths[c]!)),
  )
}
if (process.argv.includes('--json')) console.log(JSON.stringify(results))

/** A flat spectrum: nothing of it can be left out by the screening. */
async function timeCase(n: number, period: number) {
  const keep = n + 1
  const count = Math.max(4, Math.round(1e6 / period ** 2)) // attempts of a round
  const amplitude = new Float64Array(period * period).fill(1.4 / period)
  const plan = { period, keep, amplitude, roots: rootsOf(period), key: { seed: 1, set: 2 }, limit: count }
  const makers = {
    tried: makeFields({ ...plan, range: [Infinity, Infinity] }, 1),
    screened: makeFields({ ...plan, range: [1000, 1001] }, 1),
  }
  const ours: Times = { tried: [], screened: [], whole: [] }
  const theirs: Times = { tried: [], screened: [], whole: [] }
  for (let round = -1; round < ROUNDS; round++) {
    const one = {
      tried: await cpuOf(2 * count, () => makers.tried.rows(round + 1, 1)),
      screened: await cpuOf(2 * count, () => makers.screened.rows(round + 1, 1)),
      whole: await cpuOf(2 * count, () => makers.tried.whole(round + 1, count)),
    }
    const other = await peer?.ask(`${keep} ${period} ${count}`)
    if (round < 0) continue // to warm up
    for (const method of METHODS) ours[method].push(one[method])
    if (other !== undefined)
      for (const method of ['tried', 'whole'] as const) theirs[method].push(other[method])
  }
  return { ours, theirs: peer === null ? null : theirs }
}

async function cpuOf(count: number, work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000 / count
}

type Speed = { perSecond: number; cpu: number }

async function acceptedRows(
  grid: number,
  covariance: string,
  range: { from: number; to: number },
  workers: number,
): Promise<Speed> {
  const params = { ...condiff.defaults, grid, covariance, variance: 2, contrast: [80000, 100000] as const }
  const ctx = { seed: 42, signal: new AbortController().signal, workers }
  const count = range.to - range.from
  const start = performance.now()
  const cpu = await cpuOf(count, async () => {
    let made = 0
    for await (const { rows } of condiff.rows(params, range, ctx)) made += rows
    if (made !== count) throw new Error(`${made} rows of ${count}`)
  })
  return { perSecond: count / ((performance.now() - start) / 1000), cpu }
}

interface Peer {
  name: string
  process: ChildProcess
  ask(line: string): Promise<{ tried: number; whole: number }>
}

async function startPeer(): Promise<Peer | null> {
  const script = new URL('fields.py', import.meta.url).pathname
  const child = spawn('python3', [script], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, OMP_NUM_THREADS: '1' },
  })
  child.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const read = async () => {
    const { value, done } = await lines.next()
    return done ? null : JSON.parse(value)
  }
  const name: string | null = await read()
  if (name === null) return null
  const ask = (line: string) => {
    child.stdin.write(`${line}\n`)
    return read()
  }
  return { name, process: child, ask }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}
