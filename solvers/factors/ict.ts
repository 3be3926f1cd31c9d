/**
 * ICt(k), the incomplete Cholesky factor with a threshold: left-looking, column j of L from those before it,
 *
 *   w = A[j:, j] − Σ_{c<j} L[j,c] L[j:, c],
 *
 * off the diagonal without |w[i]| ≤ drop ‖A[j:, j]‖₂, of the rest the largest, as many as A has there and `fill` more (of equals the
 * upper one), divided by √w[j]. 'breakdown' is a pivot w[j] that is not positive.
 * Rows may have more entries than columns: nothing limits how many columns keep one row.
 * PreCorrector (arXiv:2405.15557) starts from ICt(1) and compares with ICt(5), at drop 1e-4, by another library; fill and counts agree.
 */
import type { Status, Stencil } from '../../contracts.ts'
import { allFinite } from '../diffusion/stencil.ts'
import type { Lower } from './lower.ts'

export function ict(matrix: Stencil, b: number, fill: number, drop = 1e-4): Lower | Status {
  if (!allFinite(matrix, null, b)) return 'non-finite'
  const size = matrix.n * matrix.n
  const l = emptyColumns(size, Math.min(size, 3 + fill))
  const work = new Float64Array(size)
  const isUsed = new Uint8Array(size)
  for (let j = 0; j < size; j++) {
    const { rows, length } = loadColumn(matrix, b, j, work, isUsed)
    const own = rows.length - 1 // off the diagonal
    subtract(l, j, work, isUsed, rows)
    const pivot = work[j]!
    if (!(pivot > 0 && pivot < Infinity)) return Number.isNaN(pivot) ? 'non-finite' : 'breakdown'
    append(l, j, work, Math.sqrt(pivot), largest(rows, work, drop * length, own + fill))
    for (const i of rows) {
      work[i] = 0
      isUsed[i] = 0
    }
  }
  return rowsOf(l, size)
}

/** Columns of L so far, one after another. Column c waits in the list of the row that it has next; `heads` and `links` chain each list. */
interface ColumnsOfL {
  starts: Int32Array // [N + 1]
  rows: Int32Array
  values: Float64Array
  next: Int32Array // [N] place of column c's first entry in a row that is still to come
  heads: Int32Array // [N] the first column that waits for a row; −1: none
  links: Int32Array // [N] the column that waits for the same row after c
}

function emptyColumns(size: number, most: number): ColumnsOfL {
  return {
    starts: new Int32Array(size + 1),
    rows: new Int32Array(size * most),
    values: new Float64Array(size * most),
    next: new Int32Array(size),
    heads: new Int32Array(size).fill(-1),
    links: new Int32Array(size).fill(-1),
  }
}

/** A[j:, j] into `work`: its rows, the diagonal first, and its norm. */
function loadColumn(
  { n, center, east, north }: Stencil,
  b: number,
  j: number,
  work: Float64Array,
  isUsed: Uint8Array,
): { rows: number[]; length: number } {
  const at = b * n * n + j
  const rows = [j]
  work[j] = center[at]!
  const add = (i: number, entry: number) => {
    if (entry === 0) return
    rows.push(i)
    work[i] = entry
  }
  if (j % n < n - 1) add(j + 1, east[at]!)
  if (j + n < n * n) add(j + n, north[at]!)
  let sum = 0
  for (const i of rows) {
    isUsed[i] = 1
    sum += work[i]! * work[i]!
  }
  return { rows, length: Math.sqrt(sum) }
}

/** The rows below the first whose entries are above `limit`, at most `most` of them, in ascending order. */
function largest(rows: readonly number[], work: Float64Array, limit: number, most: number): number[] {
  const kept: number[] = []
  for (let s = 1; s < rows.length; s++) {
    const i = rows[s]!
    const size = Math.abs(work[i]!)
    if (!(size > limit)) continue
    let at = kept.length // insertion: there are a dozen at most, and a sort would take most of the time
    while (at > 0 && isBefore(i, size, kept[at - 1]!, Math.abs(work[kept[at - 1]!]!))) at--
    if (at === most) continue
    if (kept.length < most) kept.push(i)
    for (let q = kept.length - 1; q > at; q--) kept[q] = kept[q - 1]!
    kept[at] = i
  }
  return kept.sort((a, b) => a - b)
}

function isBefore(i: number, size: number, other: number, otherSize: number): boolean {
  return size > otherSize || (size === otherSize && i < other)
}

/** work −= L[j,c] L[j:, c] over all columns c that have row j, each of which then waits for its next row. */
function subtract(l: ColumnsOfL, j: number, work: Float64Array, isUsed: Uint8Array, touched: number[]): void {
  for (let c = l.heads[j]!; c >= 0; ) {
    const following = l.links[c]!
    const from = l.next[c]!
    const end = l.starts[c + 1]!
    const factor = l.values[from]!
    for (let at = from; at < end; at++) {
      const i = l.rows[at]!
      if (isUsed[i] === 0) {
        isUsed[i] = 1
        touched.push(i)
      }
      work[i] = work[i]! - factor * l.values[at]!
    }
    l.next[c] = from + 1
    if (from + 1 < end) wait(l, c, l.rows[from + 1]!)
    c = following
  }
}

function wait(l: ColumnsOfL, c: number, row: number): void {
  l.links[c] = l.heads[row]!
  l.heads[row] = c
}

function append(l: ColumnsOfL, j: number, work: Float64Array, root: number, kept: readonly number[]): void {
  let at = l.starts[j]!
  l.rows[at] = j
  l.values[at++] = root
  l.next[j] = at
  for (const i of kept) {
    l.rows[at] = i
    l.values[at++] = work[i]! / root
  }
  l.starts[j + 1] = at
  if (kept.length > 0) wait(l, j, kept[0]!)
}

/** Columns to rows: columns are walked in order, so that those of a row come out ascending. */
function rowsOf(l: ColumnsOfL, size: number): Lower {
  const total = l.starts[size]!
  const starts = new Int32Array(size + 1)
  for (let at = 0; at < total; at++) starts[l.rows[at]! + 1]!++
  for (let p = 0; p < size; p++) starts[p + 1]! += starts[p]!
  const columns = new Int32Array(total)
  const values = new Float64Array(total)
  const free = starts.map((start) => start + 1) // the diagonal has the first place
  for (let c = 0; c < size; c++) {
    for (let at = l.starts[c]!; at < l.starts[c + 1]!; at++) {
      const row = l.rows[at]!
      const place = row === c ? starts[c]! : free[row]!++
      columns[place] = c
      values[place] = l.values[at]!
    }
  }
  return { size, starts, columns, values }
}
