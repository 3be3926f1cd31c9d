/**
 * A text file as lines and records, in a stream: UTF-8 with or without BOM, LF or CRLF, plain or gzip. A carriage
 * return that ends no line is a letter; a file whose first line has one outside quotes is refused (`checkReturns`),
 * for it is one whose lines end with nothing else.
 *
 * In files separated by `,` or `;` a field that begins with `"` runs to the closing quote and may hold separators,
 * line ends and doubled quotes (RFC 4180). In all others a quote is a letter like any other, as the tools that
 * write them have it. Blank lines are skipped; every record knows the line that it begins on, counted from 1.
 */
import { createReadStream, type ReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { UserError } from '../../io/errors.ts'

export type Separator = '\t' | '::' | ',' | ';' | '|' | ' '

export interface Block {
  line: number // of the first text
  texts: string[]
}
export interface Row {
  line: number
  fields: string[]
}

const LONGEST = 1 << 26 // characters in a line: a file without line ends is no log

/** Told how many bytes of the file have been read, compressed or not. */
export type Read = (bytes: number) => void

/** Lines in blocks of about a megabyte, blank ones included, up to their LF: those of a CRLF file end with a CR. */
export async function* readLines(path: string, read?: Read): AsyncIterable<Block> {
  const name = basename(path)
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  let line = 1
  const decode = (bytes?: Uint8Array) => {
    const text = attempt(() => decoder.decode(bytes, { stream: bytes !== undefined }))
    if (text === null || text.includes('\0')) {
      throw new UserError(`${name}: not UTF-8 text near line ${line}, expected CSV, TSV, text or Parquet`)
    }
    return rest + text
  }
  for await (const bytes of await openBytes(path, () => line, read)) {
    const texts = decode(bytes).split('\n')
    rest = texts.pop()!
    if (rest.length > LONGEST) {
      checkReturns(name, line + texts.length, rest)
      throw new UserError(`${name}: line ${line + texts.length} is too long for a log`)
    }
    if (texts.length > 0) yield { line, texts }
    line += texts.length
  }
  rest = decode()
  if (rest !== '') yield { line, texts: [rest] }
}

/** Records in blocks. A record of one space-separated line has no empty fields; in all others fields may be empty. */
export async function* readRecords(path: string, separator: Separator, read?: Read): AsyncIterable<Row[]> {
  const quoted = separator === ',' || separator === ';'
  let opened: { line: number; text: string } | null = null
  for await (const { line, texts } of readLines(path, read)) {
    const rows: Row[] = []
    for (let t = 0; t < texts.length; t++) {
      const raw: string = opened === null ? texts[t]! : `${opened.text}\n${texts[t]}`
      const start: number = opened === null ? line + t : opened.line
      opened = null
      const text = withoutReturn(raw)
      if (text.trim() === '') continue
      const fields = quoted ? splitQuoted(text, separator) : splitPlain(text, separator)
      if (fields !== null) rows.push({ line: start, fields })
      else opened = checkOpen(path, { line: start, text: raw }) // its CR is a letter of the field that goes on
    }
    yield rows
  }
  if (opened !== null) throw unclosed(path, opened.line)
}

/** Fields of one line; null when a quote is left open. */
export function splitQuoted(text: string, separator: string): string[] | null {
  if (!text.includes('"')) return text.split(separator)
  const fields: string[] = []
  let at = 0
  for (;;) {
    let field = ''
    if (text[at] === '"') {
      const end = closingQuote(text, at + 1)
      if (end < 0) return null
      field = text.slice(at + 1, end).replaceAll('""', '"')
      at = end + 1
    }
    const next = text.indexOf(separator, at)
    fields.push(field + text.slice(at, next < 0 ? undefined : next))
    if (next < 0) return fields
    at = next + separator.length
  }
}

export function splitPlain(text: string, separator: Separator): string[] {
  return separator === ' ' ? text.trim().split(/ +/) : text.split(separator)
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2)
  return at
}

/** A quote may stay open over line ends, but not for ever: joining lines is quadratic. */
function checkOpen(path: string, start: { line: number; text: string }): { line: number; text: string } {
  if (start.text.length > 1 << 16) throw unclosed(path, start.line)
  return start
}

function unclosed(path: string, line: number): UserError {
  return new UserError(`${basename(path)}: line ${line}: a quote is opened and not closed`)
}

/** A line without the CR of its CRLF. */
export function withoutReturn(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

/** Of the first line alone: further on a bare CR may well be a letter of an id. */
export function checkReturns(name: string, line: number, text: string): void {
  const unquoted = withoutReturn(text).replace(/"[^"]*"?/g, '')
  if (!unquoted.includes('\r')) return
  const mend = String.raw`Write it anew with: tr '\r' '\n'`
  throw new UserError(
    `${name}: line ${line} has bare carriage returns (CR), expected line ends LF or CRLF. ${mend}`,
  )
}

async function openBytes(
  path: string,
  line: () => number,
  read: Read = () => {},
): Promise<AsyncIterable<Uint8Array>> {
  const source = createReadStream(path, { highWaterMark: 1 << 20 })
  const isGzip = (await firstBytes(path, 2)) === '\x1f\x8b'
  const bytes = isGzip ? (pipeline(source, createGunzip(), () => {}) as unknown as Readable) : source
  return toldOf(bytes, source, basename(path), line, read)
}

async function* toldOf(
  bytes: Readable,
  source: ReadStream,
  name: string,
  line: () => number,
  read: Read,
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of bytes) {
      read(source.bytesRead)
      yield chunk
    }
  } catch (error) {
    if (bytes === source) throw error
    throw new UserError(`${name}: damaged gzip near line ${line()} (${(error as Error).message})`)
  }
}

/** The first bytes of a file, one character each. */
export async function firstBytes(path: string, length: number): Promise<string> {
  const handle = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

function attempt<T>(f: () => T): T | null {
  try {
    return f()
  } catch {
    return null
  }
}
