/** What a dataset or a file holds: schema, splits, facts, params, and a summary of the first rows. */
import { stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import type { Columns, Dataset, Json, Params, Schema, Values } from '../contracts.ts'
import { readArrow } from '../io/arrow.ts'
import { slice } from '../io/columns.ts'
import { UserError } from '../io/errors.ts'
import { readManifest } from '../io/manifest.ts'
import { describeParquet, readParquet } from '../io/parquet.ts'
import type { RemoteRows } from '../io/parquet-remote.ts'
import { schemaIn } from '../io/schema.ts'
import { runGuarded } from '../pipelines/guard.ts'
import { childEnvironment } from './flags/environment.ts'
import type { Verb } from './verb.ts'

const inspect: Verb = {
  about: 'shows what a dataset folder, a Parquet or Arrow file, or a Parquet file on a server holds',
  arguments: '<path-or-url>',
  options: [['--rows <count>', 'rows to summarize', '3']],
  examples: [
    'fieldrank inspect data/smoke/datasets/operators/gaussian0.4_grid16',
    'fieldrank inspect data/smoke/runs/operators/gaussian0.4_grid16/fno_relative-l2_0/predictions.parquet --rows 1',
    'fieldrank inspect https://data.example.org/condiff/data/gaussian0.4_grid64/test-00000-of-00001.parquet',
  ],
  notes: [
    'Of a file on a server, only the footer and the row groups of the first rows are read. They are checked against\n' +
      'the manifest.json beside it, where there is one.',
  ],

  async run([path], { rows }) {
    const count = Number(rows)
    if (!Number.isInteger(count) || count < 0)
      throw new UserError(`--rows: must be a whole number, 0 or more (got ${rows})`)
    if (/^https?:\/\//.test(path!)) return show(await remoteLines(path!, count))
    const info = await stat(path!).catch(() => null)
    if (info === null) throw new UserError(`inspect: no such file or folder (${path})`)
    show(info.isDirectory() ? await datasetLines(path!, count) : await fileLines(path!, count))
  },
}

export default inspect

function show(lines: readonly string[]): void {
  process.stdout.write(lines.map((line) => `${line.replace(/\p{Cc}/gu, '·')}\n`).join('')) // nothing moves the cursor
}

/** Read in a process that may die: nobody knows what a server sends. */
async function remoteLines(url: string, rows: number): Promise<string[]> {
  const name = url.split(/[?#]/)[0]!.split('/').at(-1)!
  const found = await runGuarded<RemoteRows>({
    work: 'inspect',
    request: { url, rows },
    subject: name,
    limits: { seconds: 120, bytes: 2 ** 30 },
    env: childEnvironment(),
    reach: { reads: [], writes: [], network: true },
  })
  const { schema, first } = found
  const names = first.length > 0 ? Object.keys(first[0]!) : Object.keys(schema ?? {})
  const columns = schema === null ? grid(names.map((one) => [one])) : schemaLines(schema)
  const data = Object.fromEntries(names.map((one) => [one, valuesOf(first.map((row) => row[one]!))]))
  const lines = [name, `${found.rows} rows in ${found.rowGroups} row groups`, '', 'columns', ...columns, '']
  if (first.length > 0) lines.push(...rowLines({ rows: first.length, data }, schema, rows, name), '')
  const verdict =
    found.unchecked === null
      ? 'checked against the manifest beside it'
      : `not checked: ${found.unchecked.replaceAll('\n', '; ')}`
  return [
    ...lines,
    `${found.requests} requests, ${found.bytes} bytes fetched of a file of ${found.size}; ${verdict}`,
  ]
}

/** One column from JSON: numbers, lists of one length, or text. */
function valuesOf(cells: readonly Json[]): Values {
  const isNumber = (one: Json) => typeof one === 'number' || /^(-?\d+|NaN|-?Infinity)$/.test(String(one))
  if (cells.every((one) => !Array.isArray(one) && isNumber(one))) return Float64Array.from(cells, Number)
  if (!cells.every((one) => Array.isArray(one) && one.every(isNumber))) return cells.map(String)
  const lists = cells as readonly (readonly Json[])[]
  return lists.every(({ length }) => length === lists[0]!.length)
    ? Float64Array.from(lists.flat(), Number)
    : lists.map((list) => Int32Array.from(list, Number))
}

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
