/**
 * A log of the user's, whatever its form (format.ts has the rules), as events in the order of the file, into a sink.
 *
 * The place in the file orders events whose times are equal. time: 0 everywhere in a file without times (`hasTime` false).
 * Ids are any texts and are kept letter by letter.
 * A row that cannot be read stops everything, with its line: no row is ever dropped in silence. Times may be negative.
 */
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Columns, Context } from '../../contracts.ts'
import { type Duckdb, identifier, quote } from '../../io/duckdb.ts'
import { UserError } from '../../io/errors.ts'
import { detect, type Format, HINT, namedColumns } from './format.ts'
import { jsonReader } from './json-lines.ts'
import { firstBytes, type Read, type Row, readLines, readRecords } from './records.ts'
import { type Kind, type Moment, parseTime } from './times.ts'

export interface Parsed {
  format: 'table' | 'lists' | 'json' | 'parquet'
  hasTime: boolean
}

/** The table of a sink that is one; ordinal: the place in the file, from 0. */
export const EVENTS = 'events("user" VARCHAR, item VARCHAR, time BIGINT, ordinal BIGINT)'

/** Where the events go, in their order. */
export interface Sink {
  append(events: Columns): Promise<void> // user, item, time
  /** `rows` events that the database finds itself; `select` gives those from ≤ place < to, with their place. */
  insert(select: (from: number, to: number) => string, rows: number): Promise<void>
}

type World = Pick<Context, 'signal'> & Partial<Pick<Context, 'progress'>>

/** What was given to the sink before a row that cannot be read is the caller's to throw away. `known`: the columns of a table without a header, where its source is known. */
export async function parseInto(
  db: Duckdb,
  path: string,
  sink: Sink,
  ctx: World,
  known?: Format,
): Promise<Parsed> {
  let events = 0
  const counted: Sink = {
    append(columns) {
      events += columns.rows
      return sink.append(columns)
    },
    insert(select, rows) {
      events += rows
      return sink.insert(select, rows)
    },
  }
  const isParquet = (await firstBytes(path, 4)) === 'PAR1'
  const parsed = isParquet
    ? await parseParquet(db, path, counted)
    : await parseText(path, counted, ctx, known)
  if (events > 0) return parsed
  throw new UserError(`${basename(path)}: no interactions, expected lines of user item [timestamp]`)
}

async function parseText(
  path: string,
  sink: Sink,
  { signal, progress = () => {} }: World,
  known: Format | undefined,
): Promise<Parsed> {
  const name = basename(path)
  const { size } = await stat(path)
  let bytes = 1
  let done = 0
  const take = async (events: Events) => {
    signal.throwIfAborted()
    await sink.append(columnsOf(events))
    done += events.users.length
    progress(done, Math.max(done, Math.round((done * size) / bytes)), 'rows') // the total is a guess by bytes
  }
  const read = (count: number) => void (bytes = Math.max(1, count))
  const head = await headOf(path)
  if (head[0]?.trimStart().startsWith('{')) return parseJsonLines(path, take, read)
  const format = known ?? detect(name, head)
  const lists = known === undefined && format.separator === ' ' && !format.header && (await isLists(path))
  const eventsOf = lists ? listReader(name) : tableReader(name, format)
  let header = format.header // still to come: it is the first record, which blank lines may precede
  for await (const rows of readRecords(path, format.separator, read)) {
    await take(eventsOf(header ? rows.slice(1) : rows))
    header &&= rows.length === 0
  }
  return { format: lists ? 'lists' : 'table', hasTime: !lists && format.time !== null }
}

async function parseJsonLines(
  path: string,
  take: (events: Events) => Promise<void>,
  read: Read,
): Promise<Parsed> {
  const eventsOf = jsonReader(basename(path))
  let hasTime = false
  for await (const block of readLines(path, read)) {
    const events = eventsOf(block)
    hasTime ||= events.hasTime
    await take(events)
  }
  return { format: 'json', hasTime }
}

export interface Events {
  users: string[]
  items: string[]
  times: bigint[]
}

function tableReader(name: string, format: Format): (rows: readonly Row[]) => Events {
  let kind: Kind | null = null
  const { user, item, time } = format
  return (rows) => {
    const events: Events = { users: [], items: [], times: [] }
    for (const row of rows) {
      checkFields(name, row, format)
      events.users.push(row.fields[user]!)
      events.items.push(row.fields[item]!)
      const moment = time === null ? null : momentOf(name, row, time, kind)
      kind = moment?.kind ?? null
      events.times.push(moment?.value ?? 0n)
    }
    return events
  }
}

