/**
 * One symmetric V(1,1) cycle of black box multigrid (solvers/multigrid/bare-cycle.ts): steps do not grow with n. A step is one cycle, and
 * set-up makes the hierarchy.
 * J. E. Dendy, doi:10.1016/0021-9991(82)90057-2.
 */
import type { Preconditioning } from '../../contracts.ts'
import { cycleOf } from '../../solvers/multigrid/bare-cycle.ts'

const multigrid: Preconditioning = {
  about: 'One cycle of black box multigrid',
  cite: 'doi:10.1016/0021-9991(82)90057-2',
  defaults: {},

  fit: () => cycleOf,
}

export default multigrid
