/**
 * Named random streams. A stream is Philox4x32-10 whose key and upper counter words are the first 128 bits of
 * SHA-256 of the JSON of [seed, ...name]; the lower counter words count its blocks. So the same seed and name give the
 * same numbers on every machine, and two names give streams that have nothing to do with each other.
 * A stream is used by one owner in one order; who needs row i alone takes a stream named after row i.
 * Not for secrets.
 */
import { createHash } from 'node:crypto'
import type { Rng } from '../contracts.ts'
import { log, sincos2pi } from './elementary.ts'
import { philoxBlock, uniformOf } from './philox.ts'

export { philox4x32 } from './philox.ts'

/**
 * uniform(): (0, 1), 52 bits. normal(): Box–Muller, mean 0 and variance 1, |z| < 8.6. integer(below): [0, below), no bias,
 * below ≤ 2⁵³. words(out): the stream's own 32-bit words. Every value is equal to the bit on every machine.
 */
export function rng(seed: number, ...name: (string | number)[]): Rng {
  if (!Number.isFinite(seed)) throw new Error(`rng: seed ${seed} is not a number`)
  const word = wordsOf(
    createHash('sha256')
      .update(JSON.stringify([seed, ...name]))
      .digest(),
  )
  const pair = new Float64Array(2)
  let spare: number | null = null

  const uniform = () => uniformOf(word(), word())
  const normal = () => {
    if (spare !== null) {
      const second = spare
      spare = null
      return second
    }
    const radius = Math.sqrt(-2 * log(uniform()))
    sincos2pi(uniform(), pair)
    spare = radius * pair[0]!
    return radius * pair[1]!
  }
  const integer = (below: number) => {
    if (!Number.isSafeInteger(below - 1) || below < 1) {
      throw new Error(`rng: integer(below) needs a whole number from 1 to 2^53 (got ${below})`)
    }
    return below <= WORDS ? small(word, below) : large(word, below)
  }
  const words = (out: Int32Array) => {
    for (let i = 0; i < out.length; i++) out[i] = word()
  }
  return { uniform, normal, integer, words }
}

const WORDS = 0x100000000 // 2³²
const DOUBLES = 0x20000000000000 // 2⁵³

/** The words of a stream, one block of four after another. */
function wordsOf(hash: Buffer): () => number {
  const key0 = hash.readInt32BE(0)
  const key1 = hash.readInt32BE(4)
  const upper0 = hash.readInt32BE(8)
  const upper1 = hash.readInt32BE(12)
  const block = new Uint32Array(4)
  let used = 4
  let low = 0 // the number of blocks made, in two words
  let high = 0
  return () => {
    if (used === 4) {
      philoxBlock(low, high, upper0, upper1, key0, key1, block)
      low = (low + 1) | 0
      if (low === 0) high = (high + 1) | 0
      used = 0
    }
    return block[used++]! | 0 // signed: a small integer of the engine, nothing is allocated
  }
}

/** One word modulo `below`, drawn again where the last, incomplete stretch of 2³² would favor small values. */
function small(word: () => number, below: number): number {
  const whole = WORDS - (WORDS % below)
  for (;;) {
    const value = word() >>> 0
    if (value < whole) return value % below
  }
}

/** The same from 53 bits. */
function large(word: () => number, below: number): number {
  const whole = DOUBLES - (DOUBLES % below)
  for (;;) {
    const value = (word() >>> 5) * 0x4000000 + (word() >>> 6)
    if (value < whole) return value % below
  }
}
