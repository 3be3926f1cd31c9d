/**
 * A log in JSON lines: an object a line, whose keys name user, item and, if any, time by the rules of a header
 * (format.ts), read off line 1. Ids are texts or whole numbers that a double holds; times are numbers, as far as
 * a double holds them (nanoseconds since 1970 are rounded to 256: write those as texts), or texts of times.ts.
 */
import { UserError } from '../../io/errors.ts'
import { namedColumns } from './format.ts'
import type { Events } from './parse.ts'
import type { Block } from './records.ts'
import { type Kind, parseTime } from './times.ts'

interface Keys {
  user: string
  item: string
  time: string | null
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
      keys ??= keysOf(subject, row)
      events.users.push(idOf(subject, row, keys.user))
      events.items.push(idOf(subject, row, keys.item))
      const moment = keys.time === null ? null : parseTime(String(row[keys.time] ?? ''))
      if (keys.time !== null && (moment === null || (kind !== null && moment.kind !== kind)))
        throw new UserError(
          `${subject}: '${keys.time}' is no time like those before, expected an integer or an ISO date`,
        )
      kind = moment?.kind ?? null
      events.times.push(moment?.value ?? 0n)
    }
    return { ...events, hasTime: keys !== null && keys.time !== null }
  }
}

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

function keysOf(subject: string, row: Row): Keys {
  const names = Object.keys(row)
  const { user, item, time } = namedColumns(names)
  if (user === null || item === null)
    throw new UserError(`${subject}: no keys that name user and item (got ${names.join(', ')})`)
  return { user: names[user]!, item: names[item]!, time: time === null ? null : names[time]! }
}

function idOf(subject: string, row: Row, key: string): string {
  const value = Object.hasOwn(row, key) ? row[key] : undefined
  if (typeof value === 'string' && value.trim() !== '') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  throw new UserError(`${subject}: '${key}' is no id, expected a text or a whole number`)
}
