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
 */
import type { Columns, Generator } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { type Key, keyOf } from './fields/address.ts'
import { covariances, isCovariance } from './fields/covariance.ts'
import { type Embedding, embed, type FieldLaw } from './fields/embedding.ts'
import { drawPair, inWindow, type Window } from './fields/grf.ts'
import { breathe, fieldSchema, record } from './fields/record.ts'
import { coefficient, noField, screenedRows } from './fields/screened.ts'

const defaults = {
  covariance: 'gaussian', // or cubic, exponential
  variance: 0.4,
  length: 0.05, // of correlation; the square has side 1
  contrast: null as Window, // [low, high], or null for every field
  grid: 64, // n
  attempts: 10000, // transforms per row before giving up
}
type Settings = typeof defaults

const condiff: Generator<Settings> = {
  about:
    'Diffusion with k = exp(Gaussian random field) and white-noise right-hand sides, selected by contrast',
  cite: 'arXiv:2406.04709',
  defaults,

  schema: (params) => fieldSchema(checked(params).grid),

  async *rows(params, { from, to }, { seed, signal, device = 'cpu' }) {
    const law = checked(params)
    const key = keyOf(seed, { generator: 'condiff', ...law, contrast: params.contrast })
    if (device !== 'cpu') {
      const { contrast, attempts } = params
      return yield* screenedRows({ field: law, contrast, attempts }, key, { from, to }, { signal, device })
    }
    const embedding = embed(law)
    for (let address = from; address < to; address++) {
      yield await row(params, embedding, key, address, signal)
    }
  },
}

export default condiff

/** The first field in the window, attempt after attempt. */
async function row(
  { grid, contrast, attempts }: Settings,
  embedding: Embedding,
  key: Key,
  address: number,
  signal: AbortSignal,
): Promise<Columns> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    await breathe(signal)
    const pair = drawPair(embedding, key, { attempt, address }, grid + 1)
    const phi = pair.find((candidate) => inWindow(candidate, contrast))
    if (phi !== undefined) return record(key, address, grid, coefficient(phi), attempt + 1)
  }
  throw noField({ contrast, attempts }, address)
}

/** The part of the params that decides the law, once all of them make sense. */
function checked({ covariance, variance, length, contrast, grid, attempts }: Settings): FieldLaw {
  if (!isCovariance(covariance)) {
    const names = Object.keys(covariances)
    throw new UserError(
      `generator condiff: covariance '${covariance}' not found (${names.join(', ')}).${suggest(covariance, names)}`,
    )
  }
  demand('variance', variance, variance > 0 && variance < Infinity, 'a number above 0')
  demand('length', length, length > 0 && length < Infinity, 'a number above 0')
  demand('grid', grid, Number.isInteger(grid) && grid >= 3, 'a whole number, at least 3')
  demand('attempts', attempts, Number.isInteger(attempts) && attempts >= 1, 'a whole number, at least 1')
  demand('contrast', contrast, isWindow(contrast), 'null or [low, high] with 0 < low < high')
  return { covariance, variance, length, grid }
}

function isWindow(value: unknown): boolean {
  if (value === null) return true
  if (!Array.isArray(value) || value.length !== 2) return false
  const [low, high] = value
  return Number.isFinite(low) && Number.isFinite(high) && 0 < low && low < high
}

function demand(param: string, value: unknown, holds: boolean, expected: string): void {
  if (holds) return
  throw new UserError(
    `generator condiff: param '${param}' must be ${expected} (got ${JSON.stringify(value)})`,
  )
}
