import type { Loss, Operators } from '../../contracts.ts'
import { diffusionOf, type Scalar, tf } from '../../tensor/index.ts'

/**
 * Mean over the batch of ‖rhs − A x̂‖ / ‖rhs‖, the discrete residual; it never looks at the target. A amplifies the
 * finest scales by the condition number, about contrast · 4/(π h)², so that a small residual is a small error but a
 * network hears little of the large scales: it trains far worse than its minimum promises. In float32 the residual of
 * the solution itself is about 1e-7 ‖|A| |x|‖ / ‖rhs‖. TINY keeps the gradient finite (0) at the truth.
 */
const residual: Loss<Operators> = {
  about: '‖rhs − Ax̂‖ / ‖rhs‖: the discrete equation, no solutions needed',
  cite: 'arXiv:1711.10561',
  defaults: {},

  value({ x }, { input: { k, rhs } }) {
    const error = rhs.sub(diffusionOf(k, x)).square().sum([1, 2]) // [B]
    return tf.mean(
      error
        .div(rhs.square().sum([1, 2]))
        .add(TINY)
        .sqrt(),
    ) as Scalar
  },
}

export default residual

const TINY = 1e-30
