/**
 * Standard normal numbers by address: block b gives one independent pair, by Box–Muller,
 *
 *   (√(−2 log u) cos 2πv, √(−2 log u) sin 2πv),   u, v = 52-bit uniforms of words (0, 1) and (2, 3).
 *
 * |z| < 8.6. Equal to the bit on every machine.
 * Box, Muller, A note on the generation of random normal deviates (doi:10.1214/aoms/1177706645).
 */
import { log, sincos2pi } from '../../math/elementary.ts'
import { philoxBlock, uniformOf } from '../../math/philox.ts'
import { type Key, PURPOSES } from './address.ts'

export interface Draw {
  attempt: number
  address: number
  purpose: keyof typeof PURPOSES
}

/** Fills cosines[b] and sines[b] with the pair of block b, for as many blocks as `cosines` has places. */
export function fillPairs(key: Key, draw: Draw, cosines: Float64Array, sines: Float64Array): void {
  const { attempt, address } = draw
  const purpose = PURPOSES[draw.purpose]
  const words = new Uint32Array(4)
  const pair = new Float64Array(2)
  for (let block = 0; block < cosines.length; block++) {
    philoxBlock(block, attempt, address, purpose, key.seed, key.set, words)
    const radius = Math.sqrt(-2 * log(uniformOf(words[0]!, words[1]!)))
    sincos2pi(uniformOf(words[2]!, words[3]!), pair)
    cosines[block] = radius * pair[1]!
    sines[block] = radius * pair[0]!
  }
}

/** `count` normal numbers in a row: the pairs one after another, the last one cut where `count` is odd. */
export function normals(key: Key, draw: Draw, count: number): Float64Array {
  const blocks = Math.ceil(count / 2)
  const cosines = new Float64Array(blocks)
  const sines = new Float64Array(blocks)
  fillPairs(key, draw, cosines, sines)
  const out = new Float64Array(count)
  for (let i = 0; i < count; i++) out[i] = (i % 2 === 0 ? cosines : sines)[i >> 1]!
  return out
}
