/**
 * Vectors of 16 bytes as lanes: one sample in each, four with T = f32 and two with T = f64. No operation mixes lanes, so what
 * one of them holds, NaN included, never reaches another.
 */

/** Samples in a vector. */
// @ts-ignore: decorator
@inline export function lanesOf<T>(): i32 {
  return 16 / sizeof<T>()
}

/** The value in every lane. */
// @ts-ignore: decorator
@inline export function splat<T>(value: f64): v128 {
  return sizeof<T>() == 4 ? f32x4.splat(<f32>value) : f64x2.splat(value)
}

/**
 * The f64 values at p and p + 8 of every lane (`stride` bytes from lane to lane) times a factor of the lane, given in both halves of a
 * vector, rounded to T: half of the lanes each. firsts() and seconds() of the halves are the lanes of the two values. Neighbors are
 * read as one vector, and written so by addPair(): one value of each lane at a time took twice the instructions.
 */
// @ts-ignore: decorator
@inline export function lowerScaled<T>(p: usize, stride: usize, one: v128, two: v128): v128 {
  const first = f64x2.mul(one, v128.load(p))
  return sizeof<T>() == 8 ? first : together(first, f64x2.mul(two, v128.load(p + stride)))
}
// @ts-ignore: decorator
@inline export function upperScaled<T>(p: usize, stride: usize, two: v128, three: v128, four: v128): v128 {
  if (sizeof<T>() == 8) return f64x2.mul(two, v128.load(p + stride))
  return lowerScaled<T>(p + 2 * stride, stride, three, four)
}

// @ts-ignore: decorator
@inline export function firsts<T>(low: v128, high: v128): v128 {
  return sizeof<T>() == 8 ? v128.shuffle<f64>(low, high, 0, 2) : v128.shuffle<f32>(low, high, 0, 2, 4, 6)
}
// @ts-ignore: decorator
@inline export function seconds<T>(low: v128, high: v128): v128 {
  return sizeof<T>() == 8 ? v128.shuffle<f64>(low, high, 1, 3) : v128.shuffle<f32>(low, high, 1, 3, 5, 7)
}

// @ts-ignore: decorator
@inline function together(a: v128, b: v128): v128 {
  return v128.shuffle<f64>(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 2)
}

/** Adds these values of the lanes, times factors as above, to the f64 values at p and p + 8 of every lane. */
// @ts-ignore: decorator
@inline export function addPair<T>(
  p: usize, stride: usize, first: v128, second: v128,
  one: v128, two: v128, three: v128, four: v128,
): void {
  if (sizeof<T>() == 8) {
    addTo(p, v128.shuffle<f64>(first, second, 0, 2), one)
    addTo(p + stride, v128.shuffle<f64>(first, second, 1, 3), two)
    return
  }
  addTwo(p, stride, v128.shuffle<f32>(first, second, 0, 4, 1, 5), one, two)
  addTwo(p + 2 * stride, stride, v128.shuffle<f32>(first, second, 2, 6, 3, 7), three, four)
}

// @ts-ignore: decorator
@inline function addTwo(p: usize, stride: usize, values: v128, one: v128, two: v128): void {
  addTo(p, f64x2.promote_low_f32x4(values), one)
  addTo(p + stride, f64x2.promote_low_f32x4(v128.shuffle<f64>(values, values, 1, 1)), two)
}

// @ts-ignore: decorator
@inline function addTo(p: usize, value: v128, factor: v128): void {
  v128.store(p, f64x2.add(v128.load(p), f64x2.mul(factor, value)))
}

/** The factor of a lane, of f64 numbers at p. */
// @ts-ignore: decorator
@inline export function factorOf(p: usize, lane: i32): v128 {
  return v128.load64_splat(p + <usize>lane * 8)
}

/** One number of T per lane, written from f64. */
export function setLane<T>(p: usize, lane: i32, value: f64): void {
  store<T>(p + <usize>lane * sizeof<T>(), <T>value)
}

export function laneOf<T>(p: usize, lane: i32): f64 {
  return <f64>load<T>(p + <usize>lane * sizeof<T>())
}

/** All bits of a lane where `on`, else none. */
export function setMask<T>(p: usize, lane: i32, on: bool): void {
  if (sizeof<T>() == 4) store<i32>(p + <usize>lane * 4, on ? -1 : 0)
  else store<i64>(p + <usize>lane * 8, on ? -1 : 0)
}

export function maskOf<T>(p: usize, lane: i32): bool {
  return load<i32>(p + <usize>lane * sizeof<T>()) != 0
}
