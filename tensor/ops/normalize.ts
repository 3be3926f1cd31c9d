/** Normalizations, without gain and bias: those are the model's. */
import * as tf from '@tensorflow/tfjs'
import { axesOf } from '../shapes/call.ts'
import type { Tensor } from '../types.ts'

/**
 * (x − mean) / √(var + ε) with mean and variance (1/n) over some axes: the last one for layer norm (Ba et al.,
 * arXiv:1607.06450), the sides of an image for instance norm (Ulyanov et al., arXiv:1607.08022).
 *
 * The gradient is written out, r (dy − mean dy − y mean(y dy)) with r = 1/√(var + ε): a third of what autodiff records.
 * Derivatives of any order.
 */
export function normalize(x: Tensor, axes: number | readonly number[] = -1, epsilon = 1e-5): Tensor {
  const over = axesOf(axes, x.rank)
  return tf.customGrad((input, save) => {
    const given = input as Tensor
    ;(save as tf.GradSaveFunc)([given]) // the input alone, so that second derivatives find their way back
    const { y } = standardized(given, over, epsilon)
    return {
      value: y,
      gradFunc: (dy: Tensor, [kept]: Tensor[]) => pullBack(dy, standardized(kept!, over, epsilon), over),
    }
  })(x)
}

/**
 * Group norm of [B, …, C]: mean and variance over all places and over C / groups channels that lie together. Wu & He,
 * arXiv:1803.08494.
 */
export function groupNormalize(x: Tensor, groups: number, epsilon = 1e-5): Tensor {
  const [batch, channels] = [x.shape[0]!, x.shape.at(-1)!]
  if (channels % groups !== 0)
    throw new Error(`groupNormalize: ${channels} channels cannot be split into ${groups} equal groups`)
  const apart = x.reshape([batch, -1, groups, channels / groups]) // [B, places, G, C / G]
  return normalize(apart, [1, 3], epsilon).reshape(x.shape)
}

/**
 * (x − mean) / √(variance + ε) · scale + offset with statistics that are given, in place of tf.batchNorm, which has no
 * gradient without a scale.
 */
export function batchNorm(
  x: Tensor,
  mean: Tensor,
  variance: Tensor,
  offset?: Tensor,
  scale?: Tensor,
  varianceEpsilon = 1e-3,
): Tensor {
  const normal = x.sub(mean).mul(variance.add(varianceEpsilon).rsqrt())
  const scaled = scale === undefined ? normal : normal.mul(scale)
  return offset === undefined ? scaled : scaled.add(offset)
}

interface Standardized {
  y: Tensor
  scale: Tensor // r, sides of one where summed
}

function standardized(x: Tensor, axes: number[], epsilon: number): Standardized {
  const centered = x.sub(x.mean(axes, true))
  const scale = centered.square().mean(axes, true).add(epsilon).rsqrt()
  return { y: centered.mul(scale), scale }
}

function pullBack(dy: Tensor, { y, scale }: Standardized, axes: number[]): Tensor {
  const along = y.mul(dy.mul(y).mean(axes, true))
  return dy.sub(dy.mean(axes, true)).sub(along).mul(scale)
}
