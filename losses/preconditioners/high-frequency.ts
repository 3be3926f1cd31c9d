import type { Loss, Preconditioners } from '../../contracts.ts'
import { stencilTimes } from '../../tensor/index.ts'
import { afterStep, correctedTimes, flat, meanSquare } from '../factors.ts'

/**
 * Mean over the batch of ‖L (Lᵀ b) − A b‖², the sum over the nodes not divided, where L is the factor that the network corrected. For
 * b of independent standard normal numbers its expectation is ‖L Lᵀ − A‖² in the norm of Frobenius: all eigenvalues weigh alike, so
 * the large ones decide. Trifonov et al., arXiv:2405.15557, where it is the loss not to train with: what it finds is a worse
 * preconditioner than incomplete Cholesky. Its numbers are large, of the size of ‖A b‖², which grows like (n+1)⁴.
 *
 * Of a network that answers a direction q: mean of ‖b − A q (qᵀb)/(qᵀA q)‖², the residual after the step along q that conjugate
 * gradients take. This is the published loss of DCDM, Kaneda et al., arXiv:2205.10763. 0 where q = A⁻¹ b; the scale of q is free, and
 * q = 0 costs ‖b‖² without a gradient.
 */
const highFrequency: Loss<Preconditioners> = {
  about: '‖L(Lᵀb) − Ab‖²: all of A weighs alike; of a direction, the residual after one step',
  cite: 'arXiv:2405.15557',
  defaults: {},

  value({ correction, direction }, { input }) {
    const { matrix, rhs } = input
    const b = flat(rhs) // [B, N]
    if (correction !== undefined)
      return meanSquare(correctedTimes(correction, input, b).sub(flat(stencilTimes(matrix, rhs))))
    return meanSquare(afterStep(b, flat(direction!), flat(stencilTimes(matrix, direction!))))
  },
}

export default highFrequency
