/**
 * The only door to Parquet. Written and decoded by parquet-wasm (Rust's arrow and parquet crates); footers are read
 * by hyparquet.
 *
 * Written: ZSTD; a column of fixed shape is one list of numbers a row, row-major, so that pandas, Polars and DuckDB
 * need no help from us; floats byte by byte (BYTE_STREAM_SPLIT: a sixth smaller and faster than without), integers
 * as differences. The encoding of numbers inside lists can only be chosen for all lists of a file at once; a file
 * that mixes lists of floats and of integers has them plain. Equal input gives equal bytes.
 * Read: with `expect`, every byte of the file is checked against its hash before anything is decoded.
 *
 * parquet-wasm decodes a 100-row shard of 65 × 65 fields 1.7 times as fast as hyparquet and none of 146 damaged or
 * hostile files could crash or hang it, which is why it decodes and hyparquet does not.
 */
import { open, readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { type FileMetaData, parquetMetadata, parquetSchema } from 'hyparquet'
import * as wasm from 'parquet-wasm/node'
import type { Columns, Schema, Table } from '../contracts.ts'
import { decodeArrow, encodeArrow, type Metadata } from './arrow.ts'
import { widthOf } from './columns.ts'
import { UserError } from './errors.ts'
import { sha256, writeDurable } from './files.ts'
import { mismatch, sortEntries, spanOf, stretches } from './parquet-bytes.ts'
import { SCHEMA_KEY } from './schema.ts'

/** Rows of a group where the schema has fields (lists of fixed length over ROW_LIMIT values), and where it has none. */
const FIELD_ROWS = 64
const TABLE_ROWS = 65536
const ROW_LIMIT = 64

/**
 * Durable write of one file. `metadata` joins the schema in the file's own key-value metadata. `compatible`: SNAPPY and PLAIN
 * throughout, for readers that know no more.
 */
export async function writeParquet(
  path: string,
  schema: Schema,
  columns: Columns,
  options: { rowGroup?: number; metadata?: Metadata; compatible?: boolean } = {},
): Promise<Table> {
  const metadata = { ...options.metadata, [SCHEMA_KEY]: JSON.stringify(schema) }
  const rowGroup = options.rowGroup ?? defaultRowGroup(schema)
  const table = wasm.Table.fromIPCStream(encodeArrow(schema, columns, 'stream'))
  const bytes = wasm.writeParquet(
    table,
    (options.compatible ? plainProperties : properties)(schema, metadata, rowGroup),
  )
  sortEntries(bytes, metadata)
  await writeDurable(path, bytes)
  return describe(bytes, path)
}

/** Hashes of a Parquet file that exists, whoever wrote it. */
export async function tableOf(path: string): Promise<Table> {
  return describe(await found(path, (file) => readFile(file)), path)
}

/**
 * Columns of a file: those named, else those of the schema (given, or in the file), else all. All pages are decoded
 * whatever is named; what is not named is not converted.
 * A UserError names the file when it is damaged, is no Parquet, or does not hold what was asked.
 */
export async function readParquet(
  path: string,
  options: { columns?: readonly string[]; schema?: Schema; expect?: Table } = {},
): Promise<Columns> {
  const subject = basename(path)
  const bytes = await found(path, (file) => readFile(file))
  const wrong = options.expect === undefined ? null : mismatch(bytes, options.expect, subject)
  if (wrong !== null) throw new UserError(wrong)
  const { columns } = decodeArrow(decode(bytes, subject), subject, options)
  if (options.expect !== undefined && columns.rows !== options.expect.rows)
    throw new UserError(`${subject}: has ${columns.rows} rows, the manifest says ${options.expect.rows}`)
  return columns
}

/** What the footer says; no value is read and nothing is checked. Offsets are those of the pages. */
export async function describeParquet(path: string): Promise<{
  rows: number
  rowGroups: readonly { rows: number; offset: number; bytes: number }[]
  columns: readonly string[]
  metadata: Record<string, string>
}> {
  const footer = parseFooter(await found(path, readFooter), basename(path))
  const rowGroups = footer.row_groups.map((group) => {
    const [from, to] = spanOf(group)
    return { rows: Number(group.num_rows), offset: from, bytes: to - from }
  })
  const entries = footer.key_value_metadata ?? []
  return {
    rows: Number(footer.num_rows),
    rowGroups,
    columns: parquetSchema(footer).children.map(({ element }) => element.name),
    metadata: Object.fromEntries(entries.map(({ key, value }) => [key, value ?? ''])),
  }
}

function describe(bytes: Uint8Array, path: string): Table {
  const footer = parseFooter(bytes, basename(path))
  return {
    path: basename(path),
    sha256: sha256(bytes),
    bytes: bytes.length,
    rows: Number(footer.num_rows),
    ...stretches(bytes, footer),
  }
}

// ── writing ──────────────────────────────────────────────────────────────────

function defaultRowGroup(schema: Schema): number {
  const widths = Object.values(schema).map(({ shape }) => (shape.includes('*') ? 1 : widthOf(shape)))
  return Math.max(...widths) > ROW_LIMIT ? FIELD_ROWS : TABLE_ROWS
}

/** `Chunk` statistics, not `Page`: page indexes of this version of the crate make parquet-mr return 0 rows (arrow-rs#10316). */
function properties(schema: Schema, metadata: Metadata, rowGroup: number): wasm.WriterProperties {
  const lists = Object.values(schema).filter(({ shape }) => shape.length > 0)
  const kinds = new Set(lists.map(({ type }) => ENCODINGS[type]))
  let builder = new wasm.WriterPropertiesBuilder()
    .setCompression(wasm.Compression.ZSTD)
    .setMaxRowGroupSize(rowGroup)
    .setStatisticsEnabled(wasm.EnabledStatistics.Chunk)
    .setDictionaryEnabled(false)
    .setKeyValueMetadata(new Map(Object.entries(metadata)))
    .setEncoding(kinds.size === 1 ? [...kinds][0]! : wasm.Encoding.PLAIN)
  for (const [name, { type, shape }] of Object.entries(schema)) {
    if (shape.length === 0) builder = builder.setColumnEncoding(name, ENCODINGS[type])
  }
  return builder.build()
}

function plainProperties(_schema: Schema, metadata: Metadata, rowGroup: number): wasm.WriterProperties {
  return new wasm.WriterPropertiesBuilder()
    .setCompression(wasm.Compression.SNAPPY)
    .setMaxRowGroupSize(rowGroup)
    .setStatisticsEnabled(wasm.EnabledStatistics.Chunk)
    .setDictionaryEnabled(false)
    .setKeyValueMetadata(new Map(Object.entries(metadata)))
    .setEncoding(wasm.Encoding.PLAIN)
    .build()
}

const ENCODINGS = {
  f32: wasm.Encoding.BYTE_STREAM_SPLIT,
  f64: wasm.Encoding.BYTE_STREAM_SPLIT,
  i32: wasm.Encoding.DELTA_BINARY_PACKED,
  i64: wasm.Encoding.DELTA_BINARY_PACKED,
  utf8: wasm.Encoding.PLAIN,
}

// ── reading ──────────────────────────────────────────────────────────────────

async function found<T>(path: string, read: (path: string) => Promise<T>): Promise<T> {
  try {
    return await read(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new UserError(`${basename(path)}: no such file (${path})`)
  }
}

/**
 * Parquet → Arrow IPC stream. A panic of the crate is thrown here like any of its errors; its asynchronous reader,
 * which could leave out columns, throws it where nobody can catch it and ends the process.
 */
function decode(bytes: Uint8Array, subject: string): Uint8Array {
  try {
    return wasm.readParquet(bytes, { batchSize: BATCH }).intoIPCStream()
  } catch (error) {
    throw new UserError(`${subject}: not a Parquet file that can be read (${(error as Error).message})`)
  }
}

/** Rows decoded at a time; a shard should come in one piece, so that its columns need not be joined. */
const BATCH = 1 << 20

/** The tail of a file that holds its metadata. */
async function readFooter(path: string): Promise<Uint8Array> {
  const handle = await open(path)
  try {
    const { size } = await handle.stat()
    const tail = async (length: number) => {
      const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
      return buffer
    }
    const end = await tail(Math.min(size, 8))
    const length = end.length < 8 ? 0 : end.readUInt32LE(0)
    return await tail(Math.min(size, length + 8))
  } finally {
    await handle.close()
  }
}

function parseFooter(bytes: Uint8Array, subject: string): FileMetaData {
  try {
    return parquetMetadata(bytes, { geoparquet: false })
  } catch (error) {
    throw new UserError(`${subject}: not a Parquet file (${(error as Error).message})`)
  }
}
