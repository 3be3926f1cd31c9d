/** JSON with one spelling per value, so that it can be hashed: keys sorted, no spaces, numbers as ECMAScript prints them. */
import { createHash } from 'node:crypto'
import type { Json } from '../contracts.ts'

/** Canonical JSON. Throws on what JSON cannot hold (NaN, Infinity, undefined): a bug of the caller. */
export function canonical(value: Json): string {
  if (value === undefined || (typeof value === 'number' && !Number.isFinite(value)))
    throw new Error(`canonical: ${value} is not JSON`)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonical).join(',')}]`
  const entries = Object.entries(value).filter(([, v]) => v !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`
}

/** Hex SHA-256 of the canonical form. */
export function hashJson(value: Json): string {
  return createHash('sha256').update(canonical(value)).digest('hex')
}

/** The form people read: two spaces, keys in the order given, a newline at the end. */
export function pretty(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
