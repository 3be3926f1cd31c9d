/**
 * Standard normal pairs from the words that philoxGrid() writes, by Box–Muller: the twin of generators/fields/normals.ts, equal
 * to the bit. Eight blocks (128 bytes of words) give eight cosines and eight sines.
 */
import { cosine64, log64, sine64 } from './elementary.as'

/** √(−2 log u) of `rows` times eight blocks. */
export function radii64(words: usize, rows: i32, to: usize): void {
  for (const end = words + 128 * rows; words < end; words += 128, to += 64) {
    let w0 = v128.load(words)
    let w1 = v128.load(words, 32)
    v128.store(to, radius64(uniform64(wordsLow(w0, w1))))
    v128.store(to, radius64(uniform64(wordsHigh(w0, w1))), 16)
    w0 = v128.load(words, 16)
    w1 = v128.load(words, 48)
    v128.store(to, radius64(uniform64(wordsLow(w0, w1))), 32)
    v128.store(to, radius64(uniform64(wordsHigh(w0, w1))), 48)
  }
}

/**
 * amplitude · (radius · sine) → re and amplitude · (radius · cosine) → im, eight of each per row: the transform that follows is
 * the inverse one, so parts are exchanged. Amplitudes of a row lie `stride` bytes after those of the row before.
 */
export function spectrum64(
  words: usize,
  rows: i32,
  radius: usize,
  amplitude: usize,
  stride: usize,
  re: usize,
  im: usize,
): void {
  for (const end = words + 128 * rows; words < end; words += 128) {
    let w2 = v128.load(words, 64)
    let w3 = v128.load(words, 96)
    put64(turn64(wordsLow(w2, w3)), radius, amplitude, re, im)
    put64(turn64(wordsHigh(w2, w3)), radius + 16, amplitude + 16, re + 16, im + 16)
    w2 = v128.load(words, 80)
    w3 = v128.load(words, 112)
    put64(turn64(wordsLow(w2, w3)), radius + 32, amplitude + 32, re + 32, im + 32)
    put64(turn64(wordsHigh(w2, w3)), radius + 48, amplitude + 48, re + 48, im + 48)
    radius += 64
    amplitude += stride
    re += 64
    im += 64
  }
}

/** Eight blocks → their sixteen numbers in a row, cosine before sine, rounded to f32. */
export function series32(words: usize, groups: i32, radius: usize, to: usize): void {
  for (const end = words + 128 * groups; words < end; words += 128, radius += 64, to += 64) {
    let w2 = v128.load(words, 64)
    let w3 = v128.load(words, 96)
    round64(turn64(wordsLow(w2, w3)), radius, to)
    round64(turn64(wordsHigh(w2, w3)), radius + 16, to + 16)
    w2 = v128.load(words, 80)
    w3 = v128.load(words, 112)
    round64(turn64(wordsLow(w2, w3)), radius + 32, to + 32)
    round64(turn64(wordsHigh(w2, w3)), radius + 48, to + 48)
  }
}

// @ts-ignore: decorator
@inline
function put64(bits: v128, radius: usize, amplitude: usize, re: usize, im: usize): void {
  const x = angle64(bits)
  const z = f64x2.mul(x, x)
  const s = sine64(x, z)
  const c = cosine64(z)
  const swap = v128.and(v128.xor(s, c), isOdd(bits))
  const a = v128.load(amplitude)
  const r = v128.load(radius)
  v128.store(re, f64x2.mul(a, f64x2.mul(r, v128.xor(v128.xor(s, swap), sineSign(bits)))))
  v128.store(im, f64x2.mul(a, f64x2.mul(r, v128.xor(v128.xor(c, swap), cosineSign(bits)))))
}

// @ts-ignore: decorator
@inline
function round64(bits: v128, radius: usize, to: usize): void {
  const x = angle64(bits)
  const z = f64x2.mul(x, x)
  const s = sine64(x, z)
  const c = cosine64(z)
  const swap = v128.and(v128.xor(s, c), isOdd(bits))
  const r = v128.load(radius)
  const sine = f64x2.mul(r, v128.xor(v128.xor(s, swap), sineSign(bits)))
  const cosine = f64x2.mul(r, v128.xor(v128.xor(c, swap), cosineSign(bits)))
  const sines = f32x4.demote_f64x2_zero(sine)
  const cosines = f32x4.demote_f64x2_zero(cosine)
  v128.store(to, v128.shuffle<i32>(cosines, sines, 0, 4, 1, 5))
}

/**
 * v = Y 2⁻⁵³ with Y = 2X + 1. Bits 51 and 52 of Y + 2⁵⁰ are the number of the nearest quarter turn, the bits below it tell the
 * distance from it, exactly; 2π times that, as in the twin, is rounded once.
 */
// @ts-ignore: decorator
@inline
function angle64(bits: v128): v128 {
  const rest = v128.or(v128.and(bits, i64x2.splat(0x0007ffffffffffff)), i64x2.splat(0x3ff0000000000000))
  return f64x2.mul(f64x2.sub(rest, f64x2.splat(1.25)), f64x2.splat(3.141592653589793))
}
// @ts-ignore: decorator
@inline
function isOdd(bits: v128): v128 {
  const bit = i64x2.splat(0x0008000000000000)
  return i64x2.eq(v128.and(bits, bit), bit)
}
// @ts-ignore: decorator
@inline
function sineSign(bits: v128): v128 {
  return v128.and(i64x2.shl(bits, 11), i64x2.splat(0x8000000000000000))
}
// @ts-ignore: decorator
@inline
function cosineSign(bits: v128): v128 {
  return sineSign(i64x2.add(bits, i64x2.splat(0x0008000000000000)))
}

// @ts-ignore: decorator
@inline
function radius64(u: v128): v128 {
  return f64x2.sqrt(f64x2.mul(f64x2.splat(-2), log64(u)))
}

/** Words of blocks 0, 1 and of 2, 3 as 64 bits each. */
// @ts-ignore: decorator
@inline
function wordsLow(upper: v128, lower: v128): v128 {
  return v128.shuffle<i32>(lower, upper, 0, 4, 1, 5)
}
// @ts-ignore: decorator
@inline
function wordsHigh(upper: v128, lower: v128): v128 {
  return v128.shuffle<i32>(lower, upper, 2, 6, 3, 7)
}

/** u = (X + ½) 2⁻⁵²: 1 + X 2⁻⁵² as bits, then − 1 + 2⁻⁵³, which is exact. */
// @ts-ignore: decorator
@inline
function uniform64(words: v128): v128 {
  const bits = v128.or(i64x2.shr_u(words, 12), i64x2.splat(0x3ff0000000000000))
  return f64x2.sub(bits, f64x2.splat(0.9999999999999999)) // 1 − 2⁻⁵³
}

/** Y + 2⁵⁰, see angle64(). */
// @ts-ignore: decorator
@inline
function turn64(words: v128): v128 {
  return i64x2.add(v128.or(i64x2.shr_u(words, 11), i64x2.splat(1)), i64x2.splat(0x0004000000000000))
}
