/** Matrices and fields of f64 as lanes of float32: the batch last, points by their place on the device. */
import type { Stencil } from '../../contracts.ts'
import type { Level } from './levels.ts'

/**
 * The finest operator of the lanes, each divided by its scale: off = minus the four neighbors, excess = the sum of the row,
 * taken in f64 before either is rounded. Lanes without an entry, or with one that has failed, get the unit matrix.
 */
export function packMatrix(
  matrix: Stencil,
  lanes: readonly { entry: number; scale: number; failed: unknown }[],
  { levels, batch }: { levels: readonly Level[]; batch: number },
): { off: Float32Array; excess: Float32Array } {
  const { place, points } = levels[0]!
  const off = new Float32Array(4 * points * batch)
  const excess = new Float32Array(points * batch).fill(1)
  for (const [b, { entry, scale, failed }] of lanes.entries()) {
    if (failed !== null) continue
    const at = entry * points
    for (let p = 0; p < points; p++) {
      const to = place[p]! * batch + b
      const row = levels[0]!.directions.map((direction) => matrix[direction as 'west'][at + p]!)
      let sum = matrix.center[at + p]!
      for (const [d, value] of row.entries()) {
        sum += value
        off[d * points * batch + to] = -value / scale
      }
      excess[to] = sum / scale
    }
  }
  return { off, excess }
}

/** Writes factor · values into lane b. */
export function spread(
  values: Float64Array,
  factor: number,
  place: Int32Array,
  out: Float32Array,
  b: number,
  batch: number,
): void {
  for (let p = 0; p < values.length; p++) out[place[p]! * batch + b] = factor * values[p]!
}

/** Hands each value of lane b to `take`, by its point. */
export function laneOf(
  values: Float32Array,
  place: Int32Array,
  b: number,
  batch: number,
  take: (p: number, value: number) => void,
): void {
  for (let p = 0; p < place.length; p++) take(p, values[place[p]! * batch + b]!)
}

/** The largest power of two that is at most `value`; scaling by it rounds nothing. 1 for 0 and what is not finite. */
export function powerOfTwoNear(value: number): number {
  if (!(value > 0 && value < Infinity)) return 1
  let power = 1
  while (power * 2 <= value) power *= 2
  while (power > value) power /= 2
  return power
}
