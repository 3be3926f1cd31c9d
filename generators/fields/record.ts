/**
 * A row of a field dataset: coefficient, right-hand side, and what came out. Shared by all field generators.
 * Values are made in f64 and rounded to f32 once; whoever solves, solves the rounded system.
 */
import { setImmediate } from 'node:timers/promises'
import type { Columns, Schema } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { indexOf, type Key, splitOf } from './address.ts'
import type { Window } from './grf.ts'
import { normals } from './normals.ts'

/** What a field generator makes. */
export interface Made {
  k: Float32Array // [n+1, n+1]
  rhs: Float32Array // [n, n]
  attempts: number
}

/** Beyond, a kernel would need more than its 1 GiB for a field (kernels/fields.ts), and no solver takes so many nodes. */
export const MOST_GRID = 2048

export function isGrid(n: unknown): boolean {
  return Number.isInteger(n) && (n as number) >= 3 && (n as number) <= MOST_GRID
}

/** Columns of a field generator on grid n. */
export function fieldSchema(n: number): Schema {
  return {
    row: { type: 'i32', shape: [], about: 'index within its split' },
    k: { type: 'f32', shape: [n + 1, n + 1], unit: '1', about: 'coefficient on the (n+1)² cells' },
    rhs: { type: 'f32', shape: [n, n], unit: '1', about: 'right-hand side at the n² interior nodes' },
    contrast: { type: 'f64', shape: [], unit: '1', about: 'max k / min k' },
    attempts: { type: 'i32', shape: [], about: 'transforms drawn until a field lay in the window' },
  }
}

/** rhs of a row: i.i.d. N(0, 1) at each of the n × n nodes (no factor of h). */
export function sideOf(key: Key, address: number, n: number): Float32Array {
  return new Float32Array(normals(key, { attempt: 0, address, purpose: 'rhs' }, n * n))
}

/** One row as Columns. */
export function record(address: number, { k, rhs, attempts }: Made): Columns {
  return {
    rows: 1,
    data: {
      row: Int32Array.of(indexOf(address)),
      k,
      rhs,
      contrast: Float64Array.of(contrastOf(k, address)),
      attempts: Int32Array.of(attempts),
    },
  }
}

/** Lets timers and signals in, then throws if the work was called off. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate()
  signal.throwIfAborted()
}

/** No attempt at a row gave a field whose contrast lies in the window. */
export function noField(
  { contrast, attempts }: { contrast: Window; attempts: number },
  address: number,
): UserError {
  return new UserError(
    `generator condiff: row ${indexOf(address)} of ${splitOf(address)} has no field with contrast in ` +
      `${JSON.stringify(contrast)} among ${attempts} attempts. Widen 'contrast' or raise 'attempts'`,
  )
}

function contrastOf(k: Float32Array, address: number): number {
  let least = Infinity
  let most = 0
  for (const value of k) {
    if (value < least) least = value
    if (value > most) most = value
  }
  if (least > 0 && most < Infinity) return most / least
  throw new UserError(
    `row ${indexOf(address)} of ${splitOf(address)}: k leaves the range of f32 (from ${least} to ${most}). Try a smaller variance`,
  )
}
