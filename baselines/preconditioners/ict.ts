/**
 * The incomplete Cholesky factor with a threshold and `fill` entries more per column than A has (solvers/factors/ict.ts): ICt(1) and
 * ICt(5) of PreCorrector (arXiv:2405.15557).
 */
import type { Preconditioning } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { ict as factor } from '../../solvers/factors/ict.ts'
import { preconditionerFrom } from '../../solvers/factors/lower.ts'

const defaults = {
  fill: 5,
  drop: 1e-4, // of the norm of a column of A
}

const ict: Preconditioning<typeof defaults> = {
  about: 'Incomplete Cholesky factor with a threshold and limited fill',
  cite: 'arXiv:2405.15557',
  defaults,

  fit(_, { fill, drop }) {
    if (!(Number.isInteger(fill) && fill >= 0))
      throw new UserError(`baseline ict: fill must be a whole number from 0 (got ${fill})`)
    if (!(drop >= 0 && drop < 1))
      throw new UserError(`baseline ict: drop must be a number from 0 to below 1 (got ${drop})`)
    return (matrix, b) => preconditionerFrom(factor(matrix, b, fill, drop))
  },
}

export default ict
