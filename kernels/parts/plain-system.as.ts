/**
 * One plain system A x = b in f64, row-major with zeros around every array, so that no loop asks where the wall is.
 * A is symmetric: the couplings to the west and south are those to the east and north of the nodes there.
 */
import { NORM, REPORT_BYTES, SCALES, SPREAD, UNIT_A, UNIT_B, n, plain, report, scratch } from './multigrid-memory.as'

const EXPONENT: u64 = 0x7ff0000000000000
const LARGE: f64 = reinterpret<f64>(0x4630000000000000) // 2¹⁰⁰

/** What begin() finds. */
export const SOUND: i32 = 0
export const EMPTY: i32 = 1 // b = 0, and so x = 0
export const NOT_FINITE: i32 = 2
export const NOT_POSITIVE: i32 = 3 // a diagonal that is not
export const TOO_SMALL: i32 = 4 // a subnormal scale: squares would be lost

// @ts-ignore: decorator
@inline export function reportOf(lane: i32): usize {
  return report + <usize>lane * REPORT_BYTES
}

// @ts-ignore: decorator
@inline function bytes(): usize {
  return <usize>n * n * 8
}

/**
 * Looks at a system, and sets x = 0 and the norm of b; clears what is stored of couplings to the wall. A power of two, by which the
 * largest diagonal is in [1, 2), is kept for whoever takes A into f32: it rounds nothing. Where A or b are so large or so small that
 * squares and quotients might not be of f64, they are divided by such units here.
 */
export function begin(lane: i32): i32 {
  clearWalls(lane)
  memory.fill(plain(4, lane), 0, bytes())
  store<f64>(reportOf(lane), 0, NORM)
  store<f64>(reportOf(lane), 1, UNIT_A)
  store<f64>(reportOf(lane), 1, UNIT_B)
  return scan(lane)
}

/**
 * Finite or not, the norm of b, the unit of A and the spread of the diagonal, in one pass. Sums of 0 · v are NaN where a v is not
 * finite. Beyond an odd number of diagonals stands the first once more meanwhile, since 0 is none.
 */
function scan(lane: i32): i32 {
  let c = plain(0, lane)
  let e = plain(1, lane)
  let north = plain(2, lane)
  let b = plain(3, lane)
  const end = c + bytes()
  const first = load<f64>(c)
  const zero = f64x2.splat(0)
  let sum = zero
  let squares = zero
  let most = zero
  let rhs = zero
  let least = f64x2.splat(first)
  store<f64>(end, first)
  for (; c < end; c += 16) {
    const center = v128.load(c)
    const value = v128.load(b)
    const couplings = f64x2.add(f64x2.mul(v128.load(e), zero), f64x2.mul(v128.load(north), zero))
    sum = f64x2.add(sum, f64x2.add(couplings, f64x2.add(f64x2.mul(center, zero), f64x2.mul(value, zero))))
    squares = f64x2.add(squares, f64x2.mul(value, value))
    most = f64x2.pmax(most, center)
    least = f64x2.pmin(least, center)
    rhs = f64x2.pmax(rhs, f64x2.abs(value))
    e += 16
    north += 16
    b += 16
  }
  store<f64>(end, 0)
  if (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) != 0) return NOT_FINITE
  const lowest = min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1))
  const highest = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1))
  if (!(lowest > 0)) return NOT_POSITIVE
  store<f64>(reportOf(lane), highest / lowest, SPREAD)
  const size = max(f64x2.extract_lane(rhs, 0), f64x2.extract_lane(rhs, 1))
  if (size == 0) return EMPTY
  const norm = sqrt(f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1))
  return useUnits(lane, powerOfTwo(highest), powerOfTwo(size), norm)
}

/** Keeps the unit of A, or divides by both. */
function useUnits(lane: i32, unitA: f64, unitB: f64, norm: f64): i32 {
  if (unitA == 0 || unitB == 0) return TOO_SMALL
  const moderate = max(unitA, unitB) <= LARGE && min(unitA, unitB) >= 1 / LARGE
  if (!moderate) {
    store<f64>(reportOf(lane), unitA, UNIT_A)
    store<f64>(reportOf(lane), unitB, UNIT_B)
  }
  store<f64>(scratch + SCALES + <usize>lane * 8, moderate ? 1 / unitA : 1)
  store<f64>(reportOf(lane), moderate ? norm : divide(lane), NORM)
  return SOUND
}

/** The largest power of two that is not above the value; 0 where that is subnormal. */
function powerOfTwo(value: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(value) & EXPONENT)
}

