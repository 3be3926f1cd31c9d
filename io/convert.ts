/** Numbers of one type as those of another, where no integer is lost: floats may be rounded, integers never are. */
import type { Column, Values } from '../contracts.ts'
import { UserError } from './errors.ts'

export type Numbers =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/**
 * `values` as the type of a column; the same array where it already is.
 * Refused with a sentence: text ⇄ numbers, floats → integers, integers out of range.
 */
export function convert(values: Numbers | readonly string[], type: Column['type'], subject: string): Values {
  if (isText(values) || type === 'utf8') {
    if (isText(values) && type === 'utf8') return values
    throw new UserError(`${subject} holds ${isText(values) ? 'text' : 'numbers'}, expected ${type}`)
  }
  if (values instanceof MAKERS[type]) return values as Values
  const isFloat = values instanceof Float32Array || values instanceof Float64Array
  if (type === 'f32' || type === 'f64') {
    return MAKERS[type].from(isBig(values) ? Float64Array.from(values, Number) : values)
  }
  if (isFloat) throw new UserError(`${subject} holds floats, expected ${type}`)
  if (type === 'i64') return toInt64(values, subject)
  return toInt32(values, subject)
}

const MAKERS = { f32: Float32Array, f64: Float64Array, i32: Int32Array, i64: BigInt64Array }

function toInt64(values: Numbers, subject: string): BigInt64Array {
  const out = new BigInt64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    out[i] = BigInt(values[i]!)
    if (out[i] !== BigInt(values[i]!)) throw outOfRange(subject, i, values[i]!, 'i64')
  }
  return out
}

function toInt32(values: Numbers, subject: string): Int32Array {
  const out = new Int32Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = Number(values[i]!)
    out[i] = value
    if (out[i] !== value) throw outOfRange(subject, i, values[i]!, 'i32')
  }
  return out
}

function outOfRange(subject: string, index: number, value: number | bigint, type: string): UserError {
  return new UserError(`${subject}: value ${value} (number ${index} of the column) does not fit ${type}`)
}

function isBig(values: Numbers): values is BigInt64Array | BigUint64Array {
  return values instanceof BigInt64Array || values instanceof BigUint64Array
}

function isText(values: Numbers | readonly string[]): values is readonly string[] {
  return Array.isArray(values)
}