/** The time of a row, of the same kind as those before it. */
function momentOf(name: string, { line, fields }: Row, at: number, kind: Kind | null): Moment {
  const moment = parseTime(fields[at]!)
  if (moment !== null && (kind === null || moment.kind === kind)) return moment
  const what = moment === null ? 'is not a time' : `is a ${moment.kind}, the lines before have ${kind}s`
  const hint = line === 1 ? `. Is line 1 a header? ${HINT}` : ''
  throw new UserError(
    `${name}: line ${line}: '${fields[at]}' ${what}, expected an integer or an ISO date${hint}`,
  )
}

function checkFields(name: string, { line, fields }: Row, { width, user, item, time }: Format): void {
  if (fields.length !== width) {
    throw new UserError(`${name}: line ${line} has ${fields.length} fields, expected ${width} like line 1`)
  }
  if (isBlank(fields[user]!)) throw new UserError(`${name}: line ${line}: the user is missing`)
  if (isBlank(fields[item]!)) throw new UserError(`${name}: line ${line}: the item is missing`)
  if (time !== null && isBlank(fields[time]!))
    throw new UserError(`${name}: line ${line}: the timestamp is missing`)
}

function isBlank(text: string): boolean {
  return text.trim() === ''
}

function listReader(name: string): (rows: readonly Row[]) => Events {
  return (rows) => {
    const events: Events = { users: [], items: [], times: [] }
    for (const { line, fields } of rows) {
      const [user, ...items] = fields
      if (items.length === 0) throw new UserError(`${name}: line ${line} has a user and no items`)
      for (const item of items) {
        events.users.push(user!)
        events.items.push(item)
        events.times.push(0n)
      }
    }
    return events
  }
}

function columnsOf({ users, items, times }: Events): Columns {
  const data = { user: users, item: items, time: BigInt64Array.from(times) }
  return { rows: users.length, data }
}

/** Up to 100 lines to decide by. */
async function headOf(path: string): Promise<string[]> {
  const head: string[] = []
  for await (const { texts } of readLines(path)) {
    head.push(...texts.filter((text) => text.trim() !== '').slice(0, 100 - head.length))
    if (head.length === 100) break
  }
  return head
}

/** One user per line: lines of different lengths, or longer than `user item timestamp rating`. */
async function isLists(path: string): Promise<boolean> {
  const widths = new Set<number>()
  for await (const rows of readRecords(path, ' ')) {
    for (const { fields } of rows) widths.add(fields.length)
    if (widths.size > 1) return true
  }
  return [...widths].some((width) => width > 4)
}

async function parseParquet(db: Duckdb, path: string, sink: Sink): Promise<Parsed> {
  const name = basename(path)
  const source = `read_parquet(${quote(path)}, file_row_number = true)`
  const described = await db.rows(`DESCRIBE SELECT * FROM ${source}`).catch((error: Error) => {
    throw new UserError(`${name}: not readable as Parquet (${error.message.split('\n')[0]})`)
  })
  const names = described.map((row) => String(row.column_name))
  const { user, item, time } = namedColumns(names)
  if (user === null || item === null) {
    throw new UserError(`${name}: no columns named user and item (got ${names.slice(0, -1).join(', ')})`)
  }
  const moment =
    time === null ? '0' : momentSql(identifier(names[time]!), String(described[time]!.column_type))
  const text = (at: number) => `CAST(${identifier(names[at]!)} AS VARCHAR)`
  const rows = `SELECT ${text(user)} AS "user", ${text(item)} AS item, ${moment} AS time, file_row_number AS place FROM ${source}`
  const bad = `"user" IS NULL OR trim("user") = '' OR item IS NULL OR trim(item) = '' OR time IS NULL`
  const found = await db
    .rows(`SELECT count(*) AS n, min(place) FILTER (${bad}) + 1 AS at FROM (${rows})`)
    .catch((error: Error) => {
      throw new UserError(`${name}: not readable as Parquet (${error.message.split('\n')[0]})`)
    })
  const { n, at } = found[0]!
  if (at !== null) throw new UserError(`${name}: row ${at} lacks a user, an item or a readable time`)
  const select = (from: number, to: number) =>
    `SELECT * FROM (${rows}) WHERE place >= ${from} AND place < ${to} ORDER BY place`
  await sink.insert(select, Number(n))
  return { format: 'parquet', hasTime: time !== null }
}

/** The rules of times.ts in SQL; NULL for what cannot be read. */
function momentSql(column: string, type: string): string {
  if (/^(DATE|TIMESTAMP)/.test(type)) return `CAST(floor(epoch(${column})) AS BIGINT)`
  if (/^(FLOAT|DOUBLE|DECIMAL)/.test(type)) return `TRY_CAST(floor(${column}) AS BIGINT)`
  if (type === 'VARCHAR') {
    return `coalesce(TRY_CAST(${column} AS BIGINT), CAST(floor(epoch(TRY_CAST(${column} AS TIMESTAMP))) AS BIGINT))`
  }
  return `TRY_CAST(${column} AS BIGINT)`
}
