/** A factor L in rows, [B, N, W], as networks of the preconditioners track see it: no stored entry is 0. */
import { type Tensor, tf } from '../../tensor/index.ts'

/** Which slots hold an entry: bool [B, N, W]. */
export function isStored(factor: Tensor): Tensor {
  return factor.notEqual(0)
}

/** max |L| of each row of the batch: [B, 1, 1]. */
export function largestOf(factor: Tensor): Tensor {
  return factor.abs().max([1, 2], true)
}

/** The values where `factor` holds an entry, 0 elsewhere: [B, N, W]. */
export function onStored(values: Tensor, factor: Tensor): Tensor {
  return tf.where(isStored(factor), values, tf.zerosLike(values))
}
