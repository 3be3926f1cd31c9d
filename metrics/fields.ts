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
  const [x, y] = [numbersOf(predicted, 'x'), numbersOf(truth, 'x')]
  const { rows } = truth
  if (predicted.rows !== rows || x.length !== y.length || rows === 0)
    throw new Error(
      `column x: ${x.length} values in ${predicted.rows} rows, the truth has ${y.length} in ${rows}`,
    )
  const width = y.length / rows
  const perRow = Float64Array.from({ length: rows }, (_, row) => error(x, y, row * width, (row + 1) * width))
  return { perRow, value: perRow.reduce((sum, one) => sum + one, 0) / rows }
}

/** One row: the error x̂ − x and the truth x as n × n values, and which row it is. */
export interface Row {
  error: Float64Array
  truth: Float64Array
  n: number
  row: number
}

/** √(size of the error / size of the truth) of each row, and its mean, where `size` is the square of a norm on n × n nodes. */
export function measureNorms(
  predicted: Columns,
  truth: Columns,
  size: (field: Float64Array, row: Row) => number,
) {
  return measureRows(predicted, truth, (x, y, from, to) => {
    const one: Row = {
      error: Float64Array.from({ length: to - from }, (_, i) => x[from + i]! - y[from + i]!),
      truth: Float64Array.from({ length: to - from }, (_, i) => y[from + i]!),
      n: Math.sqrt(to - from),
      row: from / (to - from),
    }
    return Math.sqrt(size(one.error, one)) / Math.sqrt(size(one.truth, one))
  })
}

/** A column of floating point. */
export function numbersOf({ data }: Columns, name: string): Float32Array | Float64Array {
  const values: Values | undefined = data[name]
  if (values instanceof Float32Array || values instanceof Float64Array) return values
  throw new Error(`column ${name} is missing or not of floating point`)
}
