/**
 * Self-attentive sequential recommendation. Places 1…L of a history, left-padded with 0; the state at a place
 * is the prediction of the item after it, its logits the dot products with the item table.
 *
 *   h = dropout(√D E[history] + P)                                    E [N, D] items, P [L, D] places
 *   each block:  q = LN(h);  h = q + attention(query q, context h);   causal; keys and values are not normalized
 *                v = LN(h);  h = v + dropout(W₂ relu(dropout(W₁ v)))  both residuals start from the normalized value
 *   states = LN(h)
 *
 * Padded places are set to zero after the input and after each block. Weights start Glorot-uniform, biases at
 * zero.
 *
 * Cite: Kang & McAuley, arXiv:1808.09781, section III, in the arrangement of the authors' code (the text
 * of the paper adds h where the code adds LN(h)) and with the sizes of Mezentsev et al., arXiv:2409.18721. Departures:
 * padded places are hidden from attention (that code gives them some softmax mass, so its answer depends on how
 * much padding there is), the catalog has exactly N rows (no padding row that could be ranked), query, key and
 * value each start with their own Glorot bound.
 */
import type { Init, Model, Noise, Recommenders } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import type { Tensor } from '../../tensor/index.ts'
import { type AttentionShape, attention, causalMask } from '../layers/attention.ts'
import { dropout } from '../layers/dropout.ts'
import { embed, present } from '../layers/embedding.ts'
import { layerNorm } from '../layers/layer-norm.ts'
import { linear } from '../layers/linear.ts'
import { type Places, placesOf } from '../layers/places.ts'

const defaults = { dim: 64, blocks: 2, heads: 1, dropout: 0.3 }

const sasrec: Model<Recommenders, typeof defaults> = {
  about: 'Self-attention over the history, one direction, tied item table',
  cite: 'arXiv:1808.09781',
  defaults,

  build({ dim, blocks, heads, dropout: rate }, { items, length }, init) {
    if (dim % heads !== 0)
      throw new UserError(`model sasrec: param 'heads' must divide dim ${dim} (got ${heads})`)
    const table = init.weight('items', [items, dim])
    const places = init.weight('places', [length, dim])
    const body = Array.from({ length: blocks }, (_, b) =>
      block(init, `block${b}`, { width: dim, heads, rate }),
    )
    const last = layerNorm(init, 'last', dim)

    return ({ history, known }, noise) => {
      const at = placesOf(history, known) // S of them: B, L or M
      const real = present(at.ids) // [S, 1]
      const mask = causalMask(history) // [B, 1, L, L]
      const placed = embed(table, at.ids).mul(Math.sqrt(dim)).add(at.each(places)) // [S, D]
      let h = dropout(placed, 'input', rate, noise).mul(real)
      for (const step of body) h = step(h, { mask, at, noise }).mul(real)
      return { states: last(at.spread(h)), catalog: table } // [B, L, D], [N, D]
    }
  },
}

export default sasrec

/** [S, D] → [S, D] */
function block(init: Init, name: string, shape: AttentionShape) {
  const { width, rate } = shape
  const beforeAttention = layerNorm(init, `${name}/norm0`, width)
  const attend = attention(init, `${name}/attention`, shape)
  const beforeFeed = layerNorm(init, `${name}/norm1`, width)
  const widen = linear(init, `${name}/feed0`, { inputs: width, outputs: width })
  const narrow = linear(init, `${name}/feed1`, { inputs: width, outputs: width })
  return (h: Tensor, { mask, at, noise }: { mask: Tensor; at: Places; noise: Noise | null }): Tensor => {
    const query = beforeAttention(h)
    const value = beforeFeed(query.add(attend(query, h, mask, noise, at)))
    const inner = dropout(widen(value), `${name}/inner`, rate, noise).relu()
    return value.add(dropout(narrow(inner), `${name}/outer`, rate, noise))
  }
}
