/**
 * Moments of interactions, as one 64-bit integer each; by parseTime, and by timeSql the same of a column of texts.
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
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:[.,]\d+)?)? ?(Z|UTC|[+-]\d\d:?\d\d|[+-]\d\d)?)?$/
const ZONE = /[+-]\d\d:?(\d\d)?$/ // of what follows the minutes
const BLANKS =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'

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
  if (year! < 100) return null // Date.UTC reads them as 19xx
  if (date.getUTCMonth() !== month! - 1 || date.getUTCDate() !== day!) return null // 30 February would be 1 March
  return { kind: 'date', value: BigInt(milliseconds / 1000 - offset(match[7] ?? 'Z')) }
}

/** Seconds east of Greenwich. */
function offset(zone: string): number {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(zone)
  if (match === null) return 0
  const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60
  return match[1] === '-' ? -seconds : seconds
}

/** Whether a text is blank, by the trim() of JavaScript: that of SQL takes spaces alone. */
export function blankSql(text: string): string {
  return `regexp_full_match(${text}, '[${BLANKS}]*')`
}

/** The trim() of parseTime. It is slow in SQL, so texts that begin and end as moments do are let be. */
export function trimSql(text: string): string {
  const trimmed = `left(${text}, 1) BETWEEN '+' AND '9' AND right(${text}, 1) BETWEEN '.' AND 'Z'`
  return `CASE WHEN ${trimmed} THEN ${text} ELSE trim(${text}, '${BLANKS}') END`
}

/** parseTime of a column that is trimmed: `value` is NULL where it says null; `kind` is right where it says something. */
export function timeSql(text: string): { value: string; kind: string } {
  const is = (pattern: RegExp) => `regexp_full_match(${text}, '${pattern.source}')`
  const local = `left(${text}, CASE substr(${text}, 17, 1) WHEN ':' THEN 19 ELSE 16 END)` // to the second or minute
  const zone = `regexp_extract(substr(${text}, 17), '${ZONE.source}')`
  const minutes = `CASE length(${zone}) WHEN 3 THEN 0 ELSE CAST(right(${zone}, 2) AS BIGINT) END`
  const east = `CAST(substr(${zone}, 2, 2) AS BIGINT) * 3600 + ${minutes} * 60`
  const offset = `CASE left(${zone}, 1) WHEN '+' THEN ${east} WHEN '-' THEN -(${east}) ELSE 0 END`
  const value = `CASE WHEN ${is(INTEGER)} THEN TRY_CAST(${text} AS BIGINT)
    WHEN ${is(DECIMAL)} THEN TRY_CAST(floor(TRY_CAST(${text} AS DOUBLE)) AS BIGINT)
    WHEN ${is(DATE)} AND left(${text}, 4) >= '0100'
    THEN CAST(epoch(TRY_CAST(${local} AS TIMESTAMP)) AS BIGINT) - (${offset}) END`
  return { value, kind: `CASE WHEN ${text} LIKE '____-__-__%' THEN 'date' ELSE 'number' END` }
}

function inRange(kind: Kind, value: bigint): Moment | null {
  return BigInt.asIntN(64, value) === value ? { kind, value } : null
}
