/**
 * Finished runs in a temporary folder, without training anything: datasets, predictions, scores and histories of the
 * form that the pipeline leaves behind. Predictions are the truth plus a smooth error of a stated size, scores are
 * what that error measures, so that the tables of the tests have something to show.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Columns, Cost, Dataset, Json, Schema, Score, Submission } from '../../contracts.ts'
import { writeManifest } from '../../io/manifest.ts'
import { writeParquet } from '../../io/parquet.ts'
import { rng } from '../../math/rng.ts'
import { mean, standardError } from '../../math/statistics.ts'

export interface FakeRun {
  model: string
  loss: string
  seed?: number
  perRow: Record<string, readonly number[]> // metric → a value per test row
  whole?: Record<string, number> // metric without values per row
  by?: string
  device?: string
  peakBytes?: number | null
  trainSeconds?: number
  history?: readonly (readonly [loss: number, valid: number | ''])[]
  predicted?: Columns // of an operator: row and x
  scored?: boolean // true; false: the run is finished, its scores are not
}

const size = (n: number): Schema => ({
  row: { type: 'i32', shape: [], about: 'index within the split' },
  k: { type: 'f32', shape: [n + 1, n + 1], about: 'coefficient' },
  rhs: { type: 'f32', shape: [n, n], about: 'right-hand side' },
  x: { type: 'f64', shape: [n, n], about: 'solution' },
})

/** A smooth field of n × n points around 0, of size about 1. */
export function smooth(n: number, seed: number, name: string): Float64Array {
  const random = rng(seed, name)
  const waves = Array.from({ length: 14 }, () => [random.normal(), random.normal(), random.uniform() * 6.28])
  return Float64Array.from({ length: n * n }, (_, p) => {
    const [i, j] = [Math.floor(p / n) / n, (p % n) / n]
    const value = waves.reduce((sum, [a, b, c]) => sum + Math.cos(4 * (a! * i + b! * j) + c!), 0)
    return value / Math.sqrt(7)
  })
}

/** datasets/operators/<name> with a test split alone, two rows on an n × n grid; row 1 is stored before row 0. */
export async function fakeFields(
  root: string,
  name: string,
  n: number,
  facts: object = {},
): Promise<Dataset> {
  const schema = size(n)
  const both = (make: (row: number) => Float64Array) => Float64Array.from([...make(1), ...make(0)])
  const hat = (p: number) =>
    Math.sin((Math.PI * (Math.floor(p / n) + 1)) / (n + 1)) * Math.sin((Math.PI * ((p % n) + 1)) / (n + 1))
  const columns: Columns = {
    rows: 2,
    data: {
      row: Int32Array.of(1, 0),
      k: Float32Array.from(both((row) => smooth(n + 1, row, `${name} k`).map(Math.exp))),
      rhs: Float32Array.from(both((row) => smooth(n, row, `${name} rhs`))),
      x: both((row) => smooth(n, row, `${name} x`).map((value, p) => 0.01 * hat(p) * value)),
    },
  }
  return fakeDataset(join(root, 'datasets/operators', name), 'operators', schema, columns, {
    grid: n,
    ...facts,
  })
}

/** datasets/recommenders/<name>: as many test users as asked. */
export async function fakeLists(
  root: string,
  name: string,
  users: number,
  facts: object = {},
): Promise<Dataset> {
  const schema: Schema = {
    user: { type: 'i32', shape: [], about: 'user' },
    history: { type: 'i32', shape: ['*'], about: 'items before' },
    target: { type: 'i32', shape: [], about: 'the item after' },
    time: { type: 'i64', shape: [], about: 'when' },
  }
  const columns: Columns = {
    rows: users,
    data: {
      user: Int32Array.from({ length: users }, (_, u) => u + 1),
      history: Array.from({ length: users }, () => Int32Array.of(1, 2)),
      target: new Int32Array(users).fill(3),
      time: new BigInt64Array(users),
    },
  }
  return fakeDataset(join(root, 'datasets/recommenders', name), 'recommenders', schema, columns, {
    items: 400,
    users,
    ...facts,
  })
}

