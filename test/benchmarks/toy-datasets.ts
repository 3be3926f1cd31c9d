/**
 * Whole datasets, small enough to be read: written through the same door as the real ones.
 *
 * operators: 5 × 5 nodes, k = exp(noise / 2), rhs noise, x by elimination; several shards a split.
 * recommenders: 12 items, every user walks 1 → 2 → … → 12 → 1 from a place of his own; the next item is never in doubt.
 */
import { rmSync } from 'node:fs'
import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Columns, Dataset, Network, Params, Schema, Shard, Split } from '../../contracts.ts'
import { slice } from '../../io/columns.ts'
import { shardName, writeManifest } from '../../io/manifest.ts'
import { writeParquet } from '../../io/parquet.ts'
import { rng } from '../../math/rng.ts'
import { eliminate, fivePoint } from '../contracts/dense.ts'

/** A folder that is gone when the tests are. */
export async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fieldrank-benchmarks-'))
  if (folders.push(folder) === 1) {
    process.once('exit', () => {
      for (const made of folders) rmSync(made, { recursive: true, force: true })
    })
  }
  return folder
}
const folders: string[] = []

export const GRID = 5
export const fieldSchema: Schema = {
  row: { type: 'i32', shape: [], about: 'Index within the split' },
  k: { type: 'f32', shape: [GRID + 1, GRID + 1], about: 'Coefficient on the cells' },
  rhs: { type: 'f32', shape: [GRID, GRID], about: 'Right-hand side' },
  x: { type: 'f64', shape: [GRID, GRID], about: 'Solution' },
  contrast: { type: 'f64', shape: [], about: 'max k / min k' },
}

export function fieldRows(rows: number, split: Split): Columns {
  const [cells, nodes] = [(GRID + 1) ** 2, GRID ** 2]
  const stream = rng(1, 'toy operators', split)
  const k = Float32Array.from({ length: rows * cells }, () => Math.exp(0.5 * stream.normal()))
  const rhs = Float32Array.from({ length: rows * nodes }, () => stream.normal())
  const x = new Float64Array(rows * nodes)
  const contrast = new Float64Array(rows)
  for (let r = 0; r < rows; r++) {
    const own = k.subarray(r * cells, (r + 1) * cells)
    const right = Float64Array.from(rhs.subarray(r * nodes, (r + 1) * nodes))
    x.set(eliminate(fivePoint(own, GRID), right), r * nodes)
    contrast[r] = Math.max(...own) / Math.min(...own)
  }
  const row = Int32Array.from({ length: rows }, (_, r) => r)
  return { rows, data: { row, k, rhs, x, contrast } }
}

export function makeOperators(
  folder: string,
  counts = { train: 10, valid: 3, test: 5 },
  track = 'operators', // or preconditioners, whose rows are the same
): Promise<Dataset> {
  const parts = Object.entries(counts).map(([split, rows]) => {
    return [split as Split, fieldRows(rows, split as Split)] as const
  })
  return makeDataset(folder, { name: 'toy-fields', track, schema: fieldSchema, facts: { grid: GRID } }, parts)
}

export const ITEMS = 12
export const listSchema: Schema = {
  user: { type: 'i32', shape: [], about: 'User' },
  history: { type: 'i32', shape: ['*'], about: 'Events before' },
  target: { type: 'i32', shape: [], about: 'The event after them' },
  time: { type: 'i64', shape: [], about: 'Of the target' },
}

/** Leave-one-out: user u starts at item u and takes 3 + u % 4 items, then one for valid, then one for test. */
export function makeRecommenders(folder: string, users = 20): Promise<Dataset> {
  const walk = (user: number, length: number) => {
    return Int32Array.from({ length }, (_, i) => ((user + i) % ITEMS) + 1)
  }
  const part = (more: number) => {
    const sequences = Array.from({ length: users }, (_, u) => walk(u, 3 + (u % 4) + more))
    return userRows(sequences.map((sequence, u) => ({ user: u + 1, sequence })))
  }
  const facts = { items: ITEMS, users }
  const head = { name: 'toy-walks', track: 'recommenders', schema: listSchema, facts }
  return makeDataset(folder, head, [
    ['train', part(0)],
    ['valid', part(1)],
    ['test', part(2)],
  ])
}

/** History and target of each sequence. */
export function userRows(rows: readonly { user: number; sequence: ArrayLike<number> }[]): Columns {
  return {
    rows: rows.length,
    data: {
      user: Int32Array.from(rows, ({ user }) => user),
      history: rows.map(({ sequence }) => Int32Array.from(sequence).slice(0, -1)),
      target: Int32Array.from(rows, ({ sequence }) => sequence[sequence.length - 1]!),
      time: new BigInt64Array(rows.length),
    },
  }
}

/** Two shards a split, so that joining them is tested on the way. */
export async function makeDataset(
  folder: string,
  head: { name: string; track: string; schema: Schema; facts: Params },
  parts: readonly (readonly [Split, Columns])[],
): Promise<Dataset> {
  await mkdir(folder, { recursive: true })
  const shards: Shard[] = []
  for (const [split, columns] of parts) {
    const cuts = columns.rows > 1 ? [0, Math.ceil(columns.rows / 2), columns.rows] : [0, columns.rows]
    for (let i = 0; i + 1 < cuts.length && columns.rows > 0; i++) {
      const path = join(folder, shardName(split, i, cuts.length - 1))
      const table = await writeParquet(path, head.schema, slice(columns, cuts[i]!, cuts[i + 1]!))
      shards.push({ ...table, split })
    }
  }
  const dataset: Dataset = {
    ...head,
    about: `Toy of the track ${head.track}`,
    version: '1.0.0',
    license: 'CC0-1.0',
    shards,
    tables: [],
    params: {},
  }
  await writeManifest(folder, dataset)
  return dataset
}

/** The network of a track that predicts from the outputs it is handed: to ask for more is a mistake. */
export const askedOnce: Network = async () => {
  throw new Error('the network was asked a second time')
}
