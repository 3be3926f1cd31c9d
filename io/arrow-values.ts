/** One Arrow column, of any batches and any depth of lists, as Values: the way in of io/arrow.ts. */
import * as arrow from 'apache-arrow'
import type { Column, Values } from '../contracts.ts'
import { widthOf } from './columns.ts'
import { convert, type Numbers } from './convert.ts'
import { UserError } from './errors.ts'

/** The values of one Arrow column as those of `column`; as what they are where that is null. */
export function valuesOf(vector: arrow.Vector, column: Column | null, subject: string): Values {
  const found = leafType(vector.type, subject)
  const leaves = vector.data.filter(({ length }) => length > 0).map((data) => leafOf(data, subject))
  const isList = vector.type instanceof arrow.List || vector.type instanceof arrow.LargeList
  const asLists =
    column === null ? isList && (found === 'i32' || found === 'i64') : column.shape.includes('*')
  if (asLists) return leaves.flatMap((leaf) => cut(leaf, subject))
  const width = column === null ? firstWidth(leaves) : column.shape.length > 0 ? widthOf(column.shape) : null
  const type = column?.type ?? found
  return join(
    leaves.map((leaf) => convert(trim(leaf, width, subject), type, subject)),
    type,
  )
}

/** The numbers under a column of lists (any depth), and where each row begins in them; no `starts` for a flat column. */
interface Leaf {
  values: Numbers | readonly string[]
  starts: ArrayLike<number> | null
}

/** One array a row, all views of one buffer. */
function cut({ values, starts }: Leaf, subject: string): Int32Array[] {
  if (starts === null) throw new UserError(`${subject} holds one value a row, expected a list`)
  const ints = convert(values, 'i32', subject) as Int32Array
  return Array.from({ length: starts.length - 1 }, (_, r) => ints.subarray(starts[r]!, starts[r + 1]!))
}

/** The values of all rows, each of which must hold `width` of them (null: a single value, not a list). */
function trim({ values, starts }: Leaf, width: number | null, subject: string): Leaf['values'] {
  if ((starts === null) !== (width === null)) {
    const [is, should] = starts === null ? ['one value', `${width} of them`] : ['a list', 'one value']
    throw new UserError(`${subject} holds ${is} a row, expected ${should}`)
  }
  if (starts === null) return values
  for (let r = 0; r < starts.length - 1; r++) {
    const length = starts[r + 1]! - starts[r]!
    if (length !== width)
      throw new UserError(`${subject}: row ${r} holds ${length} values, expected ${width}`)
  }
  const [from, to] = [starts[0]!, starts[starts.length - 1]!]
  return Array.isArray(values) ? values.slice(from, to) : (values as Int32Array).subarray(from, to)
}

function firstWidth(leaves: readonly Leaf[]): number | null {
  const starts = leaves.find((leaf) => leaf.starts === null || leaf.starts.length > 1)?.starts
  return starts == null ? null : starts[1]! - starts[0]!
}

function leafOf(data: arrow.Data, subject: string): Leaf {
  if (data.nullCount > 0)
    throw new UserError(`${subject} has ${data.nullCount} missing values, expected none`)
  const child = data.children[0]
  if (child === undefined) return { values: flatValues(data), starts: null }
  const inner = leafOf(child, subject)
  const outer = startsOf(data)
  const { starts } = inner
  return { values: inner.values, starts: starts === null ? outer : Array.from(outer, (o) => starts[o]!) }
}

function startsOf(data: arrow.Data): ArrayLike<number> & Iterable<number> {
  if (data.type instanceof arrow.FixedSizeList) {
    const width = data.type.listSize
    return Int32Array.from({ length: data.length + 1 }, (_, r) => r * width)
  }
  // a buffer of Arrow may be longer than its content: it is padded to 8 bytes
  const offsets = (data.valueOffsets as Int32Array | BigInt64Array).subarray(0, data.length + 1)
  return offsets instanceof BigInt64Array ? Float64Array.from(offsets, Number) : offsets
}

function flatValues(data: arrow.Data): Leaf['values'] {
  if (data.type instanceof arrow.Utf8 || data.type instanceof arrow.LargeUtf8) {
    const [bytes, starts] = [data.values as Uint8Array, startsOf(data)]
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return Array.from({ length: data.length }, (_, r) => text.toString('utf8', starts[r]!, starts[r + 1]!))
  }
  if (data.type instanceof arrow.Utf8View) return [...new arrow.Vector([data])] as string[]
  return (data.values as Int32Array).subarray(0, data.length)
}

/** Our type of the values at the bottom of an Arrow type. */
function leafType(type: arrow.DataType, subject: string): Column['type'] {
  if (isListType(type)) return leafType(type.children[0]!.type, subject)
  if (TEXTS.some((text) => type instanceof text)) return 'utf8'
  if (type instanceof arrow.Float && type.precision !== arrow.Precision.HALF) return FLOATS[type.precision]!
  if (type instanceof arrow.Int) return type.bitWidth + (type.isSigned ? 0 : 1) > 32 ? 'i64' : 'i32'
  throw new UserError(`${subject} is of type ${type}, expected f32, f64, i32, i64, utf8 or lists of numbers`)
}

const TEXTS = [arrow.Utf8, arrow.LargeUtf8, arrow.Utf8View]
const LISTS = [arrow.List, arrow.LargeList, arrow.FixedSizeList]
const FLOATS: { [precision: number]: 'f32' | 'f64' } = {
  [arrow.Precision.SINGLE]: 'f32',
  [arrow.Precision.DOUBLE]: 'f64',
}

function isListType(type: arrow.DataType): boolean {
  return LISTS.some((list) => type instanceof list)
}

/** One array from those of several batches. */
function join(parts: readonly Values[], type: Column['type']): Values {
  if (parts.length === 1) return parts[0]!
  if (type === 'utf8') return parts.flat() as string[]
  const total = parts.reduce((sum, part) => sum + part.length, 0)
  const out = new EMPTY[type](total)
  let at = 0
  for (const part of parts) {
    out.set(part as never, at)
    at += part.length
  }
  return out
}

const EMPTY = { f32: Float32Array, f64: Float64Array, i32: Int32Array, i64: BigInt64Array }
