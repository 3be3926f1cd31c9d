/**
 * Random numbers for one step, drawn on the host and fed like data: a compiled step holds no generator.
 *   'uniform'        float32 in [0, 1): 24 bits of a word, all that a float32 there can hold
 *   'normal'         float32, mean 0, standard deviation 1, |z| < 6.7: Box–Muller, two words for two values
 *   { bernoulli: p } float32, 1 with probability p, else 0; { bernoulli: 1 − rate } keeps in a dropout
 *   { integer: n }   int32 in [0, n)
 * Not equal to the bit on every machine, as Math.log and Math.cos need not be; equal on one machine, as weights are.
 * Masks are most of what a training step draws: a byte a place decides but for one in 256, which takes a word more.
 */
import type { Law, Rng } from '../contracts.ts'
import { sizeOf } from './graph.ts'
import type { Dtype, HostTensor } from './types.ts'

export function drawNoise(shape: readonly number[], law: Law, rng: Rng): HostTensor {
  const data = draw(sizeOf(shape), law, rng)
  return { shape: [...shape], dtype: dtypeOf(law), data }
}

export function dtypeOf(law: Law): Dtype {
  return typeof law === 'object' && 'integer' in law ? 'int32' : 'float32'
}

function draw(length: number, law: Law, rng: Rng): Float32Array | Int32Array {
  if (law === 'normal') return normals(length, rng)
  if (law === 'uniform') return uniforms(length, rng)
  if ('integer' in law) return integers(length, law.integer, rng)
  return mask(length, law.bernoulli, rng)
}

function uniforms(length: number, rng: Rng): Float32Array {
  const drawn = words(length, rng)
  const values = new Float32Array(length)
  for (let i = 0; i < length; i++) values[i] = (drawn[i]! >>> 8) / 2 ** 24
  return values
}

function integers(length: number, below: number, rng: Rng): Int32Array {
  const values = new Int32Array(length)
  for (let i = 0; i < length; i++) values[i] = rng.integer(below)
  return values
}

/** √(−2 ln u) (cos, sin)(2πv), u in (0, 1] and v in [0, 1) with 32 bits each. Own log and sincos would take 7 times as long. */
function normals(length: number, rng: Rng): Float32Array {
  const drawn = words(length + (length & 1), rng)
  const values = new Float32Array(length)
  for (let i = 0; i < length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(((drawn[i]! >>> 0) + 1) / 2 ** 32))
    const angle = ((drawn[i + 1]! >>> 0) / 2 ** 32) * 2 * Math.PI
    values[i] = radius * Math.cos(angle)
    values[i + 1] = radius * Math.sin(angle) // beyond an odd length, nothing happens
  }
  return values
}

/**
 * u < 256 p for a byte u, lowest byte of a word first; where u is the whole part of 256 p, the rest of it decides.
 * Four places at a time and no branch but for words that hold such a byte: half of the branches would be guessed wrong.
 */
function mask(length: number, p: number, rng: Rng): Float32Array {
  const drawn = words(Math.ceil(length / 4), rng)
  const whole = Math.floor(256 * p)
  const rest = (256 * p - whole) * 2 ** 32
  const more = new Int32Array(1)
  const values = new Float32Array(4 * drawn.length)
  const keeps = Float32Array.from({ length: 256 }, (_, byte) => (byte < whole ? 1 : 0))
  const wholes = Math.imul(whole & 255, ONES)
  for (let w = 0, i = 0; w < drawn.length; w++, i += 4) {
    const word = drawn[w]!
    values[i] = keeps[word & 255]!
    values[i + 1] = keeps[(word >>> 8) & 255]!
    values[i + 2] = keeps[(word >>> 16) & 255]!
    values[i + 3] = keeps[word >>> 24]!
    const apart = word ^ wholes // a byte of 0 where the byte is `whole`
    if (((apart - ONES) & ~apart & HIGHS) === 0) continue
    for (let b = 0; b < 4 && i + b < length; b++) {
      if (((word >>> (8 * b)) & 255) !== whole) continue
      rng.words(more)
      if (more[0]! >>> 0 < rest) values[i + b] = 1
    }
  }
  return values.subarray(0, length)
}

const ONES = 0x01010101
const HIGHS = 0x80808080

function words(count: number, rng: Rng): Int32Array {
  const drawn = new Int32Array(count)
  rng.words(drawn)
  return drawn
}
