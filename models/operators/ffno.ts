/**
 * Factorized Fourier neural operator: h ← h + gelu(W₂ gelu(W₁ S h)), four times, where S h is the sum of two spectral
 * convolutions, one along each axis. Between a pointwise lifting of (coordinates, features) and a pointwise projection.
 * A Fourier series is periodic and the solution is not; there is no padding, as published.
 *
 * Cite: Tran et al., arXiv:2111.13802, section 3; layers and sizes as in the baselines of ConDiff, arXiv:2406.04709 (its
 * code). Departures: exact GELU for its tanh formula; pointwise weights by He; coordinates i h for i/(n − 1); features and scales of
 * layers/fields.ts.
 */
import type { Model, Operators } from '../../contracts.ts'
import { tf } from '../../tensor/index.ts'
import { coordinates, featuresOf, inputsOf, outputsOf, solutionOf } from '../layers/fields.ts'
import { gelu } from '../layers/gelu.ts'
import { linear } from '../layers/linear.ts'
import { spectralLine } from '../layers/spectral-line.ts'

const defaults = { width: 32, layers: 4, modes: 12 }

const ffno: Model<Operators, typeof defaults> = {
  about: 'Factorized Fourier neural operator: spectral convolutions one axis at a time',
  cite: 'arXiv:2111.13802',
  defaults,

  build({ width, layers, modes }, facts, init) {
    const n = facts.grid
    const square = { inputs: width, outputs: width, scheme: 'he' } as const
    const lift = linear(init, 'lift', { inputs: inputsOf(facts) + 2, outputs: width, scheme: 'he' })
    const blocks = Array.from({ length: layers }, (_, b) => {
      const shape = { channels: width, grid: n, modes }
      return {
        down: spectralLine(init, `block${b}/down`, 1, shape),
        across: spectralLine(init, `block${b}/across`, 2, shape),
        first: linear(init, `block${b}/first`, square),
        second: linear(init, `block${b}/second`, square),
      }
    })
    const project = linear(init, 'project', { inputs: width, outputs: outputsOf(facts), scheme: 'he' })

    return (input) => {
      const where = coordinates(n).tile([input.rhs.shape[0]!, 1, 1, 1]) // [B, n, n, 2]
      let h = lift(tf.concat([where, featuresOf(input, facts)], -1)) // [B, n, n, C]
      for (const { down, across, first, second } of blocks)
        h = h.add(gelu(second(gelu(first(down(h).add(across(h)))))))
      return solutionOf(project(h), facts) // [B, n, n]
    }
  },
}

export default ffno
