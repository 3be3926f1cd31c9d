/**
 * npm run bench:reading [-- --megabytes 1000]: what it costs that no value is used before its bytes are checked. Shards as `solve`
 * writes them (k, rhs, x of grid 64) are read whole through readSplit, which hashes the bytes of each; the same bytes are then hashed
 * alone, in memory as there, in turn, five times after a first one that fills the page cache. Printed: MB/s of both, and the share.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Columns, Dataset, Schema, Shard } from '../../contracts.ts'
import { sha256 } from '../../io/files.ts'
import { readSplit, shardName } from '../../io/manifest.ts'
import { writeParquet } from '../../io/parquet.ts'
import { rng } from '../../math/rng.ts'
import { quantile } from '../../math/statistics.ts'

const { values } = parseArgs({ options: { megabytes: { type: 'string', default: '1000' } } })
const GRID = 64
const ROWS = 100 // a shard
const ROUNDS = 5
const schema: Schema = {
  row: { type: 'i32', shape: [], about: 'row' },
  k: { type: 'f32', shape: [GRID + 1, GRID + 1], about: 'k' },
  rhs: { type: 'f32', shape: [GRID, GRID], about: 'rhs' },
  x: { type: 'f64', shape: [GRID, GRID], about: 'x' },
}

const folder = await mkdtemp(join(tmpdir(), 'bench-reading-'))
try {
  const dataset = await make(Number(values.megabytes) * 1e6)
  const bytes = dataset.shards.reduce((sum, shard) => sum + shard.bytes, 0)
  const read = () => readSplit(folder, dataset, 'train')
  await read()
  const seconds = { read: [] as number[], hash: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    seconds.read.push(await timed(read))
    let alone = 0
    for (const { path } of dataset.shards) {
      const shard = await readFile(join(folder, path))
      alone += await timed(async () => sha256(shard))
    }
    seconds.hash.push(alone)
  }
  const [whole, alone] = [quantile(seconds.read, 0.5), quantile(seconds.hash, 0.5)]
  console.log(`${cpus()[0]!.model.trim()}, load ${loadavg()[0]!.toFixed(1)}, Node ${process.version}`)
  console.log(
    `${dataset.shards.length} shards of ${ROWS} rows, ${(bytes / 1e6).toFixed(0)} MB, median of ${ROUNDS}`,
  )
  console.log(`read and checked  ${whole.toFixed(2)} s  ${(bytes / 1e6 / whole).toFixed(0)} MB/s`)
  console.log(`hashed alone      ${alone.toFixed(2)} s  ${(bytes / 1e6 / alone).toFixed(0)} MB/s`)
  console.log(`hashing is ${((100 * alone) / whole).toFixed(1)} % of reading`)
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** One shard of noise, written as often as it takes. */
async function make(wanted: number): Promise<Dataset> {
  const normal = rng(1, 'bench', 'reading').normal
  const part = (size: number) => Float32Array.from({ length: ROWS * size }, normal)
  const columns: Columns = {
    rows: ROWS,
    data: {
      row: Int32Array.from({ length: ROWS }, (_, row) => row),
      k: part((GRID + 1) ** 2),
      rhs: part(GRID ** 2),
      x: Float64Array.from({ length: ROWS * GRID ** 2 }, normal),
    },
  }
  const shards: Shard[] = []
  for (let made = 0; made < wanted; made += shards.at(-1)!.bytes) {
    const path = shardName('train', shards.length, 99_999)
    shards.push({ ...(await writeParquet(join(folder, path), schema, columns)), path, split: 'train' })
  }
  const about = { about: 'noise', name: 'noise', track: 'operators', version: '1.0.0', license: 'CC0-1.0' }
  return { ...about, schema, shards, tables: [], params: {}, facts: {} }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const since = performance.now()
  await work()
  return (performance.now() - since) / 1000
}
