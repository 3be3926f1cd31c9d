/** M = I: plain conjugate gradients, about √(contrast) / h steps. Who takes more has made things worse. */
import type { Preconditioning } from '../../contracts.ts'

const none: Preconditioning = {
  about: 'Conjugate gradients without preconditioner',
  cite: 'doi:10.6028/jres.049.044',
  defaults: {},

  fit: () => () => (r, z) => z.set(r),
}

export default none
