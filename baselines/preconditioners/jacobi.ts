/** M = D, the diagonal of A. With k = 1 that is a multiple of I, and the steps are those of `none`. */
import type { Preconditioning } from '../../contracts.ts'
import { jacobi } from '../../solvers/factors/five-point.ts'
import { preconditionerFrom } from '../../solvers/factors/lower.ts'

const diagonal: Preconditioning = {
  about: 'The diagonal of the matrix',
  defaults: {},

  fit: () => (matrix, b) => preconditionerFrom(jacobi(matrix, b)),
}

export default diagonal
