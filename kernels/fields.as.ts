/**
 * Rows of a field dataset: generators/fields/grf.ts and normals.ts are the twin, equal to the bit. One attempt is one transform
 * of a complex spectrum, made strip by strip where it is transformed; its imaginary part, then its real part, is a field.
 */
import { clampedExp64 } from './parts/elementary.as'
import { radii64, series32, spectrum64 } from './parts/normals.as'
import { philoxGrid } from './parts/philox.as'
import { spectrum32 } from './parts/screening.as'
import { firstPass, secondPass, Transform } from './parts/transform.as'

export { heapBase } from './parts/heap.as'
export { spectrum32 } // for its test

/** What the host lays down once per law (kernels/fields.ts): arrays by byte offset. */
@unmanaged
class Plan {
  low: f64 = 0 // bounds on max φ − min φ
  high: f64 = 0
  margin: f64 = 0 // how far max φ − min φ of the screening may be from that of the field
  key0: i32 = 0
  key1: i32 = 0
  amplitude: usize = 0 // f64, period rows of `wide`
  amplitude32: usize = 0 // the same in f32
  bands: usize = 0 // i32 pairs: rows from … up to … of each strip that the screening leaves out
  screened: i32 = 0 // whether there is a screening
  wide: i32 = 0 // period, rounded up to eight
  words: usize = 0 // 128 bytes per row of a strip
  radii: usize = 0 // 64 bytes per row of a strip
  k: usize = 0 // f32, keep² of each row, kBytes apart
  kBytes: usize = 0
  rhs: usize = 0 // f32, (keep − 1)² of each row
  rhsBytes: usize = 0
  attempts: usize = 0 // i32, one of each row, and one more
  limit: i32 = 0 // attempts after which a row is given up
}

/** Fourth counter words, as in generators/fields/address.ts. */
const FIELD = 0
const RHS = 1

/**
 * Makes rows `address` … `address + count − 1` into places `place`, `place + 1`, … until they are all made, `budget` attempts are
 * spent, or a row has had as many as it may; the first row goes on at attempt `attempt`. Rows made; where one was left
 * unfinished, its place says how many attempts it has had.
 */
export function rows(
  plan: Plan,
  t: Transform,
  t32: Transform,
  address: i32,
  count: i32,
  place: i32,
  attempt: i32,
  budget: i32,
): i32 {
  let made = 0
  while (made < count && attempt < plan.limit && budget-- > 0) {
    // where every other field is taken the first attempt is a hit more often than not, and screening would come on top
    const isOut = plan.screened && attempt > 0 && !mayHit(plan, t32, address + made, attempt)
    if (isOut) {
      store<i32>(plan.attempts + 4 * place, ++attempt)
      continue
    }
    draw(plan, t, address + made, attempt++)
    const real = t.out + t.outApart // of the inverse transform: parts were exchanged
    const phi = inWindow(plan, t, real) ? real : inWindow(plan, t, t.out) ? t.out : 0
    store<i32>(plan.attempts + 4 * place, attempt)
    if (phi == 0) continue
    coefficient(t, phi, plan.k + <usize>place * plan.kBytes)
    side(plan, t, address + made, plan.rhs + <usize>place * plan.rhsBytes)
    made++
    place++
    attempt = 0
    store<i32>(plan.attempts + 4 * place, 0)
  }
  return made
}

/** Whether one of the two fields of an attempt may lie in the window: no is certain, as long as `margin` is a bound. */
function mayHit(plan: Plan, t: Transform, address: i32, attempt: i32): bool {
  screen(plan, t, address, attempt)
  return mayBeIn(plan, screenedRange(t, 0)) || mayBeIn(plan, screenedRange(t, 1))
}

/** max φ − min φ of the first or the second field that screen() left in `out`. */
export function screenedRange(t: Transform, half: i32): f64 {
  return range32(t, half == 0 ? t.out + t.outApart : t.out)
}

// @ts-ignore: decorator
@inline
function mayBeIn(plan: Plan, range: f64): bool {
  return range >= plan.low - plan.margin && range <= plan.high + plan.margin
}

/** As draw(), in f32 and without the frequencies that make no difference within `margin`. */
export function screen(plan: Plan, t: Transform, address: i32, attempt: i32): void {
  for (let first = 0; first < t.period; first += 8) {
    const head = load<i32>(plan.bands + first)
    const tail = load<i32>(plan.bands + first, 4)
    if (head == 0 && tail == t.period) {
      const rows = t.half + <usize>first * t.row
      memory.fill(rows, 0, 8 * t.row)
      memory.fill(rows + t.halfApart, 0, 8 * t.row)
      continue
    }
    rowsOf32(plan, t, first, 0, head, address, attempt)
    rowsOf32(plan, t, first, tail, t.period - tail, address, attempt)
    const empty = 32 * (tail - head)
    memory.fill(t.work + 32 * head, 0, empty)
    memory.fill(t.work + t.workApart + 32 * head, 0, empty)
    firstPass<f32>(t, first)
  }
  secondPass<f32>(t)
}

