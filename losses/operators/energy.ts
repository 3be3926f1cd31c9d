import type { Loss, Operators } from '../../contracts.ts'
import { facesOf, type Scalar, slopesOf, squaredOnFaces, tf } from '../../tensor/index.ts'

/**
 * The energy whose minimum over all x̂ is the solution, mean over the batch:
 *
 *   J(x̂) = h² (½ ⟨A x̂, x̂⟩ − ⟨rhs, x̂⟩),   ⟨A x̂, x̂⟩ = Σ_faces t (∇x̂)²,   h = 1/(n+1)
 *
 * h² makes sums integrals over the unit square. J(x̂) − J(x) = ½ h² ‖x̂ − x‖²_A, so it is the energy error up to a number
 * that no network can change. It never looks at the target: no solver is needed to train with it. Negative at the
 * truth (−½ h² ⟨rhs, x⟩); its size is no measure of the error.
 *
 * E & Yu, arXiv:1710.00211, section 2, there with random points for the grid's own sums.
 */
const energy: Loss<Operators> = {
  about: '½⟨Ax̂, x̂⟩ − ⟨rhs, x̂⟩: the variational energy, no solutions needed',
  cite: 'arXiv:1710.00211',
  defaults: {},

  value({ x }, { input: { k, rhs } }) {
    const h = 1 / (rhs.shape[1]! + 1)
    const stored = squaredOnFaces(slopesOf(x), facesOf(k)).mul(0.5) // [B]
    const work = rhs.mul(x).sum([1, 2]) // [B]
    return tf.mean(stored.sub(work)).mul(h * h) as Scalar
  },
}

export default energy
