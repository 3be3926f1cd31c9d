/**
 * npm run bench:split: makes logs of 10⁷ and 10⁸ interactions with a tenth as many items (generator zipf) and splits them:
 * earliest of each user and item, iterated core of 5 and 5, leave-one-out, in DuckDB with 2 GB.
 *
 *   --rows 1e7,1e8    sizes
 *   --folder <path>   works there, about 150 bytes a row. Killed, the same command goes on from what is whole. Without it a
 *                     folder of its own among the temporary files, which Ctrl-C removes too (kill -9 leaves it).
 *   --most 2.3e9      bytes of memory that the split may have resident; with more the bench fails, exit 1
 *
 * Each part is a process of its own: rows per second of wall clock, its peak resident memory, the most its folder held.
 * `plain` (split/plain.ts) does the same by counting in typed arrays, on one thread, writing nothing; both must find the same. It
 * is left out where 25 bytes a row and 0.6 GB are not free. Of up to 5,000,000 events the split also asks how much their ties
 * give away, which plain does not. Where a killed run went on, seconds and memory are of the rest alone.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { constants, cpus, loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { UserError } from '../../io/errors.ts'
import { claim } from '../../pipelines/claim.ts'
import type { Facts } from './split/parts.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1e7,1e8' },
    folder: { type: 'string' },
    most: { type: 'string', default: '2.3e9' },
  },
})
const EVENTS_PER_USER = 9.55 // mean of zipf
const PLAIN_BYTES = { row: 25, fixed: 6e8 }
const most = Number(values.most)

let running: ChildProcess | undefined
let stop: NodeJS.Signals | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stop = signal
    running?.kill('SIGKILL')
  })
}

try {
  const sizes = values.rows.split(',').map(Number)
  if (!sizes.every((rows) => rows >= 1000)) {
    throw new UserError(`--rows: expected numbers of 1000 or more (got ${values.rows})`)
  }
  if (!(most > 0)) throw new UserError(`--most: expected a number of bytes (got ${values.most})`)
  const { version, platform, arch } = process
  const load = loadavg()[0]!.toFixed(1)
  console.log(`node ${version} ${platform}-${arch}, ${cpus().length} × ${cpus()[0]?.model}, load ${load}`)
  for (const rows of sizes) await inFolder(rows)
} catch (error) {
  if (stop !== undefined) process.exitCode = 128 + constants.signals[stop]
  else if (error instanceof UserError) {
    console.error(error.message)
    process.exitCode = 2
  } else throw error
}

/** What the user named is kept until its size is done; a folder of our own never outlives us. */
async function inFolder(rows: number): Promise<void> {
  const isOwn = values.folder === undefined
  const folder = isOwn
    ? await mkdtemp(join(tmpdir(), 'bench-split-'))
    : resolve(values.folder!, `bench-split-${rows}`)
  const held = await claim(folder)
  let isDone = false
  try {
    await benchOf(rows, folder)
    isDone = true
  } finally {
    await held.release()
    if (isDone || isOwn) await rm(folder, { recursive: true, force: true })
    else console.log(`${folder} is kept: the same command goes on from there`)
  }
}

async function benchOf(rows: number, folder: string): Promise<void> {
  const size = { users: Math.round(rows / EVENTS_PER_USER), items: Math.round(rows / 10) }
  console.log(`\n${rows.toLocaleString('en')} rows, ${size.items.toLocaleString('en')} items`)
  console.log('  part            rows    seconds     rows/s   peak RSS MB   disk MB')
  const made = await part('interactions', folder, size)
  const split = await part('split', folder, size)
  if (split.peakBytes > most) {
    const [held, least] = [split.peakBytes, most].map((bytes) => (bytes / 1e9).toFixed(2))
    console.log(`  split: held ${held} GB of memory, expected at most ${least} GB`)
    process.exitCode = 1
  }
  const needed = made.rows * PLAIN_BYTES.row + PLAIN_BYTES.fixed
  if (process.availableMemory() < needed) {
    return console.log(`  plain: needs ${(needed / 1e9).toFixed(1)} GB of memory, which are not free`)
  }
  const plain = await part('plain', folder, size)
  if (!split.isRest) {
    console.log(`  split takes ${(split.seconds / plain.seconds).toFixed(2)} times as long as plain`)
  }
  for (const name of ['rows', 'trainEvents', 'testUsers', 'targets'] as const) {
    if (split[name] !== plain[name]) throw new Error(`${name}: split ${split[name]}, plain ${plain[name]}`)
  }
  console.log(`  both hold ${split.trainEvents} events of training, ${split.testUsers} tested users`)
  console.log(`  and the same targets of the test (sum of ids ${split.targets})`)
}

async function part(name: string, folder: string, size: { users: number; items: number }): Promise<Facts> {
  if (stop !== undefined) throw new Error(stop)
  const script = fileURLToPath(new URL('./split/parts.ts', import.meta.url))
  const child = fork(script, [name, folder, JSON.stringify(size)], { execArgv: ['--import', 'tsx'] })
  running = child
  let facts: Facts | undefined
  child.on('message', (told) => void (facts = told as Facts))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  let isRunning = true
  let disk = 0
  void ended.then(() => (isRunning = false))
  while (isRunning) {
    disk = Math.max(disk, await bytesOf(folder))
    await Promise.race([ended, sleep(500)])
  }
  if ((await ended) !== 0 || facts === undefined) throw new Error(`${name} failed`)
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0)
  console.log(
    `  ${(facts.isRest ? `… ${name}` : name).padEnd(12)}${String(facts.rows).padStart(10)}${facts.seconds.toFixed(1).padStart(10)}` +
      `${(facts.rows / facts.seconds).toFixed(0).padStart(12)}${megabytes(facts.peakBytes).padStart(12)}${megabytes(disk).padStart(12)}`,
  )
  return facts
}

async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
