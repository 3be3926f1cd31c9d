/** What NDCG, HR and MRR share: the place of the one target in a user's list. */
import type { Columns } from '../contracts.ts'
import { UserError } from '../io/errors.ts'

/** Length of the lists in `predicted.items` ([rows, width], row-major, 0 fills). */
export function widthOfLists(predicted: Columns): number {
  return predicted.rows === 0 ? 0 : predicted.data.items!.length / predicted.rows
}

/** `k`, or the whole list where none is asked. Lists shorter than k cannot be scored at k. */
export function cutOff(predicted: Columns, k: number | undefined): number {
  const width = widthOfLists(predicted)
  if (k === undefined) return width
  if (!Number.isInteger(k) || k < 1 || (predicted.rows > 0 && k > width)) {
    throw new UserError(`cut-off @${k}: expected a whole number from 1 to ${width}, the length of the lists`)
  }
  return k
}

/** `value(place)` of each row, place counted from 1, and 0 where the target is not in the first k; and their mean. */
export function measurePlaces(
  predicted: Columns,
  truth: Columns,
  k: number | undefined,
  value: (place: number) => number,
): { perRow: Float64Array; value: number } {
  const { rows } = truth
  if (predicted.rows !== rows || rows === 0) {
    throw new Error(`column items: ${predicted.rows} lists, the truth has ${rows} targets`)
  }
  const items = predicted.data.items as Int32Array
  const targets = truth.data.target as Int32Array
  const width = widthOfLists(predicted)
  const top = cutOff(predicted, k)
  const perRow = Float64Array.from({ length: rows }, (_, row) => {
    const at = items.subarray(row * width, row * width + top).indexOf(targets[row]!)
    return at < 0 ? 0 : value(at + 1)
  })
  return { perRow, value: perRow.reduce((sum, one) => sum + one, 0) / rows }
}
