/**
 * A transformer that looks both ways and fills gaps. It reads a history of L places and one place more, the next item,
 * where the token [mask] always stands; in training, other items are masked too, each with probability `masked`.
 *
 *   h = dropout(LN(T + P))                       T item or [mask] [D], P [L + 1, D] places
 *   each block:  h = LN(h + dropout(attention(h)))
 *                h = LN(h + dropout(W₂ gelu(W₁ h)))           W₁ to 4 D
 *   logits = gelu(h W + b) Eᵀ + c                E [N, D] the item table, c [N]
 *
 * Place t of `states` is what stands after history place t, so that targets, and with them every loss, are those of the other
 * networks; `places` tells a loss that it may learn the masked ones alone, for at the others the answer is in the input. The bias
 * c is one more column: states end in 1, the catalog ends in c. Asked for a prediction, the last place alone means anything. Before
 * padding the state is 0.
 *
 * Sun et al., CIKM 2019, arXiv:1904.06690, section 3, in the arrangement of BERT; settings of Klenitskiy & Vasilev, RecSys 2023,
 * doi:10.1145/3604915.3610644. Departures: the last item is masked in every sequence, which is the question asked later (the authors
 * add copies of a sequence with the last item masked); a first item is never masked, since no target stands for it; the head has
 * no norm, as in the paper (the code has one); weights are normal, not cut at two deviations.
 */
import type { Init, Model, Noise, Recommenders } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { type AttentionShape, attention, paddingMask } from '../layers/attention.ts'
import { dropout } from '../layers/dropout.ts'
import { embed, present } from '../layers/embedding.ts'
import { gelu } from '../layers/gelu.ts'
import { layerNorm } from '../layers/layer-norm.ts'
import { linear } from '../layers/linear.ts'
import { type Places, placesOf } from '../layers/places.ts'

const defaults = { dim: 64, blocks: 2, heads: 2, dropout: 0.1, masked: 0.2 }

const bert4rec: Model<Recommenders, typeof defaults> = {
  about: 'Self-attention both ways that fills masked places, tied item table',
  cite: 'arXiv:1904.06690',
  defaults,

  build({ dim, blocks, heads, dropout: rate, masked }, { items, length }, init) {
    if (dim % heads !== 0)
      throw new UserError(`model bert4rec: param 'heads' must divide dim ${dim} (got ${heads})`)
    const table = init.weight('items', [items, dim], 'normal')
    const mask = init.weight('mask', [dim], 'normal')
    const places = init.weight('places', [length + 1, dim], 'normal')
    const enter = layerNorm(init, 'enter', dim, EPSILON)
    const shape = { width: dim, heads, rate, scheme: 'normal' } as const
    const body = Array.from({ length: blocks }, (_, b) => block(init, `block${b}`, shape))
    const head = linear(init, 'head', { inputs: dim, outputs: dim, scheme: 'normal' })
    const offset = init.weight('offset', [items, 1], 'zeros')

    return ({ history, known }, noise) => {
      const [size] = history.shape as [number]
      const ids = tf.concat([history, tf.zeros([size, 1], 'int32')], 1) // [B, L + 1]
      const at = placesOf(ids, known && withLast(known, size, length)) // S of them: B, L + 1 or M + B
      const real = present(history) // [B, L, 1]
      const seen = tf.concat([real, tf.ones([size, 1, 1])], 1) // [B, L + 1, 1]
      const hidden = maskedPlaces(real, masked, noise) // [B, L + 1, 1]
      const gap = at.take(hidden) // [S, 1]
      const tokens = embed(table, at.ids).mul(tf.scalar(1).sub(gap)).add(gap.mul(mask)) // [S, D]
      let h = dropout(enter(tokens.add(at.each(places))), 'input', rate, noise)
      const around = { mask: paddingMask(seen), at, noise }
      for (const step of body) h = step(h, around)
      const states = at.spread(gelu(head(h)).mul(at.take(seen))) // [B, L + 1, D]
      const after = <T extends Tensor>(x: T) => x.slice([0, 1, 0], [size, length, x.shape[2]!]) // of each history place
      return {
        states: tf.concat([after(states), tf.ones([size, length, 1])], 2), // [B, L, D + 1]
        catalog: tf.concat([table, offset], 1), // [N, D + 1]
        ...(noise !== null && { places: after(hidden).squeeze([2]) }), // [B, L]
      }
    }
  },
}

export default bert4rec

const EPSILON = 1e-5 // rows start near 0.02, and rounding must not be blown up where they are all alike

/** Places of history [B, L] among those of [B, L + 1], and behind them the last one of each row: int32 [M] → [M + B]. */
function withLast(known: Tensor, size: number, length: number): Tensor {
  const row = known.floorDiv(tf.scalar(length, 'int32'))
  const last = tf.range(length, size * (length + 1), length + 1, 'int32')
  return tf.concat([known.add(row).toInt(), last])
}

/** 1 where [mask] stands: [B, L, 1] of items → [B, L + 1, 1]. An item is masked only where another stands before it. */
function maskedPlaces(real: Tensor, share: number, noise: Noise | null): Tensor {
  const [size, length] = real.shape as [number, number]
  const last = tf.ones([size, 1, 1])
  if (noise === null || length === 1) return tf.concat([tf.zeros([size, length, 1]), last], 1)
  const drawn = noise('masked', [size, length - 1, 1], { bernoulli: share })
  const before = real.slice([0, 0, 0], [size, length - 1, 1])
  return tf.concat([tf.zeros([size, 1, 1]), drawn.mul(before), last], 1)
}

/** [S, D] → [S, D] */
function block(init: Init, name: string, shape: AttentionShape) {
  const { width, rate } = shape
  const attend = attention(init, `${name}/attention`, shape)
  const afterAttention = layerNorm(init, `${name}/norm0`, width, EPSILON)
  const widen = linear(init, `${name}/feed0`, { inputs: width, outputs: 4 * width, scheme: 'normal' })
  const narrow = linear(init, `${name}/feed1`, { inputs: 4 * width, outputs: width, scheme: 'normal' })
  const afterFeed = layerNorm(init, `${name}/norm1`, width, EPSILON)
  return (h: Tensor, { mask, at, noise }: { mask: Tensor; at: Places; noise: Noise | null }): Tensor => {
    const attended = attend(h, h, mask, noise, at)
    const mixed = afterAttention(h.add(dropout(attended, `${name}/mixed`, rate, noise)))
    const fed = narrow(gelu(widen(mixed)))
    return afterFeed(mixed.add(dropout(fed, `${name}/fed`, rate, noise)))
  }
}
