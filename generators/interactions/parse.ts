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
import { detect, type Format, HINT, namedColumns, timedWidth } from './format.ts'
import { jsonReader } from './json-lines.ts'
import {
  checkReturns,
  firstBytes,
  type Read,
  type Row,
  readLines,
  readRecords,
  withoutReturn,
} from './records.ts'
import { blankSql, type Kind, type Moment, parseTime, timeSql, trimSql } from './times.ts'

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

type World = Pick<Context, 'signal'> & Partial<Pick<Context, 'progress' | 'log'>> // the log is told which form was found

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
    ? await parseParquet(db, path, counted, ctx)
    : await parseText(path, counted, ctx, known)
  if (events > 0) return parsed
  throw new UserError(`${basename(path)}: no interactions, expected lines of user item [timestamp]`)
}

async function parseText(
  path: string,
  sink: Sink,
  { signal, progress = () => {}, log = () => {} }: World,
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
  if (head[0]?.trimStart().startsWith('{')) return parseJsonLines(path, take, read, log)
  const format = known ?? detect(name, head)
  const unsure = known === undefined && format.separator === ' ' && !format.header
  const lists = unsure && timedWidth(head) === null && (await isLists(path))
  log(`${name}: read as ${lists ? 'one user per line, without times' : described(format)}`)
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
  log: (line: string) => void,
): Promise<Parsed> {
  const name = basename(path)
  const eventsOf = jsonReader(name)
  let hasTime = false
  for await (const block of readLines(path, read)) {
    const events = eventsOf(block)
    hasTime ||= events.hasTime
    await take(events)
  }
  log(`${name}: read as JSON lines, ${hasTime ? 'with' : 'without'} times`)
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

function checkFields(name: string, { line, fields }: Row, format: Format): void {
  const { width, user, item, time } = format
  if (fields.length !== width) {
    const like = format.separator === ' ' && !format.header ? RAGGED : 'line 1'
    throw new UserError(`${name}: line ${line} has ${fields.length} fields, expected ${width} like ${like}`)
  }
  if (isBlank(fields[user]!)) throw new UserError(`${name}: line ${line}: the user is missing`)
  if (isBlank(fields[item]!)) throw new UserError(`${name}: line ${line}: the item is missing`)
  if (time !== null && isBlank(fields[time]!))
    throw new UserError(`${name}: line ${line}: the timestamp is missing`)
}

const RAGGED =
  'most of the first lines. If each line is a user and items, write the items as words (i7 for 7)'

function described({ header, user, item, time }: Format): string {
  const times = time === null ? 'no times' : `time in ${time + 1}`
  return `a table ${header ? 'with' : 'without'} a header: user in column ${user + 1}, item in ${item + 1}, ${times}`
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
  for await (const { line, texts } of readLines(path)) {
    for (let t = 0; t < texts.length && head.length < 100; t++) {
      const text = withoutReturn(texts[t]!)
      if (text.trim() === '') continue
      if (head.length === 0) checkReturns(basename(path), line + t, text)
      head.push(text)
    }
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

async function parseParquet(
  db: Duckdb,
  path: string,
  sink: Sink,
  { log = () => {} }: World,
): Promise<Parsed> {
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
  const columns = [user, item, ...(time === null ? [] : [time])].map((at) => names[at]!)
  log(`${name}: read as Parquet, columns ${columns.join(', ')}`)
  const moment = time === null ? NEVER : momentSql(columns[2]!, String(described[time]!.column_type))
  const [userSql, itemSql] = columns.map((column) => `CAST(${identifier(column)} AS VARCHAR)`)
  const cells = `SELECT ${userSql} AS "user", ${itemSql} AS item, ${moment.cell} AS cell, file_row_number AS place FROM ${source}`
  const rows = (more = '') => `SELECT "user", item, ${moment.value} AS time, place${more} FROM (${cells})`
  const bad = `"user" IS NULL OR ${blankSql('"user"')} OR item IS NULL OR ${blankSql('item')} OR time IS NULL`
  const first = (what: string) => `min(place) FILTER (${what}) + 1`
  const kinds = `${first("kind = 'number'")} AS numbers, ${first("kind = 'date'")} AS dates`
  const found = await db
    .rows(`SELECT count(*) AS n, ${first(bad)} AS at, ${kinds} FROM (${rows(`, ${moment.kind} AS kind`)})`)
    .catch((error: Error) => {
      throw new UserError(`${name}: not readable as Parquet (${error.message.split('\n')[0]})`)
    })
  const { n, at, numbers, dates } = found[0]!
  if (at !== null) throw new UserError(`${name}: row ${at} lacks a user, an item or a readable time`)
  if (numbers !== null && dates !== null) {
    const [row, kind, other] = dates! > numbers! ? [dates, 'date', 'numbers'] : [numbers, 'number', 'dates']
    throw new UserError(`${name}: row ${row}: the time is a ${kind}, the rows before have ${other}`)
  }
  const select = (from: number, to: number) =>
    `SELECT * FROM (${rows()}) WHERE place >= ${from} AND place < ${to} ORDER BY place`
  await sink.insert(select, Number(n))
  return { format: 'parquet', hasTime: time !== null }
}

/** How a cell is read, and the moment in it: NULL for what cannot be read. Texts go by the rules of times.ts. */
interface MomentSql {
  cell: string
  value: string
  kind: string
}
const NEVER: MomentSql = { cell: '0', value: 'cell', kind: "'number'" }

function momentSql(name: string, type: string): MomentSql {
  const column = identifier(name)
  if (type === 'VARCHAR') return { cell: trimSql(column), ...timeSql('cell') }
  const number = /^(DATE|TIMESTAMP)/.test(type) ? `epoch(${column})` : column
  const whole = /^(DATE|TIMESTAMP|FLOAT|DOUBLE|DECIMAL)/.test(type) ? `floor(${number})` : number
  return { ...NEVER, cell: `TRY_CAST(${whole} AS BIGINT)` }
}
