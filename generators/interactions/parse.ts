/**
 * A log of the user's, whatever its form (format.ts has the rules), into the table
 * `events("user" VARCHAR, item VARCHAR, time BIGINT, ordinal BIGINT)`.
 *
 * ordinal: the place in the file, from 0; it orders events whose times are equal. time: 0 everywhere in a file
 * without times (`hasTime` false). Ids are any texts and are kept letter by letter.
 * A row that cannot be read stops everything, with its line: no row is ever dropped in silence.
 */
import { basename } from 'node:path'
import type { Columns, Context } from '../../contracts.ts'
import { type Duckdb, identifier, quote } from '../../io/duckdb.ts'
import { UserError } from '../../io/errors.ts'
import { detect, type Format, HINT, namedColumns } from './format.ts'
import { firstBytes, type Row, readLines, readRecords } from './records.ts'
import { type Kind, type Moment, parseTime } from './times.ts'

export interface Parsed {
  format: 'table' | 'lists' | 'parquet'
  hasTime: boolean
}

export const EVENTS = 'events("user" VARCHAR, item VARCHAR, time BIGINT, ordinal BIGINT)'

export async function parseLog(db: Duckdb, path: string, ctx: Pick<Context, 'signal'>): Promise<Parsed> {
  const parse = (await firstBytes(path, 4)) === 'PAR1' ? parseParquet : parseText
  return db.transaction(async () => {
    await db.run(`CREATE TABLE ${EVENTS}`)
    const parsed = await parse(db, path, ctx)
    if ((await db.count('SELECT count(*) FROM events')) > 0) return parsed
    throw new UserError(`${basename(path)}: no interactions, expected lines of user item [timestamp]`)
  })
}

async function parseText(db: Duckdb, path: string, { signal }: Pick<Context, 'signal'>): Promise<Parsed> {
  const name = basename(path)
  const format = detect(name, await headOf(path))
  const lists = format.separator === ' ' && !format.header && (await isLists(path))
  const read = lists ? listReader(name) : tableReader(name, format)
  let ordinal = 0n
  let header = format.header // still to come: it is the first record, which blank lines may precede
  for await (const rows of readRecords(path, format.separator)) {
    signal.throwIfAborted()
    const events = read(header ? rows.slice(1) : rows)
    header &&= rows.length === 0
    const ordinals = BigInt64Array.from(events.users, () => ordinal++)
    await db.append('events', columnsOf(events, ordinals))
  }
  return { format: lists ? 'lists' : 'table', hasTime: !lists && format.time !== null }
}

interface Events {
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

function columnsOf({ users, items, times }: Events, ordinal: BigInt64Array): Columns {
  const data = { user: users, item: items, time: BigInt64Array.from(times), ordinal }
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

async function parseParquet(db: Duckdb, path: string): Promise<Parsed> {
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
  const read = `SELECT ${text(user)}, ${text(item)}, ${moment}, file_row_number FROM ${source} ORDER BY file_row_number`
  await db.run(`INSERT INTO events ${read}`).catch((error: Error) => {
    throw new UserError(`${name}: not readable as Parquet (${error.message.split('\n')[0]})`)
  })
  const bad = `"user" IS NULL OR "user" = '' OR item IS NULL OR item = '' OR time IS NULL`
  const [first] = await db.rows(`SELECT min(ordinal) + 1 AS at FROM events WHERE ${bad}`)
  if (first?.at !== null)
    throw new UserError(`${name}: row ${first?.at} lacks a user, an item or a readable time`)
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
