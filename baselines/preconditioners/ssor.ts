/**
 * Symmetric successive over-relaxation, M = (D + ω E) D⁻¹ (D + ω E)ᵀ / (ω (2 − ω)) with E the strictly lower part of A. ω = 1 is symmetric
 * Gauss–Seidel. sor-bandit chooses ω by what the training rows cost.
 * D. M. Young, Iterative Solution of Large Linear Systems (1971), chapter 15.
 */
import type { Preconditioning } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { ssor as factor } from '../../solvers/factors/five-point.ts'
import { preconditionerFrom } from '../../solvers/factors/lower.ts'

const defaults = { omega: 1 }

const ssor: Preconditioning<typeof defaults> = {
  about: 'Symmetric successive over-relaxation with one omega for all',
  defaults,

  fit(_, { omega }) {
    if (!(omega > 0 && omega < 2))
      throw new UserError(`baseline ssor: omega must be a number between 0 and 2 (got ${omega})`)
    return (matrix, b) => preconditionerFrom(factor(matrix, b, omega))
  },
}

export default ssor
