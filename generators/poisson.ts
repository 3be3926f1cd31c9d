/**
 * −Δu = f on the unit square, u = 0 on its boundary: k = 1 on all (n+1)² cells, f i.i.d. N(0, 1) at the n² interior nodes.
 * `rows` counts in addresses (fields/address.ts), as all field generators do.
 * The Poisson sets of ConDiff (arXiv:2406.04709), with our random numbers.
 */
import type { Generator } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { keyOf } from './fields/address.ts'
import { breathe, fieldSchema, isGrid, MOST_GRID, record, sideOf } from './fields/record.ts'

const defaults = { grid: 64 }

const poisson: Generator<typeof defaults> = {
  about: 'Poisson problems: k = 1 and white-noise right-hand sides',
  cite: 'arXiv:2406.04709',
  defaults,

  schema: ({ grid }) => fieldSchema(checked(grid)),

  async *rows({ grid }, { from, to }, { seed, signal, device = 'cpu', log }) {
    const n = checked(grid)
    if (device !== 'cpu')
      log?.(`generator poisson: k = 1 needs no screening: made on the CPU, not on device '${device}'`)
    const key = keyOf(seed, { generator: 'poisson', grid })
    for (let address = from; address < to; address++) {
      await breathe(signal)
      const k = new Float32Array((n + 1) * (n + 1)).fill(1)
      yield record(address, { k, rhs: sideOf(key, address, n), attempts: 1 })
    }
  },
}

export default poisson

function checked(grid: number): number {
  if (isGrid(grid)) return grid
  throw new UserError(
    `generator poisson: param 'grid' must be a whole number from 3 to ${MOST_GRID} (got ${grid})`,
  )
}
