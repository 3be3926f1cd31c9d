import type { Loss, Operators } from '../../contracts.ts'
import { type Scalar, tf } from '../../tensor/index.ts'

/**
 * Mean over the batch of ‖x̂ − x‖₂, the sum over the nodes neither squared nor divided: what the baselines of ConDiff
 * train on (arXiv:2406.04709, code). Rows with large solutions weigh more, so high contrast decides. TINY keeps the
 * gradient finite (0) at x̂ = x.
 */
const l2: Loss<Operators> = {
  about: '‖x̂ − x‖, averaged over the batch: as published with ConDiff',
  cite: 'arXiv:2406.04709',
  defaults: {},

  value(output, { target }) {
    const error = output.x.sub(target).square().sum([1, 2]) // [B]
    return tf.mean(error.add(TINY).sqrt()) as Scalar
  },
}

export default l2

const TINY = 1e-20 // (1e-10)², where x is of order 1e-3
