/**
 * A few rows of a Parquet file without the rest of it, every byte checked: only the row groups that hold the rows, and the
 * footer, are read, each as one stretch whose SHA-256 stands in the manifest (parquet-bytes.ts). Nothing is decoded before
 * its stretch is verified. The same in a browser and in Node: hyparquet and fzstd decode, WebCrypto hashes.
 *
 * Will not: read a codec beside ZSTD, SNAPPY and none, or fewer bytes than a row group has, since a hash covers all of it.
 */
import { decompress } from 'fzstd'
import { type AsyncBuffer, parquetMetadata, parquetReadObjects } from 'hyparquet'
import type { Bytes, Column, Columns, Schema, Table, Values } from '../contracts.ts'
import type { ByteSource } from './byte-source.ts'
import { widthOf } from './columns.ts'
import { UserError } from './errors.ts'

/** Rows from ≤ i < to of the columns of `schema`; all rows where no range is given. */
export interface Wanted {
  schema: Schema
  from?: number
  to?: number
  /** Reads every stretch and holds the whole file against `table.sha256` too. */
  whole?: boolean
}

export async function readRanges(
  source: ByteSource,
  table: Table,
  { schema, from = 0, to = table.rows, whole = false }: Wanted,
): Promise<Columns> {
  const file = verified(source, table)
  if (whole) await checkWhole(file, table, source.name)
  const footer = await file.slice(table.footer.offset, table.bytes)
  const names = Object.keys(schema)
  const rows = await decoded(source.name, async () => {
    const metadata = parquetMetadata(footer, { geoparquet: false })
    if (Number(metadata.num_rows) !== table.rows)
      throw new Error(`${metadata.num_rows} rows, the manifest says ${table.rows}`)
    const compressors = {
      ZSTD: (input: Uint8Array, length: number) => decompress(input, new Uint8Array(length)),
    }
    return parquetReadObjects({ file, metadata, columns: names, rowStart: from, rowEnd: to, compressors })
  })
  const data = names.map((name) => [name, valuesOf(rows, name, schema[name]!, source.name)] as const)
  return { rows: rows.length, data: Object.fromEntries(data) }
}

/** The file as hyparquet wants it. A stretch is asked for when a byte of it is wanted, once, and passed on if its hash is right. */
export function verified(source: ByteSource, table: Table): AsyncBuffer {
  const stretches = [...table.rowGroups, table.footer]
  checkCover(stretches, table, source.name)
  const kept = new Map<Bytes, Promise<Uint8Array>>()
  const load = (stretch: Bytes) => {
    const one = kept.get(stretch) ?? loadOne(source, stretch, nameOf(stretch, table))
    kept.set(stretch, one)
    return one
  }
  return {
    byteLength: table.bytes,
    async slice(start, end = table.bytes) {
      const out = new Uint8Array(Math.max(0, end - start))
      const wanted = stretches.filter(({ offset, bytes }) => offset < end && offset + bytes > start)
      const parts = await Promise.all(wanted.map(load))
      for (const [i, { offset, bytes }] of wanted.entries()) {
        const [first, last] = [Math.max(start, offset), Math.min(end, offset + bytes)]
        out.set(parts[i]!.subarray(first - offset, last - offset), first - start)
      }
      return out.buffer
    },
  }
}

/** Hex SHA-256 by WebCrypto. */
export async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (globalThis.crypto?.subtle === undefined)
    throw new UserError(
      'hashes cannot be checked here: browsers give SHA-256 only to pages from https, localhost or a file',
    )
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function loadOne(
  source: ByteSource,
  { offset, bytes, sha256 }: Bytes,
  name: string,
): Promise<Uint8Array> {
  const found = await source.read(offset, bytes)
  const subject = `${source.name}: ${name}`
  if (found.length !== bytes) throw new UserError(`${subject} has ${found.length} bytes, expected ${bytes}`)
  const hash = await digest(found)
  if (hash === sha256) return found
  throw new UserError(
    `${subject} has the sha256 ${short(hash)}, expected ${short(sha256)}. The file is damaged or not the one that was published`,
  )
}

async function checkWhole(file: AsyncBuffer, table: Table, name: string): Promise<void> {
  const hash = await digest(new Uint8Array(await file.slice(0, table.bytes)))
  if (hash !== table.sha256)
    throw new UserError(`${name}: the sha256 of the whole is ${short(hash)}, expected ${short(table.sha256)}`)
}

/** Stretches lie end to end: a byte that belongs to none could be anything. */
function checkCover(stretches: readonly Bytes[], table: Table, name: string): void {
  let at = 0
  for (const stretch of stretches) {
    if (stretch.offset !== at)
      throw new UserError(
        `${name}: the manifest's ${nameOf(stretch, table)} begins at ${stretch.offset}, expected ${at}`,
      )
    at += stretch.bytes
  }
  if (at !== table.bytes) throw new UserError(`${name}: the manifest covers ${at} bytes of ${table.bytes}`)
}

function nameOf(stretch: Bytes, { rowGroups }: Table): string {
  const group = rowGroups.indexOf(stretch)
  return group < 0 ? 'footer' : `row group ${group}`
}

/** What hyparquet throws becomes a sentence; ours pass. */
async function decoded<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`${name}: not a Parquet file that can be read (${(error as Error).message})`)
  }
}

const KINDS = { f32: Float32Array, f64: Float64Array, i32: Int32Array, i64: BigInt64Array }

/** Row objects → one column. A value that does not fit the column is a mistake of whoever wrote the file. */
function valuesOf(
  rows: readonly Record<string, unknown>[],
  name: string,
  column: Column,
  file: string,
): Values {
  const { type, shape } = column
  const cells = rows.map((row) => row[name])
  const fail = (row: number) =>
    new UserError(`${file}: column '${name}' of row ${row} does not fit ${type} [${shape}]`)
  if (type === 'utf8') return cells.map((cell, row) => (typeof cell === 'string' ? cell : raise(fail(row))))
  if (shape.includes('*'))
    return cells.map((cell, row) => (isList(cell) ? Int32Array.from(cell as number[]) : raise(fail(row))))
  const width = widthOf(shape)
  const out = new KINDS[type](rows.length * width)
  for (const [row, cell] of cells.entries()) {
    const values = shape.length === 0 ? [cell] : cell
    if (
      !isList(values) ||
      values.length !== width ||
      typeof values[0] !== (type === 'i64' ? 'bigint' : 'number')
    )
      throw fail(row)
    out.set(values as ArrayLike<number> & ArrayLike<bigint>, row * width)
  }
  return out
}

function isList(cell: unknown): cell is ArrayLike<unknown> {
  return Array.isArray(cell) || (ArrayBuffer.isView(cell) && !(cell instanceof DataView))
}

function raise(error: Error): never {
  throw error
}

function short(hash: string): string {
  return `${hash.slice(0, 12)}…`
}
