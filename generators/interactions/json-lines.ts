/**
 * A log in JSON lines: an object a line, whose keys name user, item and, if any, time by the rules of a header
 * (format.ts), read off line 1: all lines have its key of times, or none has one. Ids are Unicode texts or whole
 * numbers that a double holds; times are numbers, as far as a double holds them (nanoseconds since 1970 are rounded
 * to 256: write those as texts), or texts of times.ts.
 */
import { UserError } from '../../io/errors.ts'
import { namedColumns } from './format.ts'
import type { Events } from './parse.ts'
import type { Block } from './records.ts'
import { type Kind, type Moment, parseTime } from './times.ts'

interface Keys {
  user: string
  item: string
  time: string | null
  line: number // that they were read off
  others: Set<string> // keys known to name no time, where `time` is null
}

/** Reads blocks of lines in turn. */
export function jsonReader(name: string): (block: Block) => Events & { hasTime: boolean } {
  let keys: Keys | null = null
  let kind: Kind | null = null
  return ({ line: first, texts }) => {
    const events: Events = { users: [], items: [], times: [] }
    for (const [t, text] of texts.entries()) {
      if (text.trim() === '') continue
      const subject = `${name}: line ${first + t}`
      const row = parse(subject, text)
      keys ??= keysOf(subject, row, first + t)
      events.users.push(idOf(subject, row, keys.user))
      events.items.push(idOf(subject, row, keys.item))
      if (keys.time === null) {
        checkTimeless(subject, row, keys)
        events.times.push(0n)
        continue
      }
      const moment = momentOf(subject, row, keys.time, keys.line)
      if (moment === null || (kind !== null && moment.kind !== kind))
        throw new UserError(
          `${subject}: '${keys.time}' is no time like those before, expected an integer or an ISO date`,
        )
      kind = moment.kind
      events.times.push(moment.value)
    }
    return { ...events, hasTime: keys !== null && keys.time !== null }
  }
}

const LONE = /\p{Surrogate}/u

type Row = Readonly<Record<string, unknown>>

function parse(subject: string, text: string): Row {
  let row: unknown
  try {
    row = JSON.parse(text)
  } catch {
    throw new UserError(`${subject}: not a JSON object`)
  }
  if (row === null || typeof row !== 'object' || Array.isArray(row))
    throw new UserError(`${subject}: not a JSON object`)
  return row as Row
}

function keysOf(subject: string, row: Row, line: number): Keys {
  const names = Object.keys(row)
  const { user, item, time } = namedColumns(names)
  if (user === null || item === null)
    throw new UserError(`${subject}: no keys that name user and item (got ${names.join(', ')})`)
  const moment = time === null ? null : names[time]!
  return { user: names[user]!, item: names[item]!, time: moment, line, others: new Set(names) }
}

function momentOf(subject: string, row: Row, key: string, line: number): Moment | null {
  if (!Object.hasOwn(row, key)) throw new UserError(`${subject}: '${key}' is missing, line ${line} has it`)
  const value = row[key]
  return typeof value === 'string' || typeof value === 'number' ? parseTime(String(value)) : null
}

/** Refuses a time where the first line had none: it would be dropped. */
function checkTimeless(subject: string, row: Row, { others, line }: Keys): void {
  for (const key in row) {
    if (others.has(key)) continue
    if (namedColumns([key]).time !== null)
      throw new UserError(`${subject}: '${key}' is a time, line ${line} has none`)
    others.add(key)
  }
}

function idOf(subject: string, row: Row, key: string): string {
  const value = Object.hasOwn(row, key) ? row[key] : undefined
  if (typeof value === 'string' && value.trim() !== '') {
    // "\ud800" is JSON, but no text: half a letter, which UTF-8 cannot write
    if (!LONE.test(value)) return value
    throw new UserError(
      `${subject}: '${key}' is no id: it has half of a surrogate pair, expected a Unicode text`,
    )
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  throw new UserError(`${subject}: '${key}' is no id, expected a text or a whole number`)
}
