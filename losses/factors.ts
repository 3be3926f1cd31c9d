/** What the losses of the preconditioners track share. Letters: B batch, N unknowns, W entries of a row at most. */
import type { Preconditioners } from '../contracts.ts'
import { rowsTimes, type Scalar, type Tensor, tf, transposeTimes } from '../tensor/index.ts'

/** L (Lᵀ x) of the corrected factor L, x [B, N]: [B, N]. */
export function correctedTimes(
  correction: Tensor,
  { factor, columns }: Preconditioners['input'],
  x: Tensor,
): Tensor {
  const corrected = factor.add(correction) // [B, N, W]
  return rowsTimes(corrected, columns, transposeTimes(corrected, columns, x))
}

/** y − z (qᵀy)/(qᵀz): what is left of y after the multiple of q whose image is z that takes all of it that q sees. All [B, N]. */
export function afterStep(y: Tensor, q: Tensor, z: Tensor): Tensor {
  const step = dot(q, y).div(dot(q, z).add(TINY)) // [B, 1]
  return y.sub(z.mul(step))
}

/** [B, n, n] → [B, N]. */
export function flat(field: Tensor): Tensor {
  return field.reshape([field.shape[0]!, -1])
}

/** The mean over the batch of the sum of squares: [B, N] → []. */
export function meanSquare(error: Tensor): Scalar {
  return tf.mean(error.square().sum(1)) as Scalar
}

function dot(a: Tensor, b: Tensor): Tensor {
  return a.mul(b).sum(1, true) // [B, 1]
}

const TINY = 1e-30 // q = 0 takes no step
