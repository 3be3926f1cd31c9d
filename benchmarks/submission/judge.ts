/**
 * Predictions of a stranger, from bytes to scores: the rules in turn, then our own copy of the values, then the scores.
 *
 * Run it in a child process (pipelines/guarded/submit.ts): it parses what may be hostile. What leaves it is written by us:
 * rows in the order of their key, float32, our layout, no metadata but ours. Nothing of the given file is published.
 */
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columns, Dataset, Schema, Score, Track } from '../../contracts.ts'
import { sha256File } from '../../io/files.ts'
import { MANIFEST, readManifest, readSplit } from '../../io/manifest.ts'
import { readParquet, writeParquet } from '../../io/parquet.ts'
import { outlineOf } from '../../io/parquet-footer.ts'
import { byKey } from '../align.ts'
import { loadMeasure } from '../measure.ts'
import { scoreColumns } from '../score.ts'
import { loadTrack } from '../track.ts'
import { broken, refuse } from './rule.ts'
import { bytesRules, type Ends, HEAD, TAIL } from './rules/bytes.ts'
import { columnRules, readingRules } from './rules/columns.ts'
import { footerRules } from './rules/footer.ts'

export interface JudgeRequest {
  subject: string // 'submission my-operator'
  file: string
  data: string // folder of the dataset
  metrics: readonly string[]
  out: string // receives predictions.parquet and rows.parquet
}
export interface Judged {
  dataset: { name: string; version: string; track: string; manifest: string }
  predictions: { sha256: string; bytes: number }
  scores: { [metric: string]: Score }
}

export async function judge({ subject, file, data, metrics, out }: JudgeRequest): Promise<Judged> {
  const dataset = await readManifest(data)
  const manifest = await sha256File(join(data, MANIFEST))
  const track = await loadTrack(dataset.track)
  const schema = track.predictions(dataset.facts)
  const truth = await track.truth(dataset, data, 'test')
  const columns = await readStrangers({ subject, file, schema, rows: truth.rows, manifest })
  const histories = await withHistories(dataset, data, truth)
  const items = Number(dataset.facts.items ?? 0)
  refuse(subject, columnRules, { columns, truth: histories, key: track.key, schema, items })
  return scored({ dataset, data, manifest, track, schema, truth, metrics, out }, asStored(columns, schema))
}

/** The columns of the file, floats in f64; refused by the rule that it breaks. */
async function readStrangers(given: {
  subject: string
  file: string
  schema: Schema
  rows: number
  manifest: string
}): Promise<Columns> {
  const { subject, file, schema, rows, manifest } = given
  refuse(subject, bytesRules, await endsOf(file))
  try {
    refuse(subject, footerRules, { outline: await outlineOf(file), schema, rows, manifest })
    return await readParquet(file, { columns: Object.keys(schema), schema: widened(schema) })
  } catch (error) {
    const { message, name } = error as Error
    if (name !== 'UserError' || /\[[\w-]+\]$/.test(message)) throw error
    const rule = readingRules.find(({ pattern }) => pattern.test(message))!
    throw broken(subject, rule.id, message)
  }
}

async function endsOf(file: string): Promise<Ends> {
  const handle = await open(file)
  try {
    const { size } = await handle.stat()
    const part = async (length: number, from: number) =>
      (await handle.read(Buffer.alloc(length), 0, length, from)).buffer
    const [head, tail] = [Math.min(size, HEAD), Math.min(size, TAIL)]
    return { size, head: await part(head, 0), tail: await part(tail, size - tail) }
  } finally {
    await handle.close()
  }
}

/** What a rule needs beside the track's truth: the items that a user has seen. */
async function withHistories(dataset: Dataset, data: string, truth: Columns): Promise<Columns> {
  if (dataset.schema.history === undefined) return truth
  const { data: more } = await readSplit(data, dataset, 'test', ['history'])
  return { rows: truth.rows, data: { ...truth.data, ...more } }
}

async function scored(
  given: {
    dataset: Dataset
    data: string
    manifest: string
    track: Track
    schema: Schema
    truth: Columns
    metrics: readonly string[]
    out: string
  },
  stored: Columns,
): Promise<Judged> {
  const { dataset, manifest, track, schema, truth, out } = given
  const ordered = byKey(stored, track.key)
  const { sha256, bytes } = await writeParquet(join(out, 'predictions.parquet'), schema, ordered)
  const measures = await Promise.all(given.metrics.map((name) => loadMeasure(dataset.track, name)))
  const facts = { ...dataset.facts, ...(await track.measured?.(dataset, given.data)) }
  const { scores, rows } = scoreColumns({ track, measures, facts }, ordered, truth)
  await writeParquet(join(out, 'rows.parquet'), rows.schema, rows.columns)
  const { name, version } = dataset
  return {
    dataset: { name, version, track: dataset.track, manifest },
    predictions: { sha256, bytes },
    scores: { ...scores },
  }
}

function widened(schema: Schema): Schema {
  return Object.fromEntries(
    Object.entries(schema).map(([name, column]) => [
      name,
      column.type === 'f32' ? { ...column, type: 'f64' } : column,
    ]),
  )
}

function asStored({ rows, data }: Columns, schema: Schema): Columns {
  const values = Object.keys(schema).map((name) => {
    const own = data[name]!
    return [name, schema[name]!.type === 'f32' ? Float32Array.from(own as Float64Array) : own] as const
  })
  return { rows, data: Object.fromEntries(values) }
}
