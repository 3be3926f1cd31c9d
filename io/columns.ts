/** Runs of rows: cutting, joining and picking, whatever the column holds. */
import type { Columns, Schema, Values } from '../contracts.ts'

/** Elements per row of a column with a fixed shape; 1 for scalars, strings and lists (one array a row). */
export function widthOf(shape: readonly (number | '*')[]): number {
  return shape.reduce<number>((product, d) => (d === '*' ? product : product * d), 1)
}

/** Rows from ≤ i < to. */
export function slice(columns: Columns, from: number, to: number): Columns {
  return map(
    columns,
    (values) => {
      const width = values.length / Math.max(1, columns.rows)
      return values.slice(from * width, to * width) as Values
    },
    Math.max(0, Math.min(to, columns.rows) - from),
  )
}

/** The rows with these indices, in this order. */
export function take(columns: Columns, rows: ArrayLike<number>): Columns {
  return map(
    columns,
    (values) => {
      const width = values.length / Math.max(1, columns.rows)
      const out = emptyLike(values, rows.length * width)
      for (let r = 0; r < rows.length; r++) {
        for (let j = 0; j < width; j++) out[r * width + j] = (values as Loose)[rows[r]! * width + j]!
      }
      return out as Values
    },
    rows.length,
  )
}

/** The rows sorted by an i32 key; the same columns where they are already. */
export function byKey(columns: Columns, key: string): Columns {
  const ids = columns.data[key] as Int32Array
  const order = Int32Array.from(ids.keys()).sort((a, b) => ids[a]! - ids[b]! || a - b)
  return order.every((row, i) => row === i) ? columns : take(columns, order)
}

/** One after the other. All parts must have the columns of the first. */
export function concat(parts: readonly Columns[]): Columns {
  const first = parts[0]
  if (first === undefined) throw new Error('concat: no parts')
  const data: Record<string, Values> = {}
  for (const name of Object.keys(first.data)) {
    const pieces = parts.map((part) => part.data[name]!)
    const out = emptyLike(
      pieces[0]!,
      pieces.reduce((n, piece) => n + piece.length, 0),
    )
    let at = 0
    for (const piece of pieces) {
      if (ArrayBuffer.isView(out)) (out as Float64Array).set(piece as Float64Array, at)
      else for (let i = 0; i < piece.length; i++) out[at + i] = piece[i]!
      at += piece.length
    }
    data[name] = out as Values
  }
  return { rows: parts.reduce((n, part) => n + part.rows, 0), data }
}

/** Only these columns, in this order. */
export function pick(columns: Columns, names: readonly string[]): Columns {
  return { rows: columns.rows, data: Object.fromEntries(names.map((name) => [name, columns.data[name]!])) }
}

/** The first way in which `columns` does not fit `schema`, as half a sentence; null when it fits. */
export function misfit(columns: Columns, schema: Schema): string | null {
  for (const [name, { type, shape }] of Object.entries(schema)) {
    const values = columns.data[name]
    if (values === undefined) return `column '${name}' is missing`
    const expected = columns.rows * widthOf(shape)
    if (values.length !== expected)
      return `column '${name}' has ${values.length} values, expected ${expected}`
    if (shape.includes('*') ? !isLists(values) : !TYPES[type](values))
      return `column '${name}' is not of type ${type}`
  }
  const extra = Object.keys(columns.data).find((name) => !Object.hasOwn(schema, name))
  return extra === undefined ? null : `column '${extra}' is not in the schema`
}

const TYPES = {
  f32: (v: Values) => v instanceof Float32Array,
  f64: (v: Values) => v instanceof Float64Array,
  i32: (v: Values) => v instanceof Int32Array,
  i64: (v: Values) => v instanceof BigInt64Array,
  utf8: (v: Values) => Array.isArray(v) && (v.length === 0 || typeof v[0] === 'string'),
}

type Loose = { [index: number]: unknown }

function isLists(values: Values): boolean {
  return Array.isArray(values) && (values.length === 0 || values[0] instanceof Int32Array)
}

function map(columns: Columns, f: (values: Values) => Values, rows: number): Columns {
  return { rows, data: Object.fromEntries(Object.entries(columns.data).map(([name, v]) => [name, f(v)])) }
}

function emptyLike(values: Values, length: number): Loose {
  if (values instanceof Float32Array) return new Float32Array(length)
  if (values instanceof Float64Array) return new Float64Array(length)
  if (values instanceof Int32Array) return new Int32Array(length)
  if (values instanceof BigInt64Array) return new BigInt64Array(length)
  return new Array(length)
}
