/**
 * Sparse matrices of n² unknowns as tensors. Letters: B batch, n nodes per side, N = n², W entries of a row at most, C channels.
 *
 * A lower triangular L comes in rows (tasks.ts, Preconditioners): values [B, N, W], 0 where nothing is stored, and the column of each,
 * int32 [B, N, W]. A five-point matrix [B, n, n, 5] has what a Stencil has: center, west, east, south, north.
 */
import { addRows } from './ops/segments.ts'
import * as tf from './tf.ts'
import type { Tensor } from './types.ts'

/** What stands at the column of each entry: [B, N], columns [B, N, W] → [B, N, W]. */
export function atColumns(x: Tensor, columns: Tensor): Tensor {
  return tf.gather(x, columns as tf.Tensor3D, 1, 1)
}

/** L x: [B, N]. */
export function rowsTimes(values: Tensor, columns: Tensor, x: Tensor): Tensor {
  return values.mul(atColumns(x, columns)).sum(2)
}

/** Lᵀ x: [B, N]. Each entry carries its product from its row to its column. */
export function transposeTimes(values: Tensor, columns: Tensor, x: Tensor): Tensor {
  const [batch, nodes] = values.shape as [number, number, number]
  const first = tf.range(0, batch, 1, 'int32').mul(tf.scalar(nodes, 'int32')).reshape([batch, 1, 1]) // of each row of the batch
  const places = columns.add(first).flatten().toInt() // [B N W]
  const products = values.mul(x.expandDims(2)).flatten() // [B N W]
  return addRows(products, places, batch * nodes).reshape([batch, nodes])
}

/** A x of a five-point matrix [B, n, n, 5]: [B, n, n]. */
export function stencilTimes(matrix: Tensor, x: Tensor): Tensor {
  return matrix.mul(neighborsOf(x.expandDims(3)).squeeze([4])).sum(3)
}

/** A node and its four neighbors in the order of a Stencil, 0 beyond the wall: [B, n, n, C] → [B, n, n, 5, C]. */
export function neighborsOf(x: Tensor): Tensor {
  const [batch, n, , channels] = x.shape as [number, number, number, number]
  const walled = tf.pad(x, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ]) // [B, n+2, n+2, C]
  const moved = ([i, j]: readonly [number, number]) =>
    walled.slice([0, 1 + i, 1 + j, 0], [batch, n, n, channels]) // [B, n, n, C]
  return tf.stack(STEPS.map(moved), 3)
}

/** From a node to itself, west, east, south and north: rows first. */
const STEPS = [
  [0, 0],
  [0, -1],
  [0, 1],
  [-1, 0],
  [1, 0],
] as const
