/**
 * npm run bench:split: makes logs of 10⁷ and 10⁸ interactions with a tenth as many items (generator zipf) and splits them:
 * earliest of each user and item, iterated core of 5 and 5, leave-one-out, in DuckDB with 2 GB. `-- --rows 1e6` for another
 * size, `-- --folder path` for another disk than that of the temporary files; it needs about 150 bytes a row.
 *
 * Each part is a process of its own: rows per second of wall clock, its peak resident memory, the most its folder held.
 * `plain` does the same in typed arrays, one thread, writing nothing; it is left out where 60 bytes a row are not there.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { cpus, freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { Facts } from './split/parts.ts'

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1e7,1e8' }, folder: { type: 'string', default: tmpdir() } },
})
const EVENTS_PER_USER = 9.55 // mean of zipf
const PLAIN_BYTES = 60

const { version, platform, arch } = process
console.log(`node ${version} ${platform}-${arch}, ${cpus().length} × ${cpus()[0]?.model}`)
for (const rows of values.rows.split(',').map(Number)) {
  if (!(rows >= 1000)) throw new Error(`--rows: expected numbers of 1000 or more (got ${values.rows})`)
  const folder = await mkdtemp(join(values.folder, 'bench-split-'))
  try {
    await benchOf(rows, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function benchOf(rows: number, folder: string): Promise<void> {
  const size = { users: Math.round(rows / EVENTS_PER_USER), items: Math.round(rows / 10) }
  console.log(`\n${rows.toLocaleString('en')} rows, ${size.items.toLocaleString('en')} items`)
  console.log('  part            rows    seconds     rows/s   peak RSS MB   disk MB')
  const made = await part('interactions', folder, size)
  const split = await part('split', folder, size)
  if (freemem() < made.rows * PLAIN_BYTES) return console.log('  plain: does not fit in memory')
  const plain = await part('plain', folder, size)
  console.log(`  split takes ${(split.seconds / plain.seconds).toFixed(2)} times as long as plain`)
  for (const name of ['trainEvents', 'testUsers'] as const) {
    if (split[name] !== plain[name]) throw new Error(`${name}: split ${split[name]}, plain ${plain[name]}`)
  }
  console.log(`  both hold ${split.trainEvents} events of training and ${split.testUsers} tested users`)
}

async function part(name: string, folder: string, size: { users: number; items: number }): Promise<Facts> {
  const script = fileURLToPath(new URL('./split/parts.ts', import.meta.url))
  const args = ['--import', 'tsx', script, name, folder, JSON.stringify(size)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (bytes) => void (text += bytes))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  let running = true
  let disk = 0
  void ended.then(() => (running = false))
  while (running) {
    disk = Math.max(disk, await bytesOf(folder))
    await Promise.race([ended, sleep(500)])
  }
  if ((await ended) !== 0) throw new Error(`${name} failed`)
  const facts = JSON.parse(text.trim().split('\n').at(-1)!) as Facts
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0)
  console.log(
    `  ${name.padEnd(12)}${String(facts.rows).padStart(10)}${facts.seconds.toFixed(1).padStart(10)}` +
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
