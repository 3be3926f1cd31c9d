/**
 * Attention of every place to the places before it, or to all, by the mask: softmax(q kᵀ / √d + mask) v, per head of width d = D / heads,
 * then a linear map. Vaswani et al., arXiv:1706.03762, section 3.2. Letters: B batch, L length, H heads, D width.
 */
import type { Init, Noise, Scheme } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { dropout } from './dropout.ts'
import { linear } from './linear.ts'
import { EVERYWHERE } from './places.ts'

export interface AttentionShape {
  width: number // D; heads must divide it
  heads: number
  rate: number // of dropout on the attention weights
  scheme?: Scheme // of the four matrices; Glorot-uniform unless said
}
export type Attention = (
  query: Tensor,
  context: Tensor,
  mask: Tensor,
  noise: Noise | null,
  places?: typeof EVERYWHERE,
) => Tensor

/** query, context [B, L, D], mask [B or 1, 1, L or 1, L] added to the scores → [B, L, D]; with named places, [M, D] → [M, D]. */
export function attention(init: Init, name: string, shape: AttentionShape): Attention {
  const { width, heads, rate, scheme = 'glorot' } = shape
  const square = { inputs: width, outputs: width, scheme }
  const toQuery = linear(init, `${name}/query`, square)
  const toKey = linear(init, `${name}/key`, square)
  const toValue = linear(init, `${name}/value`, square)
  const toOutput = linear(init, `${name}/output`, square)
  return (query, context, mask, noise, { take, spread } = EVERYWHERE) => {
    const q = split(spread(toQuery(query).mul(Math.sqrt(heads / width))), heads) // [B, H, L, d]
    const scores = tf.matMul(q, split(spread(toKey(context)), heads), false, true).add(mask) // [B, H, L, L]
    const weights = dropout(scores.softmax(), `${name}/weights`, rate, noise)
    const mixed = tf.matMul(weights, split(spread(toValue(context)), heads)) // [B, H, L, d]
    return toOutput(take(merge(mixed)))
  }
}

/**
 * What is added to the scores: 0 where place i may look at place j, −1e9 where it may not, because j lies after
 * i or is padding. ids int32 [B, L] → [B, 1, L, L]. A place that may look nowhere (padding on the left) looks
 * everywhere alike: finite, and to be ignored.
 */
export function causalMask(ids: Tensor): Tensor {
  const [batch, length] = ids.shape as [number, number]
  const after = Float32Array.from({ length: length * length }, (_, at) =>
    at % length > Math.floor(at / length) ? NEVER : 0,
  )
  const padding = ids.lessEqual(tf.scalar(0, 'int32')).toFloat().mul(NEVER) // [B, L]
  return padding.reshape([batch, 1, 1, length]).add(tf.tensor(after, [1, 1, length, length])) // [B, 1, L, L]
}

/** The same for looking both ways: −1e9 where place j is not there. real [B, L, 1], 1 or 0 → [B, 1, 1, L]. */
export function paddingMask(real: Tensor): Tensor {
  const [batch, length] = real.shape as [number, number]
  return real.sub(1).mul(-NEVER).reshape([batch, 1, 1, length])
}

const NEVER = -1e9

/** [B, L, D] → [B, H, L, d] */
function split(x: Tensor, heads: number): Tensor {
  const [batch, length, width] = x.shape as [number, number, number]
  if (heads === 1) return x.expandDims(1)
  return x.reshape([batch, length, heads, width / heads]).transpose([0, 2, 1, 3])
}

/** [B, H, L, d] → [B, L, D] */
function merge(x: Tensor): Tensor {
  const [batch, heads, length, width] = x.shape as [number, number, number, number]
  if (heads === 1) return x.squeeze([1])
  return x.transpose([0, 2, 1, 3]).reshape([batch, length, heads * width])
}
