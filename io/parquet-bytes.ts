/**
 * The bytes of a Parquet file, as opposed to its values: which stretches they fall into, their hashes, their order.
 *
 * Every byte belongs to exactly one stretch: a row group runs from its first page to the first page of the next
 * (the first one begins at 0, with the four magic bytes); the footer runs from the last page to the end of the file
 * and so holds the indexes, the metadata, its length and the closing magic. A Parquet reader notices none of
 * 989 in 1,000 flipped bits; with these hashes all are noticed before a value is used.
 */
import type { FileMetaData } from 'hyparquet'
import type { Bytes, Table } from '../contracts.ts'
import { UserError } from './errors.ts'
import { sha256 } from './files.ts'

/** Row groups and footer of a file with this metadata. */
export function stretches(bytes: Uint8Array, metadata: FileMetaData): Pick<Table, 'rowGroups' | 'footer'> {
  const spans = metadata.row_groups.filter((group) => group.columns.length > 0).map(spanOf)
  const ends = spans.map(([, end], i) => spans[i + 1]?.[0] ?? end)
  const rowGroups = ends.map((end, i) => stretch(bytes, i === 0 ? 0 : ends[i - 1]!, end))
  return { rowGroups, footer: stretch(bytes, ends.at(-1) ?? 0, bytes.length) }
}

/** First and last byte of a row group's pages. */
export function spanOf(group: FileMetaData['row_groups'][number]): [from: number, to: number] {
  let [from, to] = [Number.POSITIVE_INFINITY, 0]
  for (const { meta_data } of group.columns) {
    if (meta_data === undefined)
      throw new UserError('a Parquet file with its columns in other files is not read')
    const { data_page_offset, dictionary_page_offset, total_compressed_size } = meta_data
    const start = Math.min(Number(data_page_offset), Number(dictionary_page_offset || data_page_offset))
    from = Math.min(from, start)
    to = Math.max(to, start + Number(total_compressed_size))
  }
  return [from, to]
}

/** The first way in which `bytes` are not those of `table`, as a sentence; null when every byte is right. */
export function mismatch(bytes: Uint8Array, table: Table, subject: string): string | null {
  if (bytes.length !== table.bytes)
    return `${subject}: has ${bytes.length} bytes, the manifest says ${table.bytes}. ${DAMAGED}`
  const all = [...table.rowGroups, table.footer]
  let at = 0
  for (const [i, { offset, bytes: size, sha256: expected }] of all.entries()) {
    const name = i < table.rowGroups.length ? `row group ${i}` : 'footer'
    if (offset !== at) return `${subject}: the manifest's ${name} begins at byte ${offset}, expected ${at}`
    at += size
    const found = sha256(bytes.subarray(offset, at))
    if (found !== expected)
      return `${subject}: sha256 of ${name} is ${short(found)}, the manifest says ${short(expected)}. ${DAMAGED}`
  }
  return at === table.bytes ? null : `${subject}: the manifest covers ${at} bytes of ${table.bytes}`
}

const DAMAGED = 'The file is damaged or not the one that was published'

/**
 * Puts the key-value entries of a footer into the order of their keys, in place. The writer keeps them in a hash
 * map seeded anew in every process, so that without this equal input would give other bytes every time.
 * An entry in Thrift's compact protocol: field 1, key, field 2, value, stop.
 */
export function sortEntries(file: Uint8Array, metadata: { readonly [key: string]: string }): void {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  const from = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
  const keys = Object.keys(metadata).sort()
  const entries = keys.map((key) => Buffer.concat([text(key), text(metadata[key]!), Buffer.of(0)]))
  const found = entries.map((entry) => bytes.lastIndexOf(entry))
  const first = Math.min(...found)
  const run = Buffer.concat(
    found
      .map((_, i) => i)
      .sort((a, b) => found[a]! - found[b]!)
      .map((i) => entries[i]!),
  )
  if (first < from || !bytes.subarray(first, first + run.length).equals(run))
    throw new Error('sortEntries: the metadata of the footer are not where they were expected')
  Buffer.concat(entries).copy(bytes, first)
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  const size: number[] = []
  let rest = bytes.length
  for (; rest > 127; rest = Math.floor(rest / 128)) size.push((rest & 127) | 128)
  return Buffer.concat([Buffer.of(0x18, ...size, rest), bytes])
}

function stretch(bytes: Uint8Array, from: number, to: number): Bytes {
  return { offset: from, bytes: to - from, sha256: sha256(bytes.subarray(from, to)) }
}

function short(hash: string): string {
  return `${hash.slice(0, 12)}…`
}