/** `count` rows of the strip from column `first` on, beginning with row `row`. */
function rowsOf32(plan: Plan, t: Transform, first: i32, row: i32, count: i32, address: i32, attempt: i32): void {
  philoxGrid(plan.words, row * t.period + first, count, t.period, 8, attempt, address, FIELD, plan.key0, plan.key1)
  const amplitude = plan.amplitude32 + 4 * (row * plan.wide + first)
  const to = t.work + 32 * row
  spectrum32(plan.words, count, amplitude, 4 * plan.wide, to, to + t.workApart)
}

/** max φ − min φ. */
function range32(t: Transform, phi: usize): f64 {
  let least = f32x4.splat(Infinity)
  let most = f32x4.splat(-Infinity)
  for (let i = 0; i < t.keep; i++) {
    const end = phi + 4 * t.keep
    let at = phi
    for (; at + 12 < end; at += 16) {
      const value = v128.load(at)
      least = f32x4.pmin(least, value)
      most = f32x4.pmax(most, value)
    }
    for (; at < end; at += 4) {
      const value = v128.load32_splat(at)
      least = f32x4.pmin(least, value)
      most = f32x4.pmax(most, value)
    }
    phi += t.row
  }
  least = f32x4.pmin(least, v128.shuffle<i32>(least, least, 2, 3, 0, 1))
  most = f32x4.pmax(most, v128.shuffle<i32>(most, most, 2, 3, 0, 1))
  const top = max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1))
  return <f64>top - <f64>min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1))
}

/** One attempt → both fields, in `out`. */
export function draw(plan: Plan, t: Transform, address: i32, attempt: i32): void {
  for (let first = 0; first < t.period; first += 8) {
    philoxGrid(plan.words, first, t.period, t.period, 8, attempt, address, FIELD, plan.key0, plan.key1)
    radii64(plan.words, t.period, plan.radii)
    const amplitude = plan.amplitude + 8 * first
    spectrum64(plan.words, t.period, plan.radii, amplitude, 8 * plan.wide, t.work, t.work + t.workApart)
    firstPass<f64>(t, first)
  }
  secondPass<f64>(t)
}

/** k of both fields of `count` attempts, one over the other: what test/speed/fields.ts times. */
export function whole(plan: Plan, t: Transform, address: i32, count: i32): void {
  for (let attempt = 0; attempt < count; attempt++) {
    draw(plan, t, address, attempt)
    coefficient(t, t.out + t.outApart, plan.k)
    coefficient(t, t.out, plan.k + plan.kBytes)
  }
}

/** The (keep − 1)² normal numbers of a right-hand side; up to 15 more are written after them. */
export function side(plan: Plan, t: Transform, address: i32, to: usize): void {
  const groups = ((t.keep - 1) * (t.keep - 1) + 15) / 16
  for (let first = 0; first < groups; first += t.period) {
    const some = min(t.period, groups - first)
    philoxGrid(plan.words, 8 * first, some, 8, 8, 0, address, RHS, plan.key0, plan.key1)
    radii64(plan.words, some, plan.radii)
    series32(plan.words, some, plan.radii, to + 64 * first)
  }
}

/** Whether max φ − min φ lies within the bounds, these included. */
function inWindow(plan: Plan, t: Transform, phi: usize): bool {
  let least = f64x2.splat(Infinity)
  let most = f64x2.splat(-Infinity)
  for (let i = 0; i < t.keep; i++) {
    const end = phi + 8 * t.keep
    let at = phi
    for (; at + 8 < end; at += 16) {
      const value = v128.load(at)
      least = f64x2.pmin(least, value)
      most = f64x2.pmax(most, value)
    }
    if (at < end) {
      const value = v128.load64_splat(at)
      least = f64x2.pmin(least, value)
      most = f64x2.pmax(most, value)
    }
    phi += t.row
  }
  const top = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1))
  const range = top - min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1))
  return range >= plan.low && range <= plan.high
}

/** k = e^φ, made in f64 and rounded once. */
export function coefficient(t: Transform, phi: usize, k: usize): void {
  for (let i = 0; i < t.keep; i++) {
    const end = phi + 8 * t.keep
    let at = phi
    for (; at + 8 < end; at += 16, k += 8) {
      v128.store64_lane(k, f32x4.demote_f64x2_zero(clampedExp64(v128.load(at))), 0)
    }
    if (at < end) {
      v128.store32_lane(k, f32x4.demote_f64x2_zero(clampedExp64(v128.load64_splat(at))), 0)
      k += 4
    }
    phi += t.row
  }
}