/** Divides A and b by their units; returns the norm of b. */
function divide(lane: i32): f64 {
  const a = f64x2.splat(1 / load<f64>(reportOf(lane), UNIT_A))
  const unit = f64x2.splat(1 / load<f64>(reportOf(lane), UNIT_B))
  let c = plain(0, lane)
  let e = plain(1, lane)
  let north = plain(2, lane)
  let b = plain(3, lane)
  let sum = f64x2.splat(0)
  for (const end = c + bytes(); c < end; c += 16) {
    const value = f64x2.mul(unit, v128.load(b))
    v128.store(c, f64x2.mul(a, v128.load(c)))
    v128.store(e, f64x2.mul(a, v128.load(e)))
    v128.store(north, f64x2.mul(a, v128.load(north)))
    v128.store(b, value)
    sum = f64x2.add(sum, f64x2.mul(value, value))
    e += 16
    north += 16
    b += 16
  }
  return sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))
}

/** r ← b − A x; returns ‖r‖. Neighbors in a row come from the vectors before and after: loads are what this loop waits for. */
export function residual(lane: i32): f64 {
  const up = <usize>n * 8
  const down: usize = 0 - up
  let c = plain(0, lane)
  let e = plain(1, lane)
  let north = plain(2, lane)
  let b = plain(3, lane)
  let x = plain(4, lane)
  let r = plain(5, lane)
  let east = v128.load(e - 16)
  let before = v128.load(x - 16)
  let here = v128.load(x)
  let sum = f64x2.splat(0)
  for (const end = c + bytes(); c < end; c += 16) {
    const after = v128.load(x, 16)
    const west = east
    east = v128.load(e)
    const sides = f64x2.add(
      f64x2.mul(east, v128.shuffle<f64>(here, after, 1, 2)),
      f64x2.mul(v128.shuffle<f64>(west, east, 1, 2), v128.shuffle<f64>(before, here, 1, 2)),
    )
    const rows = f64x2.add(
      f64x2.mul(v128.load(north), v128.load(x + up)),
      f64x2.mul(v128.load(north + down), v128.load(x + down)),
    )
    const own = f64x2.sub(v128.load(b), f64x2.mul(v128.load(c), here))
    const value = f64x2.sub(own, f64x2.add(sides, rows))
    v128.store(r, value)
    sum = f64x2.add(sum, f64x2.mul(value, value))
    before = here
    here = after
    e += 16
    north += 16
    b += 16
    x += 16
    r += 16
  }
  return sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))
}

/** ‖ |A| |x| ‖: 4 ε of it is what rounding alone may leave of r. */
export function magnitude(lane: i32): f64 {
  const up = <usize>n * 8
  let c = plain(0, lane)
  let e = plain(1, lane)
  let north = plain(2, lane)
  let x = plain(4, lane)
  let sum: f64 = 0
  for (const end = c + bytes(); c < end; c += 8) {
    const sides = abs(load<f64>(e) * load<f64>(x + 8)) + abs(load<f64>(e - 8) * load<f64>(x - 8))
    const rows = abs(load<f64>(north) * load<f64>(x + up)) + abs(load<f64>(north - up) * load<f64>(x - up))
    const value = abs(load<f64>(c) * load<f64>(x)) + sides + rows
    sum += value * value
    e += 8
    north += 8
    x += 8
  }
  return sqrt(sum)
}

/** x of the system that was given. + 0, so that a zero has one sign. False, and x = 0, where it is none of f64. */
export function finish(lane: i32): bool {
  const a = f64x2.splat(1 / load<f64>(reportOf(lane), UNIT_A))
  const b = f64x2.splat(load<f64>(reportOf(lane), UNIT_B))
  const zero = f64x2.splat(0)
  let x = plain(4, lane)
  let sum = zero
  for (const end = x + bytes(); x < end; x += 16) {
    const value = f64x2.add(f64x2.mul(f64x2.mul(v128.load(x), a), b), zero)
    v128.store(x, value)
    sum = f64x2.add(sum, f64x2.mul(value, zero)) // NaN where a value is not finite
  }
  if (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) == 0) return true
  memory.fill(plain(4, lane), 0, bytes())
  return false
}

function clearWalls(lane: i32): void {
  const up = <usize>n * 8
  let east = plain(1, lane) + up - 8
  let north = plain(2, lane) + bytes() - up
  for (let i = 0; i < n; i++) {
    store<f64>(east, 0)
    store<f64>(north, 0)
    east += up
    north += 8
  }
}
