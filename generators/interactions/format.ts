/**
 * How a user's file is to be read, decided from its first lines. The rules, in order:
 *
 * 1. Separator: the first of tab, `::`, `,`, `;`, `|`, space that cuts all of the first lines into equally many
 *    fields (two or more); failing that the first one found in line 1.
 * 2. Header: line 1 is one if it names a user and an item column (`user`, `userId`, `session_id`, …, `item`, `asin`,
 *    `movieId`, …; case, `_`, `-`, quotes and a RecBole type such as `:token` do not matter). A time column
 *    (`timestamp`, `date`, …) is optional; all other columns are ignored.
 * 3. No header: the columns are `user item [timestamp [rating]]`. Four columns whose third looks like ratings and
 *    whose fourth like times are taken as `user item rating timestamp`, as MovieLens has it.
 * 4. No header and separated by spaces: if lines have different numbers of fields, or more than four, the file holds
 *    one user per line, `user item item …` in time order and without times.
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
  if (user !== null && item !== null)
    return { separator, header: true, width: fields.length, user, item, time }
  const width = fields.length
  if (width > 4 && separator !== ' ') {
    throw new UserError(`${name}: ${width} columns and no header that names user and item. ${HINT}`)
  }
  const others = lines.slice(1).map((line) => split(line, separator))
  if (width === 2 && fields.every(isWord) && others.length > 0 && others.flat().every((id) => !isWord(id))) {
    throw new UserError(`${name}: line 1 looks like a header but names no user and item column. ${HINT}`)
  }
  return { separator, header: false, width, user: 0, item: 1, time: timeColumn(others[0] ?? fields, width) }
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
