/** ict with one entry more per column: ICt(1), from which networks may start and which they must beat (arXiv:2405.15557). */
import type { Preconditioning } from '../../contracts.ts'
import ict from './ict.ts'

const ict1: Preconditioning<typeof ict.defaults> = {
  ...ict,
  about: 'Incomplete Cholesky factor with a threshold and one entry more per column',
  defaults: { ...ict.defaults, fill: 1 },
}

export default ict1
