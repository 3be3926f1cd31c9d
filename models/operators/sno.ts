/**
 * Spectral neural operator: h ← gelu(back(cell(modes(h))) + W h), four times, the last without gelu, where modes are
 * the 20 × 20 lowest real Fourier coefficients and the cell three 3 × 3 convolutions over the array of coefficients,
 * gelu between them. Between a pointwise lifting and a pointwise projection.
 *
 * Cite: Fanaskov & Oseledets, arXiv:2205.10573; this form is that of the baselines of ConDiff, arXiv:2406.04709 (its
 * code; 115,329 weights). Departures: exact GELU for its tanh formula; features and scales of layers/fields.ts;
 * on small grids at most n − 1 modes an axis.
 */
import type { Init, Model, Operators } from '../../contracts.ts'
import type { Tensor } from '../../tensor/index.ts'
import { conv2d } from '../layers/conv2d.ts'
import { featuresOf, inputsOf, outputsOf, solutionOf } from '../layers/fields.ts'
import { gelu } from '../layers/gelu.ts'
import { linear } from '../layers/linear.ts'
import { realFourier, transformAxes } from '../layers/transform.ts'

const defaults = { width: 32, layers: 4, modes: 20, convs: 3 }

const sno: Model<Operators, typeof defaults> = {
  about: 'Spectral neural operator: convolutions over an array of Fourier coefficients',
  cite: 'arXiv:2205.10573',
  defaults,

  build({ width, layers, modes, convs }, facts, init) {
    const lift = linear(init, 'lift', { inputs: inputsOf(facts), outputs: width })
    const blocks = Array.from({ length: layers }, (_, b) => ({
      cell: cell(init, `block${b}/cell`, width, convs),
      near: linear(init, `block${b}/near`, { inputs: width, outputs: width }),
    }))
    const project = linear(init, 'project', { inputs: width, outputs: outputsOf(facts) })

    return (input) => {
      const { analysis, synthesis } = realFourier(facts.grid, modes)
      let h = lift(featuresOf(input, facts)) // [B, n, n, C]
      blocks.forEach(({ cell, near }, b) => {
        const coefficients = cell(transformAxes(analysis, h)) // [B, m, m, C]
        const y = transformAxes(synthesis, coefficients).add(near(h)) // [B, n, n, C]
        h = b < layers - 1 ? gelu(y) : y
      })
      return solutionOf(project(h), facts) // [B, n, n]
    }
  },
}

export default sno

function cell(init: Init, name: string, width: number, convs: number) {
  const layers = Array.from({ length: convs }, (_, i) =>
    conv2d(init, `${name}/conv${i}`, { inputs: width, outputs: width }),
  )
  return (x: Tensor): Tensor => layers.reduce((h, conv, i) => (i === 0 ? conv(h) : conv(gelu(h))), x)
}
