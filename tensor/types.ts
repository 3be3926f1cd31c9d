/** The types that cross the tensor door. Types only. */
import type * as tf from '@tensorflow/tfjs'

export type Tensor = tf.Tensor
export type Scalar = tf.Scalar
export type Dtype = 'float32' | 'int32'

/** A tensor as plain memory: what is fed to a compiled graph and fetched from it. Row-major. */
export interface HostTensor {
  shape: readonly number[]
  dtype: Dtype
  data: Float32Array | Int32Array
}
/** Weights by name, in the order in which the model asked for them. */
export type Weights = ReadonlyMap<string, HostTensor>
