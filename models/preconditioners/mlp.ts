/**
 * What PreCorrector (precorrector.ts) is without its graph: each stored entry of a classical factor L is corrected by itself,
 *
 *   L_new = L + α s mlp(L / s),   s = max |L|,   mlp 1 → C → 1 with ReLU, α trained from 0.
 *
 * 50 weights for C = 16. It cannot tell two equal entries apart, wherever they stand.
 * Trifonov et al., arXiv:2405.15557, an ablation of its code.
 */
import type { Model, Preconditioners } from '../../contracts.ts'
import { largestOf, onStored } from '../layers/factors.ts'
import { perceptron } from '../layers/perceptron.ts'

const defaults = { width: 16 }

const mlp: Model<Preconditioners, typeof defaults> = {
  about: 'A small network corrects each entry of a classical factor by itself',
  cite: 'arXiv:2405.15557',
  defaults,

  build({ width }, _facts, init) {
    const decode = perceptron(init, 'entry', [1, width, 1])
    const alpha = init.weight('alpha', [1], 'zeros')

    return ({ factor }) => {
      const scale = largestOf(factor) // [B, 1, 1]
      const d = decode(factor.div(scale).expandDims(3)).squeeze([3]) // [B, N, W]
      return { correction: onStored(d.mul(scale).mul(alpha), factor) }
    }
  },
}

export default mlp
