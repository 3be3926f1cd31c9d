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

/** f64 values at p, p + stride, … (as many as there are lanes), rounded to T. */
// @ts-ignore: decorator
@inline export function gather<T>(p: usize, stride: usize): v128 {
  const low = v128.load64_lane(p + stride, v128.load64_zero(p), 1)
  if (sizeof<T>() == 8) return low
  const high = v128.load64_lane(p + 3 * stride, v128.load64_zero(p + 2 * stride), 1)
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5)
}

/** The same of f64 values times the factors of lanes 0, 1 (`low`) and 2, 3 (`high`). */
// @ts-ignore: decorator
@inline export function gatherScaled<T>(p: usize, stride: usize, low: v128, high: v128): v128 {
  const first = f64x2.mul(low, v128.load64_lane(p + stride, v128.load64_zero(p), 1))
  if (sizeof<T>() == 8) return first
  const second = f64x2.mul(high, v128.load64_lane(p + 3 * stride, v128.load64_zero(p + 2 * stride), 1))
  return v128.shuffle<f32>(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(second), 0, 1, 4, 5)
}

/** Adds value × factor of each lane to the f64 values at p, p + stride, …; nothing where the value's `mask` is 0. */
// @ts-ignore: decorator
@inline export function scatterAdd<T>(p: usize, stride: usize, value: v128, mask: v128, low: v128, high: v128): void {
  const kept = v128.and(value, mask)
  addPair(p, stride, f64x2.mul(low, sizeof<T>() == 8 ? kept : f64x2.promote_low_f32x4(kept)))
  if (sizeof<T>() == 8) return
  const upper = f64x2.promote_low_f32x4(v128.shuffle<f64>(kept, kept, 1, 1))
  addPair(p + 2 * stride, stride, f64x2.mul(high, upper))
}

// @ts-ignore: decorator
@inline function addPair(p: usize, stride: usize, value: v128): void {
  const sum = f64x2.add(v128.load64_lane(p + stride, v128.load64_zero(p), 1), value)
  v128.store64_lane(p, sum, 0)
  v128.store64_lane(p + stride, sum, 1)
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
