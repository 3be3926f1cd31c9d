/**
 * M = A, the exact factor in a band (solvers/cholesky.ts): one step, or two where rounding wants it. n⁴ / 2 multiplications to set up
 * and 8 n² (n+1) bytes: where a matrix meets many right-hand sides, nothing that takes more steps need be better.
 */
import type { Preconditioning } from '../../contracts.ts'
import { exact, MOST_SIDE } from '../../solvers/cholesky.ts'

const cholesky: Preconditioning = {
  about: 'The exact Cholesky factor',
  defaults: {},

  fit: () => (matrix, b) => (matrix.n > MOST_SIDE ? 'breakdown' : exact(matrix, b)),
}

export default cholesky
