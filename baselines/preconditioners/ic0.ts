/**
 * The incomplete Cholesky factor without fill. PreCorrector (arXiv:2405.15557) calls it IC(0), starts from it and compares with it.
 * Meijerink, van der Vorst (doi:10.1090/S0025-5718-1977-0438681-4).
 */
import type { Preconditioning } from '../../contracts.ts'
import { ic0 as factor } from '../../solvers/factors/five-point.ts'
import { preconditionerFrom } from '../../solvers/factors/lower.ts'

const ic0: Preconditioning = {
  about: 'Incomplete Cholesky factor without fill',
  cite: 'doi:10.1090/S0025-5718-1977-0438681-4',
  defaults: {},

  fit: () => (matrix, b) => preconditionerFrom(factor(matrix, b)),
}

export default ic0
