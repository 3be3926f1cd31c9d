/**
 * How a user's file is to be read, decided from its first lines. The rules, in order:
 *
 * 1. Separator: the first of tab, `::`, `,`, `;`, `|`, space that cuts all of the first lines into equally many
 *    fields (two or more); failing that the first one found in line 1.
 * 2. Header: line 1 is one if it names a user and an item column (`user`, `userId`, `session_id`, …, `item`, `asin`,
 *    `movieId`, …; case, `_`, `-`, quotes and a RecBole type such as `:token` do not matter). A time column
 *    (`timestamp`, `date`, …) is optional; all other columns are ignored. Where a table needs no header (3), a line
 *    whose third or fourth field is a number or a time is a row, such as `u,i,5`; if its names have more than one
 *    letter (`user,item,5`) it might be both, and is refused.
 * 3. No header: the columns are `user item [timestamp [rating]]`. Four columns whose third looks like ratings and
 *    whose fourth like times are taken as `user item rating timestamp`, as MovieLens has it.
 * 4. No header and separated by spaces: if nine in ten of the first 100 lines (of fewer than 20: all but one) have
 *    three fields, or four, and their times can be read, the file is a table, and lines of other lengths are refused.
 *    Else, if lines have different numbers of fields, or more than four, it holds one user per line, `user item item …`
 *    in time order and without times.
 *
 * Ratings are never read: any interaction counts.
 */
import { UserError } from '../../io/errors.ts'
import { type Separator, splitPlain, splitQuoted } from './records.ts'
import { parseTime } from './times.ts'

/** Where the columns of a table are, counted from 0. */
export interface Format {
  separator: Separator
  header: boolean
  width: number // fields of a line
  user: number
  item: number
  time: number | null
}

const SEPARATORS: readonly Separator[] = ['\t', '::', ',', ';', '|', ' ']
const NAMES = {
  user: 'user userid uid u session sessionid visitor visitorid customer customerid reviewer reviewerid author authorid profilename reviewprofilename member memberid',
  item: 'item itemid iid i product productid movie movieid asin parentasin sku track trackid song songid artist artistid book bookid business businessid beer beerid beerbeerid location locationid poi poiid game gameid',
  time: 'time timestamp ts t date datetime unixtime unixtimestamp unixreviewtime reviewtime eventtime eventdate createdat',
}

/** What the names in a header say; null where a column is not named. Also used for the columns of Parquet files. */
export function namedColumns(names: readonly string[]): {
  user: number | null
  item: number | null
  time: number | null
} {
  const plain = names.map((name) =>
    name
      .replace(/:(token|token_seq|float|float_seq)$/i, '')
      .toLowerCase()
      .replace(/[^a-z0-9]/g, ''),
  )
  const find = (known: string) => {
    const words = known.split(' ') // the plainest name first: `user` before `session`
    const at = words.map((word) => plain.indexOf(word)).find((index) => index >= 0)
    return at ?? null
  }
  return { user: find(NAMES.user), item: find(NAMES.item), time: find(NAMES.time) }
}

/** The format of a table of text. `lines` are the first lines of the file, not blank. */
export function detect(name: string, lines: readonly string[]): Format {
  const first = lines[0]
  if (first === undefined)
    throw new UserError(`${name}: the file is empty, expected lines of user item [timestamp]`)
  const separator = separatorOf(lines)
  if (separator === null) {
    throw new UserError(
      `${name}: line 1 has one field, expected user item [timestamp] separated by tab, comma or space`,
    )
  }
  const fields = split(first, separator)
  const { user, item, time } = namedColumns(fields)
  if (user !== null && item !== null && isHeader(name, fields, fields[user]! + fields[item]!, separator))
    return { separator, header: true, width: fields.length, user, item, time }
  const width = (separator === ' ' ? timedWidth(lines) : null) ?? fields.length
  if (width > 4 && separator !== ' ') {
    throw new UserError(`${name}: ${width} columns and no header that names user and item. ${HINT}`)
  }
  const others = lines.slice(1).map((line) => split(line, separator))
  if (width === 2 && fields.every(isWord) && others.length > 0 && others.flat().every((id) => !isWord(id))) {
    throw new UserError(`${name}: line 1 looks like a header but names no user and item column. ${HINT}`)
  }
  const sample = others.find((row) => row.length === width) ?? fields
  return { separator, header: false, width, user: 0, item: 1, time: timeColumn(sample, width) }
}

/** Of a line that names a user and an item: whether those are no ids of a first row. */
function isHeader(name: string, fields: readonly string[], names: string, separator: Separator): boolean {
  if (fields.length > 4 && separator !== ' ') return true // no table without a header is that wide
  const number = fields.slice(2).find((field) => parseTime(field) !== null)
  if (number === undefined) return true
  if (names.length === 2) return false
  throw new UserError(
    `${name}: line 1 names user and item as a header does, and has '${number}' as a row does. ${HINT}`,
  )
}

/** The width of the rows of rule 4, if these first lines are a table by it. */
export function timedWidth(lines: readonly string[]): number | null {
  const rows = lines.map((line) => splitPlain(line, ' '))
  const ragged = Math.max(1, Math.floor(rows.length / 10))
  const found = [3, 4].find((width) => {
    const alike = rows.filter((fields) => fields.length === width)
    const time = timeColumn(alike[1] ?? alike[0] ?? [], width)!
    const timed = alike.filter((fields) => parseTime(fields[time]!) !== null).length
    return timed > 0 && timed >= rows.length - ragged
  })
  return found ?? null
}

export const HINT = 'Begin the file with a line such as user,item,timestamp'

function timeColumn(sample: readonly string[], width: number): number | null {
  if (width < 3 || width > 4) return null
  return width === 4 && isRating(sample[2] ?? '') && isLateTime(sample[3] ?? '') ? 3 : 2
}

function isWord(text: string): boolean {
  return Number.isNaN(Number(text))
}

function isRating(text: string): boolean {
  return text.trim() !== '' && Math.abs(Number(text)) <= 100
}

/** A date, or a count of seconds since 1973 or later. */
function isLateTime(text: string): boolean {
  const moment = parseTime(text)
  return moment !== null && (moment.kind === 'date' || moment.value >= 100_000_000n)
}

function separatorOf(lines: readonly string[]): Separator | null {
  const present = SEPARATORS.filter((separator) => split(lines[0]!, separator).length > 1)
  const regular = present.find((separator) => {
    const width = split(lines[0]!, separator).length
    return lines.every((line) => split(line, separator).length === width)
  })
  return regular ?? present[0] ?? null
}

function split(line: string, separator: Separator): string[] {
  const quoted = separator === ',' || separator === ';'
  return (quoted ? splitQuoted(line, separator) : splitPlain(line, separator)) ?? []
}
