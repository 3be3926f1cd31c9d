/** Weights as matrices, for optimizers that see more in them than numbers. Letters: a matrices of m rows and n columns. */
import { type Shape, sizeOf } from '../graph.ts'
import type { Tensor } from '../types.ts'

/**
 * [a, m, n] of a weight; null where it is no matrix. Two axes are a matrix, three are a of them, and a filter
 * [kh, kw, …, in, out] is one with a row for each tap and input. A side of length one makes a vector. A side longer than
 * `longest` belongs to a table that is looked up in, whose rows have little to do with each other.
 */
export function matrixOf(shape: Shape, longest: number): [number, number, number] | null {
  if (shape.length < 2) return null
  const columns = shape.at(-1)!
  const count = shape.length === 3 ? shape[0]! : 1
  const rows = sizeOf(shape) / (count * columns)
  return Math.min(rows, columns) < 2 || Math.max(rows, columns) > longest ? null : [count, rows, columns]
}

/** [a, m, n], or [m, n] where there is one: its products are then plain ones. */
export function asMatrices(x: Tensor, [count, rows, columns]: readonly [number, number, number]): Tensor {
  return x.reshape(count === 1 ? [rows, columns] : [count, rows, columns])
}
