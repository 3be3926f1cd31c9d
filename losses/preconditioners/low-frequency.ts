import type { Loss, Preconditioners } from '../../contracts.ts'
import { afterStep, correctedTimes, flat, meanSquare } from '../factors.ts'

/**
 * Mean over the batch of ‖L (Lᵀ x) − b‖², the sum over the nodes not divided, where A x = b and L is the factor that the network
 * corrected. For b of independent standard normal numbers its expectation is ‖(L Lᵀ − A) A⁻¹‖² in the norm of Frobenius
 * (Hutchinson): A⁻¹ on the right weighs the small eigenvalues, those that slow conjugate gradients down. It needs the solution x,
 * which the dataset has; nothing is solved while training. Trifonov et al., arXiv:2405.15557.
 *
 * Of a network that answers a direction q: mean of ‖x − q (qᵀx)/(qᵀq)‖², what is left of the error after the best multiple of q. This
 * one is ours, for the residual of high-frequency in terms of the error: A⁻¹ weighs the small eigenvalues here too. It is of the
 * size of ‖x‖², small. 0 where q = x; the scale of q is free, and q = 0 costs ‖x‖² without a gradient. x is smooth, so that a
 * network hears nothing of the fine scales: iterations along such directions stall (DCDM on grid 16, 480 steps: no row of 32
 * reached 1e-6; with high-frequency, 1200 steps, all did).
 */
const lowFrequency: Loss<Preconditioners> = {
  about: '‖L(Lᵀx) − b‖²: the factor is fitted where A is small',
  cite: 'arXiv:2405.15557',
  defaults: {},

  value({ correction, direction }, { input, target }) {
    const x = flat(target) // [B, N]
    if (correction !== undefined) return meanSquare(correctedTimes(correction, input, x).sub(flat(input.rhs)))
    const q = flat(direction!) // [B, N]
    return meanSquare(afterStep(x, q, q))
  },
}

export default lowFrequency