/** runs/… and scores/… of one run; `key` names the column of rows.parquet. */
export async function fakeRun(root: string, dataset: Dataset, run: FakeRun): Promise<string> {
  const { model, loss, seed = 0, perRow, whole = {} } = run
  const name = `${model}_${loss}_${seed}`
  const folder = join(root, 'runs', dataset.track, dataset.name, name)
  await mkdir(folder, { recursive: true })
  const submission: Submission = {
    about: `${model} with ${loss}`,
    track: dataset.track,
    dataset: { name: dataset.name, version: dataset.version },
    method: { model, loss, params: {}, seed, parameters: 1_234_567 },
    predictions: await fakePredictions(folder, run.predicted),
    by: { name: run.by ?? 'fieldrank' },
    made: { version: '0.1.0' },
  }
  const cost: Cost = {
    trainSeconds: run.trainSeconds ?? 310.4,
    predictSeconds: 0.5,
    peakBytes: run.peakBytes === undefined ? 512 * 2 ** 20 : run.peakBytes,
    device: run.device ?? 'cpu',
    threads: 1,
    date: '2025-01-01T00:00:00.000Z',
  }
  await writeFile(join(folder, 'run.json'), JSON.stringify(submission))
  await writeFile(join(folder, 'cost.json'), JSON.stringify(cost))
  const lines = (run.history ?? []).map((pair, epoch) => `${epoch + 1},${pair.join(',')}\n`)
  if (lines.length > 0) await writeFile(join(folder, 'history.csv'), `epoch,loss,valid\n${lines.join('')}`)
  if (run.scored !== false) await fakeScores(root, dataset, name, perRow, whole)
  return folder
}

/** The truth of an operator dataset plus `error` times a smooth field. */
export function nearly(truth: Columns, n: number, error: number): Columns {
  const noise = smooth(n, 7, `error ${error}`)
  const x = Float32Array.from(truth.data.x as Float64Array, (value, i) => value + error * noise[i % (n * n)]!)
  return { rows: truth.rows, data: { row: truth.data.row!, x } }
}

async function fakePredictions(
  folder: string,
  columns: Columns | undefined,
): Promise<Submission['predictions']> {
  if (columns === undefined) return { path: 'predictions.parquet', sha256: '0'.repeat(64), bytes: 1 }
  const n = Math.sqrt(columns.data.x!.length / columns.rows)
  const schema: Schema = {
    row: { type: 'i32', shape: [], about: 'row' },
    x: { type: 'f32', shape: [n, n], about: 'prediction' },
  }
  const { path, sha256, bytes } = await writeParquet(join(folder, 'predictions.parquet'), schema, columns)
  return { path, sha256, bytes }
}

async function fakeDataset(
  folder: string,
  track: string,
  schema: Schema,
  columns: Columns,
  facts: object,
): Promise<Dataset> {
  const name = basename(folder)
  await mkdir(folder, { recursive: true })
  const table = await writeParquet(join(folder, 'test-00000-of-00001.parquet'), schema, columns)
  const dataset: Dataset = {
    name,
    track,
    version: '1.0.0',
    license: 'CC-BY-4.0',
    about: `Fake rows of ${name} & nothing more`,
    cite: track === 'operators' ? 'arXiv:2406.04709' : 'doi:10.1145/3640457.3688140',
    schema,
    shards: [{ ...table, split: 'test' }],
    tables: [],
    params: {},
    facts: facts as { [key: string]: Json },
  }
  await writeManifest(folder, dataset)
  return dataset
}

async function fakeScores(
  root: string,
  { track, name: dataset }: Dataset,
  name: string,
  perRow: Record<string, readonly number[]>,
  whole: Record<string, number>,
): Promise<void> {
  const folder = join(root, 'scores', track, dataset, name)
  await mkdir(folder, { recursive: true })
  const scores: Record<string, Score> = {}
  const better: Record<string, string> = {}
  const data: Record<string, Int32Array | Float64Array> = {}
  const schema: Record<string, Schema[string]> = {}
  const key = track === 'operators' ? 'row' : 'user'
  const rows = Object.values(perRow)[0]!.length
  schema[key] = { type: 'i32', shape: [], about: key }
  data[key] = Int32Array.from({ length: rows }, (_, i) => i)
  for (const [metric, list] of Object.entries(perRow)) {
    const values = Float64Array.from(list)
    scores[metric] = { value: mean(values), stderr: standardError(values), rows }
    better[metric] = track === 'operators' ? 'lower' : 'higher'
    schema[metric] = { type: 'f64', shape: [], about: metric }
    data[metric] = values
  }
  for (const [metric, value] of Object.entries(whole)) {
    scores[metric] = { value, stderr: null, rows }
    better[metric] = 'higher'
  }
  await writeParquet(join(folder, 'rows.parquet'), schema, { rows, data })
  await writeFile(join(folder, 'scores.json'), JSON.stringify({ track, dataset, scores, better }))
}
