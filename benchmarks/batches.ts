/** Which rows go together, for tracks. */
import type { Rng, Values } from '../contracts.ts'
import { permutation } from '../math/permutation.ts'

export interface Rows {
  rows: number // how many count
  order: Int32Array // [size], the rest repeats the last
}

/**
 * Cuts 0 … rows − 1 into batches of `size`. Shuffled: the last partial batch is dropped, as static shapes demand and a
 * fresh shuffle makes fair. In order: it is padded, so that every row is predicted.
 */
export function* cut(rows: number, size: number, shuffle?: Rng): Generator<Rows> {
  const order = shuffle === undefined ? null : permutation(rows, shuffle)
  for (let from = 0; from < rows; from += size) {
    const count = Math.min(size, rows - from)
    if (order !== null && count < size) return
    const at = (i: number) => from + Math.min(i, count - 1)
    yield { rows: count, order: Int32Array.from({ length: size }, (_, i) => order?.[at(i)] ?? at(i)) }
  }
}

/** The rows of a column of fixed width that stand in `order`, as float32. */
export function gather(values: Values, width: number, order: Int32Array): Float32Array {
  const from = values as Float32Array | Float64Array
  const to = new Float32Array(order.length * width)
  for (const [i, row] of order.entries()) to.set(from.subarray(row * width, (row + 1) * width), i * width)
  return to
}
