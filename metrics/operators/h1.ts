import type { Metric } from '../../contracts.ts'
import { energyOf, nodeOf, ones } from '../diffusion.ts'
import { measureNorms } from '../fields.ts'

/**
 * ‖x̂ − x‖_H¹ / ‖x‖_H¹ per row, ‖u‖²_H¹ = Σ_nodes u² + Σ_faces (∇u)², slopes as differences over h, faces to the wall
 * included (the weight h² of both sums cancels); the value is the mean over the rows. Slopes outweigh values: the number
 * says how good the gradient is.
 */
const h1: Metric = {
  about: '‖x̂ − x‖ / ‖x‖ in H¹, values and slopes, mean over the rows',
  unit: '1',
  better: 'lower',

  measure: (predicted, truth) =>
    measureNorms(predicted, truth, (u, { n }) => {
      const values = u.reduce((sum, value) => sum + value * value, 0)
      return values + energyOf(nodeOf(u, 0, n), ones, n)
    }),
}

export default h1
