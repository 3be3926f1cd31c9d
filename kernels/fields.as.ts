/**
 * Rows of a field dataset: generators/fields/grf.ts and normals.ts are the twin, equal to the bit. One attempt is one transform
 * of a complex spectrum, made strip by strip where it is transformed; its imaginary part, then its real part, is a field.
 */
import { clampedExp64 } from './parts/elementary.as'
import { radii64, series32, spectrum64 } from './parts/normals.as'
import { philoxGrid } from './parts/philox.as'
import { firstPass, secondPass, Transform } from './parts/transform.as'

export { heapBase } from './parts/heap.as'

/** What the host lays down once per law (kernels/fields.ts): arrays by byte offset. */
@unmanaged
class Plan {
  low: f64 = 0 // bounds on max φ − min φ
  high: f64 = 0
  key0: i32 = 0
  key1: i32 = 0
  amplitude: usize = 0 // f64, period rows of `wide`
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
export function rows(plan: Plan, t: Transform, address: i32, count: i32, place: i32, attempt: i32, budget: i32): i32 {
  let made = 0
  while (made < count && attempt < plan.limit && budget-- > 0) {
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
