/**
 * What losses over a catalog share: positions instead of sequences, the logit of the right item, the mean over
 * those that count. Letters: B batch, L length, S positions, D width, N items.
 *
 * S = B L, of which few have a next item where histories are short. Where a batch names them (`Batch.known`) it is those alone, in
 * their order: the mean is the same, and what is computed for each position is not computed in vain.
 */
import type { Batch, Recommenders } from '../contracts.ts'
import { type Scalar, type Tensor, tf } from '../tensor/index.ts'

/** The logit of what must not count: exponentials do not see it, and unlike −∞ it gives no NaN. */
export const NEVER = -1e30

export interface Positions {
  states: Tensor // [S, D]
  catalog: Tensor // [N, D], row j is item j + 1; of a catalog that is cut (Batch.items), the part
  items: number // N, also where the catalog is cut
  rows: Tensor // int32 [S], the catalog row of the next item; 0 where there is none
  valid: Tensor // float32 [S], 1 where there is a next item that the model is to learn
}

export function positionsOf(output: Recommenders['output'], batch: Batch<Recommenders>): Positions {
  const { catalog, places } = output
  const of = (values: Tensor) => (batch.known === undefined ? values : tf.gather(values, batch.known))
  const states = of(output.states.reshape([-1, output.states.shape[2]!])) // [S, D]
  const target = of(batch.target.flatten()) // [S]
  const rows = tf.maximum(target.sub(tf.scalar(1, 'int32')), tf.scalar(0, 'int32')).toInt()
  const known = target.greater(tf.scalar(0, 'int32')).toFloat()
  const valid = places === undefined ? known : known.mul(of(places.flatten()))
  return { states, catalog, items: batch.items ?? catalog.shape[0]!, rows, valid }
}

/** The batch for losses that need the positions of a sequence side by side, or those without a next item: S = B L. */
export function wholeOf({ known: _, ...batch }: Batch<Recommenders>): Batch<Recommenders> {
  return batch
}

/** The sequence that each position belongs to: int32 [S]. */
export function sequencesOf({ target, known }: Batch<Recommenders>): Tensor {
  const [size, length] = target.shape as [number, number]
  const places = known ?? tf.range(0, size * length, 1, 'int32')
  return places.floorDiv(tf.scalar(length, 'int32')).toInt()
}

/** p_i = x_i · w_{y_i}: [S]. Where there is no next item it is that of item 1, to be masked. */
export function rightLogits({ states, catalog, rows }: Positions): Tensor {
  return states.mul(tf.gather(catalog, rows)).sum(-1) // [S]
}

/** Σ value · weight / Σ weight, 0 when all weights are 0. Weights sum to a count. */
export function meanOver(values: Tensor, weights: Tensor): Scalar {
  return values.mul(weights).sum().div(weights.sum().maximum(1)) as Scalar
}
