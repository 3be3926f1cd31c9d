/**
 * A few rows of a Parquet file on a server, by range requests: the footer, then the row groups that hold them.
 *
 * Where a manifest.json beside the file lists it, both are fetched as the stretches whose hashes the manifest has, and
 * checked before anything is decoded. Elsewhere hyparquet takes what it needs, and nothing is checked: a page may be
 * damaged without a word. hyparquet decodes, since parquet-wasm wants the whole file; hostile files can crash it, so call
 * this in a process that may die (pipelines/guard.ts).
 */
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { Json, Schema, Table } from '../contracts.ts'
import type { ByteSource } from './byte-source.ts'
import { type Access, readRange, readUrl } from './download.ts'
import { UserError } from './errors.ts'
import { MANIFEST, parseManifest } from './manifest.ts'
import { verified } from './parquet-ranges.ts'
import { schemaIn } from './schema.ts'

export interface RemoteRows {
  rows: number // of the file
  rowGroups: number
  size: number // bytes of the file
  schema: Schema | null
  first: readonly { readonly [column: string]: Json }[] // bigints as text
  requests: number
  bytes: number // fetched
  unchecked: string | null // why no byte was checked; null: all were
}

export async function readRemote(url: string, count: number, access: Access): Promise<RemoteRows> {
  const wire = counting(access)
  const beside = await tableBeside(url, wire)
  const table = typeof beside === 'string' ? null : beside
  const file = table === null ? await plainFile(url, wire) : verified(sourceAt(url, table, wire), table)
  const metadata = await parquetMetadataAsync(file, {
    initialFetchSize: table?.footer.bytes ?? TAIL,
    geoparquet: false,
  })
  const rowEnd = Math.min(count, Number(metadata.num_rows))
  const first =
    rowEnd === 0 ? [] : await parquetReadObjects({ file, metadata, rowStart: 0, rowEnd, compressors })
  return {
    rows: Number(metadata.num_rows),
    rowGroups: metadata.row_groups.length,
    size: file.byteLength,
    schema: schemaIn(entriesOf(metadata), url.split('/').at(-1)!),
    first: first.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])),
    ),
    requests: wire.requests,
    bytes: wire.bytes,
    unchecked: typeof beside === 'string' ? beside : null,
  }
}

const TAIL = 1 << 16

interface Wire {
  requests: number
  bytes: number
  range(url: string, span: readonly [number, number?]): ReturnType<typeof readRange>
  whole(url: string): Promise<Buffer>
}

function counting(access: Access): Wire {
  const wire: Wire = {
    requests: 0,
    bytes: 0,
    async range(url, span) {
      wire.requests++
      const got = await readRange(url, span, access)
      wire.bytes += got.bytes.length
      return got
    },
    async whole(url) {
      wire.requests++
      const got = await readUrl(url, { ...access, attempts: 2 })
      wire.bytes += got.length
      return got
    },
  }
  return wire
}

/** What the manifest beside a file says of it; or why nothing can be checked. */
async function tableBeside(url: string, wire: Wire): Promise<Table | string> {
  const place = new URL(MANIFEST, url).href
  const name = new URL(url).pathname.split('/').at(-1)
  try {
    const { shards, tables } = parseManifest((await wire.whole(place)).toString('utf8'), place)
    const found = [...shards, ...tables].find(({ path }) => path === name)
    return found ?? `${MANIFEST} beside it does not list it`
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
}

function sourceAt(url: string, table: Table, wire: Wire): ByteSource {
  return {
    name: table.path,
    async read(offset, bytes) {
      const got = await wire.range(url, [offset, offset + bytes])
      if (got.total === table.bytes) return new Uint8Array(got.bytes)
      throw new UserError(`${table.path}: has ${got.total} bytes, the manifest beside it says ${table.bytes}`)
    },
  }
}

async function plainFile(url: string, wire: Wire): Promise<AsyncBuffer> {
  const tail = await wire.range(url, [-TAIL])
  const begins = tail.total - tail.bytes.length
  return {
    byteLength: tail.total,
    async slice(from, to = tail.total) {
      if (from >= begins) return arrayBuffer(tail.bytes.subarray(from - begins, to - begins))
      return arrayBuffer((await wire.range(url, [from, to])).bytes)
    },
  }
}

function arrayBuffer(bytes: Buffer): ArrayBuffer {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
}

function entriesOf({ key_value_metadata: entries = [] }: FileMetaData): Record<string, string> {
  return Object.fromEntries(entries.map(({ key, value }) => [key, value ?? '']))
}

/** As JSON holds it: 64-bit integers, and what is not finite, as text. */
function plain(value: unknown): Json {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value as ArrayLike<unknown>, plain)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
