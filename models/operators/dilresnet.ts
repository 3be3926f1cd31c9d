/**
 * Dilated residual network: four cells, each seven 3 × 3 convolutions with dilations 1, 2, 4, 8, 4, 2, 1 and GELU
 * between them, on the full grid throughout:
 *
 *   h ← gelu(cell(h)) + h,   the last cell without gelu,
 *
 * between a 3 × 3 convolution in and one out. Zeros outside the square. A cell hears 22 nodes to each side.
 *
 * Cite: Stachenfeld et al., arXiv:2112.15275, section 3; layers and sizes as in the baselines of ConDiff,
 * arXiv:2406.04709 (its code; 259,841 weights, width n/2). Departures: exact GELU for its tanh formula; features and
 * scales of layers/fields.ts.
 */
import type { Init, Model, Operators } from '../../contracts.ts'
import type { Tensor } from '../../tensor/index.ts'
import { conv2d } from '../layers/conv2d.ts'
import { featuresOf, inputsOf, outputsOf, solutionOf } from '../layers/fields.ts'
import { gelu } from '../layers/gelu.ts'

const defaults = { width: 32, layers: 4, reach: 3 } // dilations 1, 2, … 2^reach and back

const dilresnet: Model<Operators, typeof defaults> = {
  about: 'Dilated residual network: convolutions on the full grid with growing gaps',
  cite: 'arXiv:2112.15275',
  defaults,

  build({ width, layers, reach }, facts, init) {
    const enter = conv2d(init, 'enter', { inputs: inputsOf(facts), outputs: width })
    const cells = Array.from({ length: layers }, (_, c) => cell(init, `cell${c}`, width, reach))
    const leave = conv2d(init, 'leave', { inputs: width, outputs: outputsOf(facts) })

    return (input) => {
      let h = enter(featuresOf(input, facts)) // [B, n, n, C]
      cells.forEach((convolve, c) => {
        const y = convolve(h)
        h = (c < layers - 1 ? gelu(y) : y).add(h)
      })
      return solutionOf(leave(h), facts) // [B, n, n]
    }
  },
}

export default dilresnet

function cell(init: Init, name: string, width: number, reach: number) {
  const dilations = Array.from({ length: 2 * reach + 1 }, (_, i) => 2 ** (reach - Math.abs(reach - i)))
  const layers = dilations.map((dilation, i) =>
    conv2d(init, `${name}/conv${i}`, { inputs: width, outputs: width, dilation }),
  )
  return (x: Tensor): Tensor => layers.reduce((h, conv, i) => (i === 0 ? conv(h) : conv(gelu(h))), x)
}
