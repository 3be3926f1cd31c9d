/**
 * Fourier neural operator: h ← gelu(spectral(h) + W h), four times, between a pointwise lifting of (log k, rhs,
 * coordinates) and a pointwise projection with one hidden layer. The last block has no activation, as in the
 * authors' code.
 *
 * A Fourier series is periodic and the solution is not (it is 0 on the wall with a kink in its odd
 * continuation), so `padding` rows and columns of zeros are put behind the last ones before the blocks and cut
 * off after them.
 *
 * Cite: Li et al., arXiv:2010.08895, section 4. Departures: GELU for ReLU, a hidden layer of 2 × width for
 * 128, mixing matrices that start with the variance of a mode kept, log k at the nodes for k, output scaled
 * (layers/fields.ts).
 */
import type { Model, Operators } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { coordinates, cropTo, featuresOf, inputsOf, outputsOf, padTo, solutionOf } from '../layers/fields.ts'
import { gelu } from '../layers/gelu.ts'
import { linear } from '../layers/linear.ts'
import { spectral } from '../layers/spectral.ts'

const defaults = { width: 32, layers: 4, modes: 12, padding: 8 }

const fno: Model<Operators, typeof defaults> = {
  about: 'Fourier neural operator: global convolutions on the lowest modes',
  cite: 'arXiv:2010.08895',
  defaults,

  build({ width, layers, modes, padding }, facts, init) {
    const n = facts.grid
    const lift = linear(init, 'lift', { inputs: inputsOf(facts) + 2, outputs: width })
    const blocks = Array.from({ length: layers }, (_, b) => ({
      far: spectral(init, `block${b}/far`, { channels: width, grid: n + padding, modes }),
      near: linear(init, `block${b}/near`, { inputs: width, outputs: width }),
    }))
    const hidden = linear(init, 'hidden', { inputs: width, outputs: 2 * width })
    const project = linear(init, 'project', { inputs: 2 * width, outputs: outputsOf(facts) })

    return (input) => {
      const batch = input.rhs.shape[0]!
      const where = coordinates(n).tile([batch, 1, 1, 1]) // [B, n, n, 2]
      const lifted = lift(tf.concat([featuresOf(input, facts), where], -1)) // [B, n, n, C]
      let h: Tensor = padTo(lifted, n + padding) // [B, n+p, n+p, C]
      blocks.forEach(({ far, near }, b) => {
        const y = far(h).add(near(h))
        h = b < layers - 1 ? gelu(y) : y
      })
      return solutionOf(project(gelu(hidden(cropTo(h, n)))), facts) // [B, n, n]
    }
  },
}

export default fno
