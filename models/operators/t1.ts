/**
 * Transform Once: lifted pointwise, brought to its m × m lowest cosine coefficients by one orthonormal DCT-II, and from
 * there on everything happens on coefficients:
 *
 *   h ← h + M₂ M₁ gelu(W h),   W a C × C matrix per mode, M₁ and M₂ an m × m matrix per channel along either axis
 *
 * then a pointwise head with one sine between, and the transform back. The DCT is orthonormal, so a loss on x is the
 * published loss on coefficients plus what the target has above the cut-off, which no weight can change. Such
 * a network cannot say anything above the cut-off: rough solutions set a floor to its error.
 *
 * Cite: Poli et al., arXiv:2211.14453, section 3; sizes of its Navier–Stokes case. Departures: m at most n; features,
 * scales and coordinates of layers/fields.ts.
 */
import type { Init, Model, Operators } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { coordinates, featuresOf, inputsOf, outputsOf, solutionOf } from '../layers/fields.ts'
import { gelu } from '../layers/gelu.ts'
import { linear } from '../layers/linear.ts'
import { cosineTransform, transformAxes } from '../layers/transform.ts'

const defaults = { width: 48, layers: 8, modes: 24, head: 128 }

const t1: Model<Operators, typeof defaults> = {
  about: 'Transform Once: one cosine transform, then layers on coefficients alone',
  cite: 'arXiv:2211.14453',
  defaults,

  build({ width, layers, modes, head }, facts, init) {
    const n = facts.grid
    const m = Math.min(modes, n)
    const lift = linear(init, 'lift', { inputs: inputsOf(facts) + 2, outputs: width })
    const blocks = Array.from({ length: layers }, (_, b) => block(init, `block${b}`, { width, m, n }))
    const hidden = linear(init, 'hidden', { inputs: width, outputs: head })
    const project = linear(init, 'project', {
      inputs: head,
      outputs: outputsOf(facts),
      scheme: { normal: 1e-8 },
    })

    return (input) => {
      const dct = cosineTransform(n, m) // [m, n]
      const where = coordinates(n).tile([input.rhs.shape[0]!, 1, 1, 1]) // [B, n, n, 2]
      const lifted = lift(tf.concat([featuresOf(input, facts), where], -1)) // [B, n, n, C]
      let h = transformAxes(dct, lifted).transpose([1, 2, 0, 3]) // [m, m, B, C]
      for (const layer of blocks) h = h.add(layer(h))
      const coefficients = project(hidden(h).sin()).transpose([2, 0, 1, 3]) // [B, m, m, 1]
      return solutionOf(transformAxes(dct.transpose(), coefficients), facts) // [B, n, n]
    }
  },
}

export default t1

/** [m, m, B, C] → the same. Starts with the variance of the coefficients of white noise on n² points: n²/m² per mode kept. */
function block(init: Init, name: string, { width: C, m, n }: { width: number; m: number; n: number }) {
  const channels = init.weight(`${name}/channels/weight`, [m * m, C, C], { normal: n / m / Math.sqrt(C) })
  const along = (axis: string) =>
    init.weight(`${name}/${axis}/weight`, [C, m, m], { normal: Math.sqrt(1 / m) })
  const [first, second] = [along('first'), along('second')]
  return (h: Tensor): Tensor => {
    const batch = h.shape[2]!
    const mixed = gelu(tf.matMul(h.reshape([m * m, batch, C]), channels)) // [m m, B, C]
    const byChannel = mixed.reshape([m, m, batch, C]).transpose([3, 0, 1, 2]) // [C, m₁, m₂, B]
    const rows = tf.matMul(first, byChannel.reshape([C, m, m * batch])).reshape([C, m, m, batch])
    const turned = rows.transpose([0, 2, 1, 3]).reshape([C, m, m * batch]) // [C, m₂, (m₁, B)]
    const columns = tf.matMul(second, turned).reshape([C, m, m, batch]) // [C, m₂, m₁, B]
    return columns.transpose([2, 1, 3, 0]) // [m₁, m₂, B, C]
  }
}
