/**
 * −div(k ∇u) = f on the unit square, u = 0 on its boundary, with k = e^φ, φ a Gaussian random field of mean 0:
 * k on (n+1) × (n+1) cells, f i.i.d. N(0, 1) at the n × n interior nodes, both row-major, k[i][j] around node u[i][j].
 * A field is kept when its contrast max k / min k = e^{max φ − min φ} lies in the window [low, high], bounds included.
 *
 * One attempt is one transform; its real part is tried, then its imaginary part. `rows` counts in addresses (fields/address.ts).
 * Will not widen a window or drop a row: after `attempts` transforms without a hit it says so and stops.
 *
 * ConDiff (arXiv:2406.04709), section 3, with our random numbers, so rows are equal in law and not in bytes. Departures: the
 * periods of the embedding (fields/embedding.ts), and images are not transposed against k as they are in the published files.
 * Beyond it: other grids, variances, windows and lengths, one length along i and another along j of k[i][j], and coefficients
 * that jump, of two phases or in layers (fields/discontinuous.ts), which no window selects.
 */
import type { Columns, Generator } from '../contracts.ts'
import { type Key, keyOf } from './fields/address.ts'
import { layered, twoPhase } from './fields/discontinuous.ts'
import { canonicalLaw, defaults, type Law, lawOf, type Settings } from './fields/law.ts'
import { lognormal, type Range, type Running } from './fields/lognormal.ts'
import { fieldSchema } from './fields/record.ts'

const condiff: Generator<Settings> = {
  about: 'Diffusion with random coefficients, smooth or with jumps, and white-noise right-hand sides',
  cite: 'arXiv:2406.04709',
  defaults,

  aboutOf(params) {
    const law = lawOf(params)
    const selected = law.medium === 'lognormal' && law.contrast !== null ? ', selected by contrast' : ''
    return `Diffusion with ${COEFFICIENTS[law.medium]} and white-noise right-hand sides${selected}`
  },

  schema(params) {
    lawOf(params) // says what is wrong
    return fieldSchema(params.grid)
  },

  rows(params, range, { seed, signal, workers = 1, device = 'cpu', log }) {
    const law = lawOf(params)
    if (device !== 'cpu' && law.medium !== 'lognormal')
      log?.(
        `generator condiff: nothing is screened of a ${law.medium} coefficient: drawn on the CPU, not on device '${device}'`,
      )
    return rowsOf(law, keyOf(seed, canonicalLaw(params, law)), range, { signal, workers, device })
  },
}

export default condiff

const COEFFICIENTS: Readonly<Record<Law['medium'], string>> = {
  lognormal: 'k = exp(Gaussian random field)',
  'two-phase': 'k of two phases, level sets of a Gaussian random field,',
  layered: 'k in layers across i',
}

function rowsOf(law: Law, key: Key, range: Range, running: Running): AsyncGenerator<Columns> {
  switch (law.medium) {
    case 'lognormal':
      return lognormal(law, key, range, running)
    case 'two-phase':
      return twoPhase(law, key, range, running)
    case 'layered':
      return layered(law, key, range, running)
  }
}
