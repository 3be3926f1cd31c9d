/**
 * The only door to DuckDB: SQL over tables that may be larger than memory.
 *
 * The database is a file in a folder of the caller, with a stated memory limit; what does not fit is spilled to
 * the same folder. `list(x ORDER BY …)` does not spill: aggregate it over a range of keys at a time, never over a
 * whole table.
 *
 * Bytes: text is compared byte by byte (UTF-8), insertion order is kept, and `copyToParquet` insists on an order,
 * so the same rows give the same file whatever the number of threads. What it will not do: `random()` and `hash()`
 * differ between threads and versions; do not call them where bytes are made.
 */
import { mkdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import {
  BIGINT,
  DOUBLE,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type DuckDBType,
  type DuckDBValue,
  FLOAT,
  INTEGER,
  VARCHAR,
} from '@duckdb/node-api'
import type { Columns, Schema, Values } from '../contracts.ts'
import { concat } from './columns.ts'
import { exists, renameDurable, syncFile } from './files.ts'
import { SCHEMA_KEY } from './schema.ts'

export interface DuckdbOptions {
  memory?: string // '1GB'
  threads?: number
  signal?: AbortSignal // interrupts the statement that is running
  resume?: boolean // goes on with what a killed process left in the folder, where that can still be opened
  ordered?: boolean // false: tables keep no order of insertion, which takes less memory; ORDER BY holds as ever
}

export interface ParquetFile {
  path: string
  order: string // of the rows: columns that leave no ties
  schema: Schema // goes into the metadata of the file; the columns must have these types
  rowGroup?: number // rounded up to 2,048 rows
}

export type Row = Readonly<Record<string, number | bigint | string | boolean | null>>

export interface Duckdb {
  run(sql: string): Promise<void>
  /** A small result, row by row. 64-bit integers come as numbers where a number holds them exactly. */
  rows(sql: string): Promise<Row[]>
  /** The first value of the first row, a number. */
  count(sql: string): Promise<number>
  /** A large result of scalars as typed arrays: INTEGER, BIGINT, FLOAT, DOUBLE, VARCHAR; no NULLs. */
  columns(sql: string): Promise<Columns>
  /** The same, handed over as it comes, some thousand rows at a time. */
  each(sql: string, take: (part: Columns) => void): Promise<void>
  /** Adds rows to a table whose columns are those of `columns`, in that order and of those types. */
  append(table: string, columns: Columns): Promise<void>
  /** Writes the rows of a SELECT to one Parquet file: ZSTD, version 2 encodings. It appears whole or not at all. */
  copyToParquet(select: string, file: ParquetFile): Promise<void>
  /** The names of its tables. */
  tables(): Promise<Set<string>>
  /** Closes and deletes the database; with `keep` its file stays, for somebody to resume. */
  close(keep?: boolean): Promise<void>
}

/** Opens a database in `folder`: a new one, unless it is to resume; what else lay there is deleted. */
export async function openDuckdb(folder: string, options: DuckdbOptions = {}): Promise<Duckdb> {
  const instance = await openInstance(folder, options)
  const connection = await instance.connect()
  const { signal } = options
  const interrupt = () => connection.interrupt()
  signal?.addEventListener('abort', interrupt)

  /** A statement that was interrupted says so in the words of the signal. */
  const ask = async <T>(statement: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted()
    try {
      return await statement()
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  }
  const run = async (sql: string) => void (await ask(() => connection.run(sql)))
  const rows = (sql: string) => ask(() => readRows(connection, sql))
  return {
    run,
    rows,
    count: async (sql) => Number(Object.values((await rows(sql))[0] ?? {})[0]),
    columns: (sql) => ask(() => readColumns(connection, sql)),
    each: (sql, take) => ask(() => readEach(connection, sql, take)),
    append: (table, columns) => ask(() => appendColumns(connection, table, columns)),
    copyToParquet: (select, file) => copyTo(run, select, file),
    tables: async () => new Set((await rows(TABLES)).map(({ name }) => String(name))),
    close: async (keep = false) => {
      signal?.removeEventListener('abort', interrupt)
      connection.closeSync()
      instance.closeSync()
      if (!keep) await rm(folder, { recursive: true, force: true })
    },
  }
}

const TABLES = 'SELECT table_name AS name FROM duckdb_tables()'

/** A text as an SQL literal: paths with quotes and spaces included. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

type Run = (sql: string) => Promise<void>

async function openInstance(folder: string, options: DuckdbOptions): Promise<DuckDBInstance> {
  const { memory = '1GB', threads = 2, resume = false, ordered = true } = options
  const open = () =>
    DuckDBInstance.create(join(folder, 'work.duckdb'), {
      memory_limit: memory,
      threads: String(threads),
      temp_directory: join(folder, 'spill'),
      preserve_insertion_order: String(ordered),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    })
  const anew = async () => {
    await rm(folder, { recursive: true, force: true })
    await mkdir(folder, { recursive: true })
    return open()
  }
  if (!resume || !(await exists(folder))) return anew()
  await rm(join(folder, 'spill'), { recursive: true, force: true }) // worth nothing without its process
  return open().catch(anew) // not even a database: whoever resumes looks at its tables
}

async function copyTo(
  run: Run,
  select: string,
  { order, path, schema, rowGroup = 122_880 }: ParquetFile,
): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.tmp`)
  const metadata = `KV_METADATA {${identifier(SCHEMA_KEY)}: ${quote(JSON.stringify(schema))}}`
  const format = `FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION 'V2', ROW_GROUP_SIZE ${rowGroup}, ${metadata}`
  try {
    await run(`COPY (SELECT * FROM (${select}) ORDER BY ${order}) TO ${quote(temporary)} (${format})`)
    await syncFile(temporary)
    await renameDurable(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

const CHUNK = 2048 // DuckDB's vector size

async function readRows(connection: DuckDBConnection, sql: string): Promise<Row[]> {
  const reader = await connection.runAndReadAll(sql)
  const plain = (value: unknown) =>
    typeof value === 'bigint' && BigInt.asIntN(54, value) === value ? Number(value) : value
  return reader
    .getRowObjects()
    .map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])) as Row)
}

async function readColumns(connection: DuckDBConnection, sql: string): Promise<Columns> {
  const parts: Columns[] = []
  await readEach(connection, sql, (part) => parts.push(part))
  return concat(parts)
}

/** Begins with a part without rows: of an empty result it says the types. */
async function readEach(
  connection: DuckDBConnection,
  sql: string,
  take: (part: Columns) => void,
): Promise<void> {
  const result = await connection.stream(sql)
  const names = result.columnNames()
  const types = result.columnTypes().map(String)
  const run = (rows: number) => Object.fromEntries(names.map((name, c) => [name, empty(types[c]!, rows)]))
  take({ rows: 0, data: run(0) })
  for (let chunk = await result.fetchChunk(); chunk !== null; chunk = await result.fetchChunk()) {
    if (chunk.rowCount === 0) break
    const part = { rows: chunk.rowCount, data: run(chunk.rowCount) }
    names.forEach((name, c) => {
      fill(part.data[name]!, chunk.getColumnValues(c))
    })
    take(part)
  }
}

function empty(type: string, rows: number): Values {
  const make = MAKE[type]
  if (make === undefined) throw new Error(`duckdb: a column of type ${type} has no typed array`)
  return make(rows)
}

function fill(out: Values, values: readonly DuckDBValue[]): void {
  const target = out as unknown as { [index: number]: DuckDBValue }
  values.forEach((value, r) => {
    if (value === null) throw new Error('duckdb: NULL in a column that is read as a typed array')
    target[r] = value
  })
}

const MAKE: Record<string, (rows: number) => Values> = {
  INTEGER: (rows) => new Int32Array(rows),
  BIGINT: (rows) => new BigInt64Array(rows),
  FLOAT: (rows) => new Float32Array(rows),
  DOUBLE: (rows) => new Float64Array(rows),
  VARCHAR: (rows) => new Array<string>(rows),
}

async function appendColumns(connection: DuckDBConnection, table: string, columns: Columns): Promise<void> {
  const values = Object.values(columns.data)
  const types = values.map(typeOf)
  const appender = await connection.createAppender(table)
  try {
    for (let from = 0; from < columns.rows; from += CHUNK) {
      const to = Math.min(from + CHUNK, columns.rows)
      const chunk = DuckDBDataChunk.create(types, to - from)
      chunk.setColumns(
        values.map((column) => Array.from<DuckDBValue>(column.slice(from, to) as ArrayLike<DuckDBValue>)),
      )
      appender.appendDataChunk(chunk)
    }
    appender.flushSync()
  } finally {
    appender.closeSync()
  }
}

function typeOf(values: Values): DuckDBType {
  if (values instanceof Int32Array) return INTEGER
  if (values instanceof BigInt64Array) return BIGINT
  if (values instanceof Float32Array) return FLOAT
  if (values instanceof Float64Array) return DOUBLE
  if (values.length === 0 || typeof values[0] === 'string') return VARCHAR
  throw new Error('duckdb: lists cannot be appended')
}
