/** Row by row over predicted and true fields: what metrics of the operators track share. */
import type { Columns, Values } from '../contracts.ts'

export type RowError = (
  predicted: ArrayLike<number>,
  truth: ArrayLike<number>,
  from: number,
  to: number,
) => number

/** `error` of each row's stretch of the column `x`, in f64, and its mean over the rows. */
export function measureRows(predicted: Columns, truth: Columns, error: RowError) {
  const [x, y] = [numbers(predicted.data.x), numbers(truth.data.x)]
  const { rows } = truth
  if (predicted.rows !== rows || x.length !== y.length || rows === 0)
    throw new Error(
      `column x: ${x.length} values in ${predicted.rows} rows, the truth has ${y.length} in ${rows}`,
    )
  const width = y.length / rows
  const perRow = Float64Array.from({ length: rows }, (_, row) => error(x, y, row * width, (row + 1) * width))
  return { perRow, value: perRow.reduce((sum, one) => sum + one, 0) / rows }
}

function numbers(values: Values | undefined): Float32Array | Float64Array {
  if (values instanceof Float32Array || values instanceof Float64Array) return values
  throw new Error('column x is missing or not of floating point')
}
