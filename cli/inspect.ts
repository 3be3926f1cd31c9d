/** What a dataset or a file holds: schema, splits, facts, params, and a summary of the first rows. */
import { stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { Columns, Dataset, Json, Params, Schema, Values } from '../contracts.ts'
import { readArrow } from '../io/arrow.ts'
import { slice } from '../io/columns.ts'
import { UserError } from '../io/errors.ts'
import { readManifest } from '../io/manifest.ts'
import { describeParquet, readParquet } from '../io/parquet.ts'
import { schemaIn } from '../io/schema.ts'
import type { Verb } from './verb.ts'

const inspect: Verb = {
  about: 'shows what a dataset folder, a Parquet file or an Arrow file holds',
  arguments: '<path>',
  options: [['--rows <count>', 'rows to summarize', '3']],
  examples: [
    'fieldrank inspect data/smoke/datasets/operators/gaussian0.4_grid16',
    'fieldrank inspect data/smoke/runs/operators/gaussian0.4_grid16/fno_relative-l2_0/predictions.parquet --rows 1',
  ],

  async run([path], { rows }) {
    const count = Number(rows)
    if (!Number.isInteger(count) || count < 0)
      throw new UserError(`--rows: must be a whole number, 0 or more (got ${rows})`)
    const info = await stat(path!).catch(() => null)
    if (info === null) throw new UserError(`inspect: no such file or folder (${path})`)
    const lines = info.isDirectory() ? await datasetLines(path!, count) : await fileLines(path!, count)
    process.stdout.write(lines.map((line) => `${line.replace(/\p{Cc}/gu, '·')}\n`).join('')) // nothing moves the cursor
  },
}

export default inspect

async function datasetLines(folder: string, count: number): Promise<string[]> {
  const dataset = await readManifest(folder)
  const { name, track, version, license, about, cite, schema, shards } = dataset
  const lines = [
    `${name} ${version}`,
    about,
    '',
    ...grid([
      ['track', track],
      ['license', license],
      ['cite', cite ?? '—'],
    ]),
  ]
  lines.push('', 'columns', ...schemaLines(schema), '', 'files', ...fileTable(dataset))
  lines.push('', 'params', ...paramLines(dataset.params), '', 'facts', ...paramLines(dataset.facts))
  const first = shards[0]
  if (count > 0 && first !== undefined) {
    const columns = await readParquet(join(folder, first.path), { schema, expect: first })
    lines.push('', ...rowLines(columns, schema, count, first.path))
  }
  return lines
}

async function fileLines(path: string, count: number): Promise<string[]> {
  const { columns, metadata, groups } = await readAny(path)
  const schema = schemaIn(metadata, basename(path))
  const kept = Object.entries(metadata).filter(([key]) => !/schema$/i.test(key))
  const lines = [basename(path), `${columns.rows} rows${groups}`, '', 'columns']
  lines.push(
    ...(schema === null
      ? grid(Object.keys(columns.data).map((name) => [name, kindOf(columns.data[name]!)]))
      : schemaLines(schema)),
  )
  if (kept.length > 0) lines.push('', 'metadata', ...grid(kept.map(([key, value]) => [key, short(value)])))
  return count > 0 ? [...lines, '', ...rowLines(columns, schema, count, basename(path))] : lines
}

async function readAny(
  path: string,
): Promise<{ columns: Columns; metadata: Record<string, string>; groups: string }> {
  if (extname(path) === '.arrow') return { ...(await readArrow(path)), groups: '' }
  if (extname(path) !== '.parquet')
    throw new UserError(`inspect: ${path} is neither a folder with a manifest nor a .parquet or .arrow file`)
  const { rowGroups, metadata } = await describeParquet(path)
  const sizes = [...new Set(rowGroups.map(({ rows }) => rows))].join(' and ')
  return {
    columns: await readParquet(path),
    metadata,
    groups: ` in ${rowGroups.length} row groups of ${sizes}`,
  }
}

function schemaLines(schema: Schema): string[] {
  const rows = Object.entries(schema).map(([name, { type, shape, unit, about }]) => [
    name,
    type,
    shape.length === 0 ? '' : `[${shape.join(', ')}]`,
    unit ?? '',
    about,
  ])
  return grid([['column', 'type', 'shape', 'unit', 'about'], ...rows])
}

function fileTable({ shards, tables }: Dataset): string[] {
  const splits = [...new Set(shards.map(({ split }) => split))]
  const size = (files: readonly { bytes: number }[]) =>
    `${(files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6).toFixed(2)} MB`
  const rows = splits.map((split) => {
    const own = shards.filter((shard) => shard.split === split)
    const count = own.reduce((sum, shard) => sum + shard.rows, 0)
    return [split, `${count} rows`, `${own.length} ${own.length === 1 ? 'file' : 'files'}`, size(own)]
  })
  return grid([
    ...rows,
    ...tables.map((table) => [table.path, `${table.rows} rows`, '1 file', size([table])]),
  ])
}

function paramLines(params: Params): string[] {
  return grid(Object.entries(params).map(([name, value]) => [name, shown(value)]))
}

function shown(value: Json): string {
  return typeof value === 'string' ? value : short(JSON.stringify(value))
}

/** One line per row and column: shape, least, mean, greatest of the numbers; text and single numbers as they are. */
function rowLines(columns: Columns, schema: Schema | null, count: number, file: string): string[] {
  const lines: string[][] = []
  for (let r = 0; r < Math.min(count, columns.rows); r++) {
    for (const [c, [name, values]] of Object.entries(slice(columns, r, r + 1).data).entries()) {
      lines.push([c === 0 ? String(r) : '', name, ...summary(values, schema?.[name]?.shape)])
    }
  }
  return [
    `first rows of ${file}`,
    ...grid([['row', 'column', 'shape', 'least', 'mean', 'greatest'], ...lines]),
  ]
}

function summary(values: Values, shape: readonly (number | '*')[] | undefined): string[] {
  const first = values[0]
  if (typeof first === 'string') return ['', short(first)]
  const numbers = (first instanceof Int32Array ? first : values) as ArrayLike<number | bigint>
  const isOne = numbers.length === 1 && !(first instanceof Int32Array)
  if (isOne) return ['', digits(numbers[0]!)]
  const size = shape === undefined || shape.includes('*') ? `[${numbers.length}]` : `[${shape.join(', ')}]`
  if (numbers.length === 0) return [size]
  let [least, sum, most] = [Number.POSITIVE_INFINITY, 0, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < numbers.length; i++) {
    const value = Number(numbers[i])
    least = Math.min(least, value)
    most = Math.max(most, value)
    sum += value
  }
  return [size, ...[least, sum / numbers.length, most].map(digits)]
}

function kindOf(values: Values): string {
  return ArrayBuffer.isView(values)
    ? values.constructor.name
    : values[0] instanceof Int32Array
      ? 'lists of integers'
      : 'text'
}

/** Six significant digits; integers in full. */
function digits(value: number | bigint): string {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value)
  return String(Number(value.toPrecision(6)))
}

function short(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`
}

/** Columns padded to their widest cell, two spaces between them and before them. */
function grid(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>((most, row) => {
    row.forEach((cell, c) => {
      most[c] = Math.max(most[c] ?? 0, cell.length)
    })
    return most
  }, [])
  return rows.map((row) => `  ${row.map((cell, c) => cell.padEnd(widths[c]!)).join('  ')}`.trimEnd())
}
