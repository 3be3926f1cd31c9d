import type { Loss, Operators } from '../../contracts.ts'
import { type Scalar, tf } from '../../tensor/index.ts'

/**
 * Mean over the batch of ‖x̂ − x‖ / ‖x‖, discrete L2 norms over the nodes (the weight h² of the norm cancels).
 * Relative, so that rows of high contrast, whose solutions are large, do not decide alone; the same number as
 * the metric. x must not be 0. TINY, far below the square of any rounding error, keeps the gradient finite (0)
 * at x̂ = x. The baselines of ConDiff (arXiv:2406.04709) train on the absolute norm.
 */
const relativeL2: Loss<Operators> = {
  about: '‖x̂ − x‖ / ‖x‖, averaged over the batch',
  cite: 'arXiv:2010.08895',
  defaults: {},

  value(output, { target }) {
    const error = output.x.sub(target).square().sum([1, 2]) // [B]
    const size = target.square().sum([1, 2]) // [B]
    return tf.mean(error.div(size).add(TINY).sqrt()) as Scalar
  },
}

export default relativeL2

const TINY = 1e-30
