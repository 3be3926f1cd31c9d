/**
 * A factor as networks see it (tasks.ts): rows of W slots, slot 0 the diagonal, then the columns before it ascending, then
 * nothing. `columns` of a slot that stores nothing is its own row, which no slot but the first has else.
 */
import type { Lower } from './lower.ts'

/** The most entries of a row. */
export function widthOf({ size, starts }: Lower): number {
  let most = 0
  for (let p = 0; p < size; p++) most = Math.max(most, starts[p + 1]! - starts[p]!)
  return most
}

/** Fills `factor` and `columns`, both [N, W]. A row of more than W entries is a mistake of the caller. */
export function writeRows(
  lower: Lower,
  width: number,
  factor: Float32Array | Float64Array,
  columns: Int32Array,
): void {
  if (widthOf(lower) > width)
    throw new Error(`writeRows: a row of ${widthOf(lower)} entries in ${width} slots`)
  for (let p = 0; p < lower.size; p++) {
    const at = p * width
    const [first, end] = [lower.starts[p]!, lower.starts[p + 1]!]
    factor.fill(0, at, at + width)
    columns.fill(p, at, at + width)
    factor.set(lower.values.subarray(first, end), at)
    columns.set(lower.columns.subarray(first, end), at)
  }
}

/** L + C, C [N, W] in the slots of L; what stands in slots where L stores nothing is not looked at. */
export function corrected(lower: Lower, correction: ArrayLike<number>, width: number): Lower {
  const { size, starts, values } = lower
  if (correction.length !== size * width)
    throw new Error(`corrected: ${correction.length} numbers, expected ${size} × ${width}`)
  const sum = values.slice()
  for (let p = 0; p < size; p++)
    for (let at = starts[p]!, slot = p * width; at < starts[p + 1]!; at++, slot++)
      sum[at]! += correction[slot]!
  return { ...lower, values: sum }
}

/** The factor that slots of `columns` and values say. */
export function readRows(factor: ArrayLike<number>, columns: Int32Array, width: number): Lower {
  const size = columns.length / width
  const starts = new Int32Array(size + 1)
  const [kept, values]: [number[], number[]] = [[], []]
  for (let p = 0; p < size; p++) {
    for (let slot = p * width; slot < (p + 1) * width; slot++) {
      if (slot > p * width && columns[slot] === p) break
      kept.push(columns[slot]!)
      values.push(factor[slot]!)
    }
    starts[p + 1] = kept.length
  }
  return { size, starts, columns: Int32Array.from(kept), values: Float64Array.from(values) }
}
