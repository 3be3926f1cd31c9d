/**
 * Two-dimensional transforms by strips of eight columns, as math/fft.ts makes them: first all columns of the period × period
 * array, whose lowest `keep` frequencies go transposed into `half`; then the columns of that, transposed back into `out`. Whoever
 * calls fills the strips of the first pass one by one, so that no whole spectrum is ever stored.
 *
 * T is f64 or f32. Offsets are those of real parts; imaginary parts lie `…Apart` bytes further on.
 */
import { butterflies } from './butterflies.as'

/** The arrays of one transform; the host writes it (kernels/fields.ts), all fields are 32-bit. */
@unmanaged
export class Transform {
  period: i32 = 0 // 2ᵃ 3ᵇ 5ᶜ
  keep: i32 = 0
  row: usize = 0 // bytes of a row of half and of out: keep numbers, rounded up to 16 bytes
  roots: usize = 0
  rootsApart: usize = 0
  work: usize = 0 // a strip: (period + 1) × 8 numbers
  other: usize = 0
  workApart: usize = 0
  half: usize = 0 // period rows, rounded up to eight
  halfApart: usize = 0
  out: usize = 0 // keep rows, rounded up to eight
  outApart: usize = 0
}

/** Bytes of a strip's row. */
// @ts-ignore: decorator
@inline
function stripWidth<T>(): usize {
  return 8 * sizeof<T>()
}

/** The strip that lies in `work`, of columns first … first + 7, → their rows of `half`. */
export function firstPass<T>(t: Transform, first: i32): void {
  const width = stripWidth<T>()
  const done = strip<T>(t, t.work, t.workApart, width, width)
  transpose<T>(t, done, width, t.half + <usize>first * t.row, t.halfApart)
}

/** All columns of `half` → `out`. */
export function secondPass<T>(t: Transform): void {
  for (let at: usize = 0; at < t.row; at += stripWidth<T>()) {
    const width = min(stripWidth<T>(), t.row - at)
    const done = strip<T>(t, t.half + at, t.halfApart, t.row, width)
    transpose<T>(t, done, width, t.out + (at / sizeof<T>()) * t.row, t.outApart)
  }
}

/** All stages on columns that are read `stride` bytes from one number to the next; where the result lies. */
function strip<T>(t: Transform, from: usize, apart: usize, stride: usize, width: usize): usize {
  let to = from == t.work ? t.other : t.work
  let left = t.period
  let done = 1
  while (left > 1) {
    const radix = left % 5 == 0 ? 5 : left % 3 == 0 ? 3 : left % 4 == 0 ? 4 : 2
    left /= radix
    const wide = width * done
    butterflies<T>(radix, from, to, apart, t.workApart, left, done, t.roots, t.rootsApart, wide, done == 1 ? stride : wide)
    done *= radix
    from = to
    apart = t.workApart
    to = from == t.work ? t.other : t.work
  }
  return from
}

/** The first `keep` rows of a strip → as many columns of the rows from `to` on. */
function transpose<T>(t: Transform, from: usize, width: usize, to: usize, toApart: usize): void {
  for (let column: usize = 0; column < width; column += 16, to += (16 / sizeof<T>()) * t.row) {
    for (let part: usize = 0; part < 2; part++) {
      let source = from + column + part * t.workApart
      const start = to + part * toApart
      for (let at: usize = 0; at < t.row; at += 16) {
        if (sizeof<T>() == 8) {
          const a = v128.load(source)
          const b = v128.load(source + width)
          v128.store(start + at, v128.shuffle<i64>(a, b, 0, 2))
          v128.store(start + at + t.row, v128.shuffle<i64>(a, b, 1, 3))
          source += 2 * width
        } else {
          const a = v128.load(source)
          const b = v128.load(source + width)
          const c = v128.load(source + 2 * width)
          const d = v128.load(source + 3 * width)
          const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5)
          const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5)
          const AB = v128.shuffle<i32>(a, b, 2, 6, 3, 7)
          const CD = v128.shuffle<i32>(c, d, 2, 6, 3, 7)
          v128.store(start + at, v128.shuffle<i64>(ab, cd, 0, 2))
          v128.store(start + at + t.row, v128.shuffle<i64>(ab, cd, 1, 3))
          v128.store(start + at + 2 * t.row, v128.shuffle<i64>(AB, CD, 0, 2))
          v128.store(start + at + 3 * t.row, v128.shuffle<i64>(AB, CD, 1, 3))
          source += 4 * width
        }
      }
    }
  }
}
