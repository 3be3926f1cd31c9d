/**
 * Circulant embedding. The covariance on a torus of M × M points, spacing h = 1/(n+1), taken at the distance to the nearest
 * periodic image, is diagonal in the Fourier basis; its eigenvalues are the transform of its first column:
 *
 *   λ[p,q] = Σ_{x,y} C(h √(d(x)² + d(y)²)) e^{−2πi (px + qy)/M},   d(x) = min(x, M − x).
 *
 * With M ≥ 2n every distance inside the (n+1)² window is the true one and the law is exact wherever λ ≥ 0. The published
 * periods of cubic and gaussian are shorter: opposite edges of the window feel each other across the seam, by nothing (cubic is
 * compact) and by 3e-11 of the variance (gaussian).
 * Dietrich, Newsam, Fast and exact simulation of stationary Gaussian processes (doi:10.1137/S1064827592240555).
 */
import { UserError } from '../../io/errors.ts'
import { bytesOf } from '../../kernels/fields.ts'
import { MOST_BYTES } from '../../kernels/load.ts'
import { fft2, smoothAtLeast } from '../../math/fft.ts'
import { type Covariance, covariances } from './covariance.ts'

export interface FieldLaw {
  covariance: Covariance
  variance: number
  /** Of correlation, in units of the side of the square: in every direction, or along i and along j of k[i][j]. */
  length: number | readonly [alongI: number, alongJ: number]
  grid: number // n; the field has (n+1)² values
}

/** What is drawn from: z of variance 1 times `amplitude` = √(λ / M²), row-major over the M × M frequencies. */
export interface Embedding {
  period: number // M
  amplitude: Float64Array
}

/**
 * Negative eigenvalues down to −1e-14 λ_max are rounding and count as 0. Below that the law has no embedding of this period:
 * it is doubled up to 8(n+1) points, then refused; and so is a period that no kernel has the memory for.
 */
export function embed(law: FieldLaw): Embedding {
  const name = JSON.stringify(law)
  if (last?.name !== name) last = { name, embedding: made(law) }
  return last.embedding
}

/** Shard after shard asks for the same one. */
let last: { name: string; embedding: Embedding } | undefined

function made(law: FieldLaw): Embedding {
  const published = publishedPeriod(law)
  let period = published ?? smoothAtLeast(2 * law.grid)
  for (;;) {
    const bytes = bytesOf(period, law.grid + 1)
    if (bytes > MOST_BYTES) throw tooLarge(law, period, bytes)
    const { values, worst } = spectrum(law, period)
    if (worst >= -ROUNDING) return { period, amplitude: amplitudes(values, period) }
    if (published !== null || 2 * period > 8 * (law.grid + 1)) throw refusal(law, period, worst)
    period *= 2
  }
}

const ROUNDING = 1e-14

/** Periods that are part of the published sets' bytes; they hold at ConDiff's correlation length only. */
function publishedPeriod({ covariance, length, grid }: FieldLaw): number | null {
  if (length !== 0.05) return null
  if (grid === 64) return covariance === 'exponential' ? 160 : 80
  if (grid === 128) return covariance === 'exponential' ? 256 : 160
  return null
}

/** Eigenvalues, and the smallest over the largest. */
function spectrum(law: FieldLaw, period: number): { values: Float64Array; worst: number } {
  const values = fft2({ re: firstColumn(law, period), im: new Float64Array(period * period) }, period).re
  let least = Infinity
  let most = 0
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  return { values, worst: least / most }
}

/** Covariances between the first point of the torus and all others; y counts along i, x along j. */
function firstColumn({ covariance, variance, length, grid }: FieldLaw, period: number): Float64Array {
  const rho = covariances[covariance]
  const distance = distanceOf(length, grid + 1)
  const column = new Float64Array(period * period)
  for (let y = 0; y < period; y++) {
    const dy = Math.min(y, period - y)
    for (let x = 0; x < period; x++) {
      const dx = Math.min(x, period - x)
      column[y * period + x] = variance * rho(distance(dy, dx))
    }
  }
  return column
}

/** Distance in units of the correlation length, of dy and dx points of spacing 1/side. */
function distanceOf(length: FieldLaw['length'], side: number): (dy: number, dx: number) => number {
  if (typeof length === 'number') return (dy, dx) => Math.sqrt(dx * dx + dy * dy) / (side * length)
  const [alongI, alongJ] = length.map((one) => side * one) as [number, number]
  return (dy, dx) => Math.sqrt((dy / alongI) * (dy / alongI) + (dx / alongJ) * (dx / alongJ))
}

function amplitudes(values: Float64Array, period: number): Float64Array {
  const cells = period * period
  return values.map((value) => Math.sqrt(Math.max(0, value) / cells))
}

function tooLarge({ grid, length }: FieldLaw, period: number, bytes: number): UserError {
  return new UserError(
    `generator condiff: grid ${grid} and length ${JSON.stringify(length)} need an embedding of period ${period}, ` +
      `${(bytes / MOST_BYTES).toFixed(1)} times what a kernel has memory for. Try a smaller grid or a shorter length`,
  )
}

function refusal({ covariance, length, grid }: FieldLaw, period: number, worst: number): UserError {
  return new UserError(
    `generator condiff: covariance '${covariance}' of length ${JSON.stringify(length)} cannot be embedded on grid ${grid}: ` +
      `at period ${period} its smallest eigenvalue is ${worst.toExponential(1)} of the largest, expected ≥ -1e-14. ` +
      'Try a shorter length',
  )
}
