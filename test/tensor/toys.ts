/** Two small networks with everything that the large ones have, and batches for them. Letters: B batch, L length, D width. */
import type { Declared, Init, Noise, Rng } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import type { GradientSpec, LossOf } from '../../tensor/engine.ts'
import { logSumExp, segmentMax, tf } from '../../tensor/index.ts'
import { collectWeights } from '../../tensor/init.ts'
import { drawNoise } from '../../tensor/noise.ts'
import type { NoiseRequest } from '../../tensor/program.ts'
import type { HostTensor, Tensor } from '../../tensor/types.ts'

export interface Toy extends GradientSpec {
  batch(step: number): Record<string, HostTensor>
}
type Image = tf.Tensor4D

export const SEED = 3

/** conv – pool – conv – up by nearest and by transposed convolution – skip; relative L2 loss. */
export function convNet(): Toy {
  const image: Declared = { shape: [2, 8, 8], dtype: 'float32' }
  const feeds = { k: image, x: image }
  const loss: LossOf = (init, { k, x }) => {
    const error = convForward(init, k!).sub(x!)
    return error
      .square()
      .sum([1, 2])
      .sqrt()
      .div(x!.square().sum([1, 2]).sqrt())
      .mean()
      .asScalar()
  }
  return toy('conv', feeds, loss, (step) => ({ k: normal(image, 'k', step), x: normal(image, 'x', step) }))
}

export function convForward(init: Init, k: Tensor): Tensor {
  const conv = (name: string, x: Tensor, inputs: number, outputs: number, stride = 1) => {
    const filter = init.weight(`${name}/w`, [3, 3, inputs, outputs], 'he') as Image
    return tf.conv2d(x as Image, filter, stride, 'same').add(init.weight(`${name}/b`, [outputs], 'zeros'))
  }
  const first = conv('first', k.expandDims(-1), 1, 4).relu() // [B, 8, 8, 4]
  const half = tf.maxPool(first as Image, 2, 2, 'valid') // [B, 4, 4, 4]
  const deep = conv('deep', half, 4, 6).sigmoid().mul(2) // [B, 4, 4, 6]
  const small = conv('small', deep, 6, 6, 2).elu() // [B, 2, 2, 6]
  const filter = init.weight('up', [2, 2, 3, 6]) as Image
  const back = tf.conv2dTranspose(small as Image, filter, [k.shape[0]!, 4, 4, 3], 2, 'valid') // [B, 4, 4, 3]
  const joined = tf.concat([deep, back], -1) // [B, 4, 4, 9]
  const large = tf.image.resizeNearestNeighbor(joined as Image, [8, 8]) // [B, 8, 8, 9]
  return conv('last', tf.concat([large, first], -1), 13, 1).squeeze([-1]) // [B, 8, 8]
}

/** Embedding – one block of causal attention with dropout – tied output; cross entropy, and the largest of each row. */
export function attention(): Toy {
  const ids: Declared = { shape: [B, L], dtype: 'int32' }
  const loss: LossOf = (init, { history, target }, noise) => {
    const { states, catalog } = attend(init, history!, noise)
    const flat = states.reshape([B * L, D])
    const logits = flat.matMul(catalog, false, true) // [B L, N]
    const wanted = flat.mul(catalog.gather(target!.flatten() as tf.Tensor1D)).sum(-1) // [B L]
    const each = logSumExp(logits).sub(wanted) // [B L]
    const rows = tf
      .range(0, B * L, 1, 'int32')
      .floorDiv(tf.scalar(L, 'int32'))
      .toInt() // [B L]
    return each
      .mean()
      .add(segmentMax(each, rows, B).mean().mul(0.1))
      .asScalar()
  }
  const draw = (name: string, step: number) => drawNoise([B, L], { integer: ITEMS }, rng(SEED, name, step))
  const batch = (step: number) => ({ history: draw('history', step), target: draw('target', step) })
  return toy('attention', { history: ids, target: ids }, loss, batch)
}

const [B, L, D, ITEMS] = [2, 6, 8, 20]

function attend(init: Init, history: Tensor, noise: Noise) {
  const catalog = init.weight('items', [ITEMS, D], { normal: 0.3 })
  const kept = noise('dropout', [B, L, D], { bernoulli: 0.8 })
  const h = catalog
    .gather(history as tf.Tensor2D)
    .add(init.weight('places', [L, D]))
    .mul(kept)
    .div(0.8) // [B, L, D]
  const gain = init.weight('norm/gain', [D], 'ones')
  const centered = h.sub(h.mean(-1, true))
  const x = centered.mul(centered.square().mean(-1, true).add(1e-5).rsqrt()).mul(gain) // [B, L, D]
  const [q, k, v] = ['q', 'k', 'v'].map((name) => x.matMul(init.weight(name, [1, D, D]))) // [B, L, D]
  const places = tf.range(0, L)
  const seen = places.expandDims(0).lessEqual(places.expandDims(1)) // [L, L]
  const scores = q!.matMul(k!, false, true).div(Math.sqrt(D)) // [B, L, L]
  const weights = tf.where(seen, scores, tf.scalar(-1e9)).softmax() // [B, L, L]
  const erf = (y: Tensor) => y.mul(y.div(Math.SQRT2).erf().add(1)).mul(0.5)
  return { states: h.add(erf(weights.matMul(v!))), catalog }
}

/** Noise for one step, from streams named after the request. */
export function noiseFor(requests: readonly NoiseRequest[], step: number): Record<string, HostTensor> {
  return Object.fromEntries(
    requests.map(({ name, shape, law }) => [name, drawNoise(shape, law, rng(SEED, 'noise', name, step))]),
  )
}

function toy(name: string, feeds: Record<string, Declared>, loss: LossOf, batch: Toy['batch']): Toy {
  const blank = Object.entries(feeds).map(([key, { shape, dtype }]) => [key, tf.zeros([...shape], dtype)])
  const noise: Noise = (_name, shape) => tf.ones([...shape])
  const weights = collectWeights(
    (init) => loss(init, Object.fromEntries(blank), noise),
    (weight): Rng => rng(SEED, name, weight),
  )
  for (const [, tensor] of blank) (tensor as Tensor).dispose()
  return { weights, feeds, loss, batch }
}

function normal({ shape }: Declared, name: string, step: number): HostTensor {
  return drawNoise(shape, 'normal', rng(SEED, name, step))
}
