/**
 * Where the random numbers of a row come from. Every number of a field dataset is word w of Philox4x32-10 at
 *
 *   key     (seed, set)                          set = first 32 bits of SHA-256 of the canonical JSON of the law
 *   counter (block, attempt, address, purpose)   address = index in split + 2³⁰ · code of the split
 *
 * so a row can be made alone, anywhere, and its bytes depend on nothing but law, seed, split and index: more training rows
 * change no other row. Laws of other parameters share no numbers.
 */
import type { Params, Split } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { hashJson } from '../../io/json.ts'

/** What a number is drawn for: the fourth counter word. The one table; numbers are never reused. */
export const PURPOSES = { field: 0, rhs: 1, layers: 2 } as const

/** The key of a set of rows. `seed` is a whole number below 2³². */
export interface Key {
  seed: number
  set: number
}

/**
 * The law is what decides the distribution of a row: generator, covariance, grid, …; never rows, shards, solver or a limit.
 * A param that a later version adds enters the law only where it differs from its default, so that old sets keep their numbers.
 */
export function keyOf(seed: number, law: Params): Key {
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff) {
    throw new UserError(`seed: must be a whole number from 0 to 4294967295 (got ${seed})`)
  }
  return { seed, set: Number.parseInt(hashJson(law).slice(0, 8), 16) }
}

/** The address of a row: what `rows({ from, to })` of a field generator counts in. */
export function addressOf(split: Split, index: number): number {
  if (!Number.isInteger(index) || index < 0 || index >= PER_SPLIT) {
    throw new Error(`addressOf: index ${index} is not in [0, 2^30)`)
  }
  return checked(index + PER_SPLIT * SPLITS.indexOf(split))
}

export function splitOf(address: number): Split {
  return SPLITS[Math.floor(checked(address) / PER_SPLIT)]!
}

/** The index in its split, the column `row`. */
export function indexOf(address: number): number {
  return checked(address) % PER_SPLIT
}

const PER_SPLIT = 1 << 30
const SPLITS: readonly Split[] = ['train', 'valid', 'test']

function checked(address: number): number {
  if (!Number.isInteger(address) || address < 0 || address >= PER_SPLIT * SPLITS.length) {
    throw new Error(`address ${address} is of no split`)
  }
  return address
}
