/**
 * Multi-grid tensorized FNO: one small Fourier neural operator on overlapping patches of the square, each with coarser
 * views of its surroundings (layers/patches.ts), its spectral weights in Tucker form (layers/tucker.ts). A block is
 *
 *   a = gelu(S h + W h),   h ← gelu(MLP a + g ⊙ h),   the last without the outer gelu
 *
 * with a channel MLP of half the width and a gate g per channel, between a lifting and a projection MLP.
 *
 * Cite: Kossaifi et al., arXiv:2310.00120; sizes of its Darcy case, `levels: 1`, a tenth of the dense spectral weights.
 * Departures: those of the layers; features, scales and coordinates of layers/fields.ts.
 */
import type { Init, Model, Operators } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { coordinates, cropTo, featuresOf, inputsOf, outputsOf, padTo, solutionOf } from '../layers/fields.ts'
import { gelu } from '../layers/gelu.ts'
import { linear } from '../layers/linear.ts'
import { cutPatches, patchedSize, stitchPatches } from '../layers/patches.ts'
import { tuckerSpectral } from '../layers/tucker.ts'

const defaults = { width: 24, layers: 4, modes: 8, rank: 0.1, levels: 1, padding: 4 }

const mgTfno: Model<Operators, typeof defaults> = {
  about: 'Multi-grid tensorized FNO: Fourier layers on patches that see coarser surroundings',
  cite: 'arXiv:2310.00120',
  defaults,

  build({ width, layers, modes, rank, levels, padding }, facts, init) {
    const patches = { levels, padding }
    const size = patchedSize(facts.grid, patches) // N
    const grid = size / 2 ** levels + 2 * padding // w
    const lift = twoLayers(init, 'lift', (inputsOf(facts) + 2) * (1 + levels), 2 * width, width)
    const blocks = Array.from({ length: layers }, (_, b) => ({
      far: tuckerSpectral(init, `block${b}/far`, { channels: width, grid, modes, rank }),
      near: linear(init, `block${b}/near`, { inputs: width, outputs: width }),
      mlp: twoLayers(init, `block${b}/mlp`, width, width / 2, width),
      gate: init.weight(`block${b}/gate/weight`, [width], 'ones'),
    }))
    const project = twoLayers(init, 'project', width, 2 * width, outputsOf(facts))

    return (input) => {
      const where = coordinates(facts.grid).tile([input.rhs.shape[0]!, 1, 1, 1]) // [B, n, n, 2]
      const whole = padTo(tf.concat([featuresOf(input, facts), where], -1), size) // [B, N, N, F]
      let h = lift(cutPatches(whole, patches)) // [P² B, w, w, C]
      blocks.forEach(({ far, near, mlp, gate }, b) => {
        const y = mlp(gelu(far(h).add(near(h)))).add(h.mul(gate))
        h = b < layers - 1 ? gelu(y) : y
      })
      return solutionOf(cropTo(stitchPatches(project(h), patches), facts.grid), facts) // [B, n, n]
    }
  },
}

export default mgTfno

function twoLayers(init: Init, name: string, inputs: number, middle: number, outputs: number) {
  const first = linear(init, `${name}/first`, { inputs, outputs: middle })
  const second = linear(init, `${name}/second`, { inputs: middle, outputs })
  return (x: Tensor): Tensor => second(gelu(first(x)))
}
