/** How gradients and kernels of TensorFlow.js 4.22 are replaced. Each gradient has a test against central differences. */
import * as tf from '@tensorflow/tfjs'
import type { Tensor } from '../types.ts'

type Attrs = Readonly<Record<string, unknown>>
type Gradients = Readonly<Record<string, () => Tensor>>

/**
 * Saves inputs only, never the output: TensorFlow.js loses the way back through a saved output, so that second
 * derivatives come out wrong in silence (tensorflow/tfjs#3252). What is computed twice for it, a trace merges again.
 */
export function setGradient(
  kernelName: string,
  inputsToSave: string[],
  gradient: (dy: Tensor, saved: Tensor[], attrs: Attrs) => Gradients,
): void {
  if (tf.getGradient(kernelName) != null) tf.unregisterGradient(kernelName)
  const gradFunc = (dy: Tensor | Tensor[], saved: Tensor[], attrs: tf.NamedAttrMap) =>
    gradient(dy as Tensor, saved, attrs)
  tf.registerGradient({ kernelName, inputsToSave, gradFunc })
}

/** Replaces a kernel of the JavaScript backend, or adds one. */
export function setKernel(kernelName: string, kernelFunc: tf.KernelFunc): void {
  if (tf.getKernel(kernelName, 'cpu') != null) tf.unregisterKernel(kernelName, 'cpu')
  tf.registerKernel({ kernelName, backendName: 'cpu', kernelFunc })
}

/** What an index or a condition gets: zeros, in the type that gradients have. */
export function noGradient(x: Tensor): Tensor {
  return tf.zerosLike(x).cast('float32')
}

/** Σ over the axes along which `shape` was stretched to the shape of `x`. */
export function sumTo(x: Tensor, shape: readonly number[]): Tensor {
  const lead = x.rank - shape.length
  const axes = [...x.shape.keys()].filter((i) => i < lead || (shape[i - lead] === 1 && x.shape[i] !== 1))
  const summed = axes.length > 0 ? x.sum(axes, true) : x
  return summed.reshape([...shape])
}
