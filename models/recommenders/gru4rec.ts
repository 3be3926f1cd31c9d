/**
 * A gated recurrent network over the history. At each place t, left to right,
 *
 *   z = σ(x W_z + h U_z + b_z)     r = σ(x W_r + h U_r + b_r)     c = tanh(x W_c + (r ⊙ h) U_c + b_c)
 *   h ← (1 − z) ⊙ h + z ⊙ c,   and stays what it was at a padded place,
 *
 * x the item's row of the table after dropout, h = 0 at the start; the states are the h of the last layer after dropout, by a
 * matrix to the width of the item table, which is the catalog.
 *
 * Hidasi et al., ICLR 2016, arXiv:1511.06939, equations 1–4, on padded sequences with every place a target and a loss of one's
 * choice, as in RecBole: not the session-parallel batches of the authors, whose results differ (see their remarks on copies).
 * The steps are unrolled: L times 12 matrix products in a graph.
 */
import type { Init, Model, Noise, Recommenders } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { dropout } from '../layers/dropout.ts'
import { embed, present } from '../layers/embedding.ts'
import { linear } from '../layers/linear.ts'

const defaults = { dim: 64, hidden: 128, layers: 1, dropout: 0.3 }

const gru4rec: Model<Recommenders, typeof defaults> = {
  about: 'Gated recurrent network over the history, tied item table',
  cite: 'arXiv:1511.06939',
  defaults,

  build({ dim, hidden, layers, dropout: rate }, { items }, init) {
    const table = init.weight('items', [items, dim])
    const body = Array.from({ length: layers }, (_, n) =>
      recurrent(init, `layer${n}`, n === 0 ? dim : hidden, hidden),
    )
    const narrow = linear(init, 'narrow', { inputs: hidden, outputs: dim })

    return ({ history }, noise: Noise | null) => {
      const real = present(history) // [B, L, 1]
      let x = dropout(embed(table, history), 'input', rate, noise) // [B, L, D]
      for (const layer of body) x = layer(x, real) // [B, L, H]
      return { states: narrow(dropout(x, 'hidden', rate, noise)), catalog: table } // [B, L, D], [N, D]
    }
  },
}

export default gru4rec

/** [B, L, inputs] → [B, L, H] */
function recurrent(init: Init, name: string, inputs: number, hidden: number) {
  const fromInput = linear(init, `${name}/input`, { inputs, outputs: 3 * hidden }) // z, r, c side by side
  const gates = linear(init, `${name}/gates`, { inputs: hidden, outputs: 2 * hidden, bias: false })
  const candidate = linear(init, `${name}/candidate`, { inputs: hidden, outputs: hidden, bias: false })
  return (x: Tensor, real: Tensor): Tensor => {
    const places = tf.unstack(fromInput(x), 1) // [B, 3H] each, all places at once; a slice would have a gradient of the whole
    const here = tf.unstack(real, 1) // [B, 1] each
    let h: Tensor = tf.zeros([x.shape[0]!, hidden]) // [B, H]
    const states: Tensor[] = []
    for (const [t, given] of places.entries()) {
      const [toZ, toR, toC] = tf.split(given, 3, 1) as [Tensor, Tensor, Tensor] // [B, H]
      const [onZ, onR] = tf.split(gates(h), 2, 1) as [Tensor, Tensor]
      const z = toZ.add(onZ).sigmoid()
      const r = toR.add(onR).sigmoid()
      const c = toC.add(candidate(r.mul(h))).tanh()
      h = h.add(z.mul(here[t]!).mul(c.sub(h)))
      states.push(h)
    }
    return tf.stack(states, 1) // [B, L, H]
  }
}
