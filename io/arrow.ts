/**
 * The only door to apache-arrow: Columns ⇄ Arrow IPC, the form in which stages hand data to each other.
 *
 * A column of fixed shape is one list of numbers a row, row-major; its shape stands in the schema, which travels
 * in the file's metadata under 'fieldrank.schema'. Nothing is nullable. On the way in, the lists of a column lie
 * in one typed array, so a fixed shape is read without a copy unless the file holds several batches.
 * Files of others are read as far as their types are ours: numbers are converted where that is safe (any float to
 * any float, integers within range); nulls, dates, decimals and ragged lists of floats are refused by name.
 */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import * as arrow from 'apache-arrow'
import type { Artifact, Column, Columns, Schema, Values } from '../contracts.ts'
import { valuesOf } from './arrow-values.ts'
import { misfit, widthOf } from './columns.ts'
import { suggest, UserError } from './errors.ts'
import { sha256, writeDurable } from './files.ts'
import { SCHEMA_KEY, schemaIn, wanted } from './schema.ts'

export type Metadata = { readonly [key: string]: string }

/** Durable write of one Arrow IPC file. Equal input gives equal bytes. The path of what is returned is the base name. */
export async function writeArrow(
  path: string,
  schema: Schema,
  columns: Columns,
  metadata: Metadata = {},
): Promise<Artifact> {
  const all = { ...metadata, [SCHEMA_KEY]: JSON.stringify(schema) }
  const bytes = encodeArrow(schema, columns, 'file', all)
  await writeDurable(path, bytes)
  return { path: basename(path), sha256: sha256(bytes), bytes: bytes.length }
}

/**
 * All columns of a file, or those named. With `expect` the whole file is checked against its hash first. Without it
 * this is for files of our own making alone: on a damaged one apache-arrow may never come back.
 */
export async function readArrow(
  path: string,
  options: { columns?: readonly string[]; expect?: Artifact } = {},
): Promise<{ columns: Columns; metadata: Record<string, string> }> {
  const subject = basename(path)
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UserError(`${subject}: no such file (${path})`) : error
  })
  if (options.expect !== undefined && sha256(bytes) !== options.expect.sha256)
    throw new UserError(`${subject}: sha256 is not the one recorded. The file is damaged or was replaced`)
  // apache-arrow takes anything else for a stream without batches
  if (bytes.toString('latin1', 0, 6) !== MAGIC || bytes.toString('latin1', bytes.length - 6) !== MAGIC)
    throw new UserError(`${subject}: not an Arrow file`)
  return decodeArrow(bytes, subject, options)
}

const MAGIC = 'ARROW1'

/** Columns as Arrow IPC. Throws when they do not fit the schema: a bug of the caller. */
export function encodeArrow(
  schema: Schema,
  columns: Columns,
  format: 'file' | 'stream',
  metadata: Metadata = {},
): Uint8Array {
  const wrong = misfit(columns, schema)
  if (wrong !== null) throw new Error(`encodeArrow: ${wrong}`)
  const children = Object.entries(schema).map(([name, column]) =>
    dataOf(columns.data[name]!, column, columns.rows),
  )
  const fields = Object.keys(schema).map((name, c) => new arrow.Field(name, children[c]!.type, false))
  const struct = arrow.makeData({
    type: new arrow.Struct(fields),
    length: columns.rows,
    nullCount: 0,
    children,
  })
  const sorted = Object.entries(metadata).sort(([a], [b]) => (a < b ? -1 : 1))
  const table = new arrow.Table([new arrow.RecordBatch(new arrow.Schema(fields, new Map(sorted)), struct)])
  return arrow.tableToIPC(table, format)
}

/** Arrow IPC as Columns: those of `options.columns`, else of the schema (given, or in the metadata), else all. */
export function decodeArrow(
  bytes: Uint8Array,
  subject: string,
  options: { columns?: readonly string[]; schema?: Schema } = {},
): { columns: Columns; metadata: Record<string, string> } {
  const table = parse(bytes, subject)
  const metadata = Object.fromEntries(table.schema.metadata)
  const names = table.schema.fields.map((field) => field.name)
  const schema = options.schema ?? schemaIn(metadata, subject)
  const picked = wanted(options.columns, schema) ?? names.map((name) => [name, null] as const)
  const data: Record<string, Values> = {}
  for (const [name, column] of picked) {
    const vector = table.getChild(name)
    if (vector === null)
      throw new UserError(
        `${subject}: no column '${name}' (it has ${names.join(', ')}).${suggest(name, names)}`,
      )
    data[name] = valuesOf(vector, column, `${subject}: column '${name}'`)
  }
  return { columns: { rows: table.numRows, data }, metadata }
}

function parse(bytes: Uint8Array, subject: string): arrow.Table {
  try {
    return arrow.tableFromIPC(bytes)
  } catch (error) {
    throw new UserError(`${subject}: not an Arrow file (${(error as Error).message})`)
  }
}

const TYPES = {
  f32: () => new arrow.Float32(),
  f64: () => new arrow.Float64(),
  i32: () => new arrow.Int32(),
  i64: () => new arrow.Int64(),
}

function dataOf(values: Values, column: Column, rows: number): arrow.Data {
  if (column.type === 'utf8') return utf8Data(values as readonly string[])
  const { type, shape } = column
  if (shape.length === 0) return flatData(type, values)
  if (!shape.includes('*')) {
    const width = widthOf(shape)
    return listData(
      type,
      Int32Array.from({ length: rows + 1 }, (_, r) => r * width),
      values,
    )
  }
  const lists = values as readonly Int32Array[]
  const offsets = new Int32Array(rows + 1)
  for (let r = 0; r < rows; r++) offsets[r + 1] = offsets[r]! + lists[r]!.length
  const joined = new Int32Array(offsets[rows]!)
  for (let r = 0; r < rows; r++) joined.set(lists[r]!, offsets[r]!)
  return listData(type, offsets, joined)
}

function flatData(type: keyof typeof TYPES, values: Values): arrow.Data {
  const data = values as Int32Array // the types of makeData follow the class of the type, which is chosen here
  return arrow.makeData({ type: TYPES[type]() as arrow.Int32, length: data.length, nullCount: 0, data })
}

function listData(type: keyof typeof TYPES, valueOffsets: Int32Array, values: Values): arrow.Data {
  const child = flatData(type, values)
  const list = new arrow.List(new arrow.Field('element', child.type, false))
  return arrow.makeData({ type: list, length: valueOffsets.length - 1, nullCount: 0, valueOffsets, child })
}

function utf8Data(strings: readonly string[]): arrow.Data {
  const valueOffsets = new Int32Array(strings.length + 1)
  for (let r = 0; r < strings.length; r++) {
    valueOffsets[r + 1] = valueOffsets[r]! + Buffer.byteLength(strings[r]!)
  }
  const data = Buffer.alloc(valueOffsets[strings.length]!)
  for (let r = 0; r < strings.length; r++) data.write(strings[r]!, valueOffsets[r]!)
  return arrow.makeData({ type: new arrow.Utf8(), length: strings.length, nullCount: 0, valueOffsets, data })
}
