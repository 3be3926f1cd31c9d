import type { Metric } from '../../contracts.ts'
import { energyOf, facesOf, nodeOf } from '../diffusion.ts'
import { measureNorms, numbersOf } from '../fields.ts'

/**
 * ‖x̂ − x‖_A / ‖x‖_A per row, ‖u‖²_A = ⟨A u, u⟩ = Σ_faces t (∇u)², t the coefficient on the face; the value is the mean
 * over the rows. The norm in which the solution is best among all fields, and that a certificate bounds. 1 for x̂ = 0.
 */
const energyError: Metric = {
  about: '‖x̂ − x‖ / ‖x‖ in the energy norm of the row, mean over the rows',
  unit: '1',
  better: 'lower',

  measure(predicted, truth) {
    const k = numbersOf(truth, 'k')
    return measureNorms(predicted, truth, (u, { n, row }) => energyOf(nodeOf(u, 0, n), facesOf(k, row, n), n))
  },
}

export default energyError
