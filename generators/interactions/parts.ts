/**
 * Groupings of a log, a part of the groups at a time. The database takes one grouping of everything to disk too, but not within
 * the memory it is given: of 10⁸ rows and 10⁷ items it gives up at 1 GB, and takes 3 GB where it may have 2. A part fits in memory
 * whole, which is also faster.
 */
import type { Duckdb } from '../../io/duckdb.ts'

export const MOST = 10_000_000 // rows of a part, about: some 0.5 GB of them at work

/** Conditions that part the rows of `table` by the numbers of `column`; each number is in one part. */
export async function rangesOf(db: Duckdb, table: string, column: 'u' | 'i', most = MOST): Promise<string[]> {
  const last = await db.count(`SELECT coalesce(max(${column}), 0) FROM ${table}`)
  const parts = partsOf(await db.count(`SELECT count(*) FROM ${table}`), most)
  const wide = Math.ceil((last + 1) / parts)
  return Array.from(
    { length: parts },
    (_, part) => `${column} >= ${part * wide} AND ${column} < ${(part + 1) * wide}`,
  )
}

/** The same by a hash, where `column` is a text. Which part a text is in may differ between versions of the database. */
export function hashesOf(rows: number, column: string, most = MOST): string[] {
  const parts = partsOf(rows, most)
  return Array.from({ length: parts }, (_, part) => `hash(${column}) % ${parts} = ${part}`)
}

function partsOf(rows: number, most: number): number {
  return Math.max(1, Math.ceil(rows / most))
}
