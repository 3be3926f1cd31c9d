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
  const l = emptyColumns(size)
  const work = new Float64Array(size)
  const isUsed = new Uint8Array(size)
  for (let j = 0; j < size; j++) {
    const { rows, length } = loadColumn(matrix, b, j, work, isUsed)
    const own = rows.length - 1 // off the diagonal
    subtract(l, j, work, isUsed, rows)
    const pivot = work[j]!
    if (!(pivot > 0 && pivot < Infinity)) return Number.isNaN(pivot) ? 'non-finite' : 'breakdown'
    const kept = rows.filter((i) => i > j && Math.abs(work[i]!) > drop * length)
    if (kept.length > own + fill) {
      kept.sort((a, b) => Math.abs(work[b]!) - Math.abs(work[a]!) || a - b)
      kept.length = own + fill
    }
    kept.sort((a, b) => a - b)
    append(l, j, work, Math.sqrt(pivot), kept)
    for (const i of rows) [work[i], isUsed[i]] = [0, 0]
  }
  return rowsOf(l, size)
}

/** Columns of L so far. Column c waits in the list of the row that it has next; `heads` and `links` chain each list. */
interface ColumnsOfL {
  rows: Int32Array[]
  values: Float64Array[]
  next: Int32Array // [N] place in column c of its first entry in a row that is still to come
  heads: Int32Array // [N] the first column that waits for a row; −1: none
  links: Int32Array // [N] the column that waits for the same row after c
}

function emptyColumns(size: number): ColumnsOfL {
  return {
    rows: [],
    values: [],
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

/** work −= L[j,c] L[j:, c] over all columns c that have row j, each of which then waits for its next row. */
function subtract(l: ColumnsOfL, j: number, work: Float64Array, isUsed: Uint8Array, touched: number[]): void {
  for (let c = l.heads[j]!; c >= 0; ) {
    const following = l.links[c]!
    const [rows, values] = [l.rows[c]!, l.values[c]!]
    const from = l.next[c]!
    const factor = values[from]!
    for (let s = from; s < rows.length; s++) {
      const i = rows[s]!
      if (isUsed[i] === 0) {
        isUsed[i] = 1
        touched.push(i)
      }
      work[i] = work[i]! - factor * values[s]!
    }
    l.next[c] = from + 1
    if (from + 1 < rows.length) wait(l, c, rows[from + 1]!)
    c = following
  }
}

function wait(l: ColumnsOfL, c: number, row: number): void {
  l.links[c] = l.heads[row]!
  l.heads[row] = c
}

function append(l: ColumnsOfL, j: number, work: Float64Array, root: number, kept: readonly number[]): void {
  l.rows.push(Int32Array.of(j, ...kept))
  l.values.push(Float64Array.of(root, ...kept.map((i) => work[i]! / root)))
  l.next[j] = 1
  if (kept.length > 0) wait(l, j, kept[0]!)
}

/** Columns to rows: columns are walked in order, so that those of a row come out ascending. */
function rowsOf({ rows, values }: ColumnsOfL, size: number): Lower {
  const starts = new Int32Array(size + 1)
  for (const column of rows) for (const i of column) starts[i + 1]!++
  for (let p = 0; p < size; p++) starts[p + 1]! += starts[p]!
  const columns = new Int32Array(starts[size]!)
  const entries = new Float64Array(starts[size]!)
  const at = starts.map((start) => start + 1) // the diagonal has the first place
  for (let c = 0; c < size; c++)
    for (const [s, i] of rows[c]!.entries()) {
      const place = s === 0 ? starts[i]! : at[i]!++
      columns[place] = c
      entries[place] = values[c]![s]!
    }
  return { size, starts, columns, values: entries }
}
