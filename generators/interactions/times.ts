/**
 * Moments of interactions, as one 64-bit integer each.
 *
 * A number is kept as it is, whatever its unit: seconds, milliseconds, microseconds; the splits use its order alone.
 * An ISO 8601 date or date-time becomes seconds since 1970-01-01 UTC; without a zone it is read as UTC.
 * Fractions are dropped (towards −∞): events that fall together are then ordered by their place in the file.
 * What it will not do: guess other spellings (`01/02/2014` is two different days).
 */
export type Kind = 'number' | 'date'
export interface Moment {
  kind: Kind
  value: bigint
}

const INTEGER = /^[+-]?\d{1,19}$/
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/
const DATE =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s?(Z|UTC|[+-]\d\d:?\d\d|[+-]\d\d)?)?$/

/** null for what is neither a number nor an ISO date. */
export function parseTime(text: string): Moment | null {
  const trimmed = text.trim()
  if (INTEGER.test(trimmed)) return inRange('number', BigInt(trimmed))
  if (DECIMAL.test(trimmed)) {
    const value = Math.floor(Number(trimmed))
    return Number.isFinite(value) ? inRange('number', BigInt(value)) : null
  }
  const match = DATE.exec(trimmed)
  return match === null ? null : fromDate(match)
}

function fromDate(match: RegExpExecArray): Moment | null {
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0))
  const milliseconds = Date.UTC(year!, month! - 1, day!, hour!, minute!, second!)
  const date = new Date(milliseconds)
  // Date.UTC lets 30 February pass as 1 March, and 25:00 as the next day
  if (year! < 100) return null // Date.UTC reads them as 19xx
  if (
    date.getUTCMonth() !== month! - 1 ||
    date.getUTCDate() !== day! ||
    hour! > 23 ||
    minute! > 59 ||
    second! > 59
  ) {
    return null
  }
  return { kind: 'date', value: BigInt(milliseconds / 1000 - offset(match[7] ?? 'Z')) }
}

/** Seconds east of Greenwich. */
function offset(zone: string): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone)
  if (match === null) return 0
  const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60
  return match[1] === '-' ? -seconds : seconds
}

function inRange(kind: Kind, value: bigint): Moment | null {
  return BigInt.asIntN(64, value) === value ? { kind, value } : null
}
