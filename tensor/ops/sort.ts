/** Sorting along the last axis, through top-k of all. Equals keep their order. Not defined for NaN. */
import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '../types.ts'

export type Order = 'ascending' | 'descending'

/** Where the element of each place comes from: int32, the shape of x. No gradient. */
export function argsort(x: Tensor, order: Order = 'ascending'): Tensor {
  return tf.topk(order === 'descending' ? x : x.neg(), x.shape.at(-1)!).indices
}

/** The values in order; the gradient goes back to where each came from. */
export function sort(x: Tensor, order: Order = 'ascending'): Tensor {
  const n = x.shape.at(-1)!
  return order === 'descending' ? tf.topk(x, n).values : tf.topk(x.neg(), n).values.neg()
}

/** Rows of `values` [B…, n, …] in the order of their `keys` [B…, n]. */
export function sortBy(keys: Tensor, values: Tensor, order: Order = 'ascending'): Tensor {
  const axis = keys.rank - 1
  if (keys.shape.some((side, i) => side !== values.shape[i]))
    throw new Error(
      `sortBy: values must begin with the shape of the keys (got [${values.shape}] and [${keys.shape}])`,
    )
  return tf.gather(values, argsort(keys, order) as tf.Tensor1D, axis, axis)
}
