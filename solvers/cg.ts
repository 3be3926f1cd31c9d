/**
 * A x = f by conjugate gradients, preconditioned by the diagonal D of A: the loop of diffusion/conjugate-gradients.ts with M = D,
 * which also says when it stops and what it says then. 'breakdown' is here also a diagonal that is not positive.
 * About √(contrast) / h iterations: for contrast above 1e6 take cholesky.
 * Hestenes, Stiefel (doi:10.6028/jres.049.044), section 10 for the preconditioner.
 */
import type { Solver, Status, Stencil } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { type Preconditioner, solveEntries } from './diffusion/conjugate-gradients.ts'

const defaults = {
  tolerance: 1e-10, // of ‖f − A x‖ / ‖f‖
  iterations: 20000, // at most, over all restarts
  preconditioner: 'jacobi', // or none
}

const cg: Solver<typeof defaults, Stencil> = {
  about: 'Conjugate gradients with diagonal preconditioning',
  cite: 'doi:10.6028/jres.049.044',
  defaults,

  async setup(matrix, { preconditioner }) {
    if (!PRECONDITIONERS.includes(preconditioner)) {
      throw new UserError(
        `solver cg: preconditioner '${preconditioner}' not found (${PRECONDITIONERS.join(', ')}).` +
          suggest(String(preconditioner), PRECONDITIONERS),
      )
    }
    return matrix
  },

  async solve(matrix, rhs, params) {
    return solveEntries(matrix, rhs, params, (b) => diagonal(matrix, b, params.preconditioner === 'none'))
  },
}

export default cg

const PRECONDITIONERS: readonly string[] = ['jacobi', 'none']

/** z = D⁻¹ r, or z = r; without a positive diagonal there is no positive definite matrix to be had either. */
function diagonal({ n, center }: Stencil, b: number, none: boolean): Preconditioner | Status {
  const inverse = center.slice(b * n * n, (b + 1) * n * n).map((d) => 1 / d)
  if (!inverse.every((d) => d > 0)) return 'breakdown'
  if (none) return (r, z) => z.set(r)
  return (r, z) => {
    for (let p = 0; p < r.length; p++) z[p] = inverse[p]! * r[p]!
  }
}
