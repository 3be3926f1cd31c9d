/**
 * Who took what: the binary matrix X [U, N], X[u][i] = 1 where user u took item i + 1 at least once. Stored twice, by users and
 * by items, as rows of column numbers in ascending order. Letters: U users, N items.
 */
import type { Interactions } from '../contracts.ts'

export interface Incidence {
  users: Rows // of each user, the items (0-based)
  items: Rows // of each item, the users
}
/** Row r holds `columns[starts[r] … starts[r + 1] − 1]`. */
export interface Rows {
  count: number
  starts: Int32Array // [count + 1]
  columns: Int32Array
}

export function incidenceOf({ items, sequences }: Interactions): Incidence {
  const users = rowsOf(sequences.map(distinct))
  return { users, items: transposed(users, items) }
}

/** The items of a history, 0-based, each once, ascending. */
export function distinct(history: Int32Array): Int32Array {
  const sorted = history.slice().sort()
  const kept = sorted.filter((item, n) => n === 0 || item !== sorted[n - 1])
  return kept.map((item) => item - 1)
}

/**
 * to += A from: A the binary matrix in rows, from [·, dim], to [count, dim]. Eight numbers of a row are summed in registers while
 * its columns pass, not in memory.
 */
export function addRows(
  { count, starts, columns }: Rows,
  from: Float64Array,
  to: Float64Array,
  dim: number,
): void {
  for (let r = 0; r < count; r++) {
    const [first, end] = [starts[r]!, starts[r + 1]!]
    let f = 0
    for (; f + 8 <= dim; f += 8) {
      let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0]
      for (let n = first; n < end; n++) {
        const at = columns[n]! * dim + f
        s0 += from[at]!
        s1 += from[at + 1]!
        s2 += from[at + 2]!
        s3 += from[at + 3]!
        s4 += from[at + 4]!
        s5 += from[at + 5]!
        s6 += from[at + 6]!
        s7 += from[at + 7]!
      }
      const at = r * dim + f
      to[at]! += s0
      to[at + 1]! += s1
      to[at + 2]! += s2
      to[at + 3]! += s3
      to[at + 4]! += s4
      to[at + 5]! += s5
      to[at + 6]! += s6
      to[at + 7]! += s7
    }
    for (; f < dim; f++) for (let n = first; n < end; n++) to[r * dim + f]! += from[columns[n]! * dim + f]!
  }
}

function rowsOf(lists: readonly Int32Array[]): Rows {
  const starts = new Int32Array(lists.length + 1)
  for (const [r, { length }] of lists.entries()) starts[r + 1] = starts[r]! + length
  const columns = new Int32Array(starts[lists.length]!)
  for (const [r, list] of lists.entries()) columns.set(list, starts[r]!)
  return { count: lists.length, starts, columns }
}

function transposed({ count, starts, columns }: Rows, width: number): Rows {
  const ends = new Int32Array(width + 1)
  for (const column of columns) ends[column + 1]!++
  for (let c = 0; c < width; c++) ends[c + 1]! += ends[c]!
  const next = ends.slice()
  const turned = new Int32Array(columns.length)
  for (let r = 0; r < count; r++) {
    for (let n = starts[r]!; n < starts[r + 1]!; n++) turned[next[columns[n]!]!++] = r
  }
  return { count: width, starts: ends, columns: turned }
}
