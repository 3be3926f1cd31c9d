import type { Loss, Operators } from '../../contracts.ts'
import { type Scalar, slopesOf, type Tensor, tf } from '../../tensor/index.ts'

/**
 * Mean over the batch of ‖x̂ − x‖_H¹ / ‖x‖_H¹, with the discrete norm ‖u‖²_H¹ = Σ_nodes u² + Σ_faces (∇u)² (times h², which
 * cancels), ∇u the difference quotient across each face, faces to the wall included (tensor/diffusion.ts). Slopes are
 * about 1/h times larger than values on the finest scale, so this asks for the flux where relative-l2 asks for x.
 * The training loss of arXiv:2310.00120, section 5, there with spectral derivatives.
 */
const h1: Loss<Operators> = {
  about: '‖x̂ − x‖ / ‖x‖ in H¹: values and slopes',
  cite: 'arXiv:2310.00120',
  defaults: {},

  value(output, { target }) {
    const error = squared(output.x.sub(target)) // [B]
    return tf.mean(error.div(squared(target)).add(TINY).sqrt()) as Scalar
  },
}

export default h1

const TINY = 1e-30

/** ‖u‖²_H¹ / h²: [B, n, n] → [B] */
function squared(u: Tensor): Tensor {
  const { first, second } = slopesOf(u)
  const slopes = first
    .square()
    .sum([1, 2])
    .add(second.square().sum([1, 2]))
  return u.square().sum([1, 2]).add(slopes) // [B]
}
