/** Systems for the tests of multigrid: coefficients of the ConDiff law, two-phase media, and residuals by other code. */
import type { Field, Stencil } from '../../../contracts.ts'
import { embed } from '../../../generators/fields/embedding.ts'
import { drawPair } from '../../../generators/fields/grf.ts'
import { sharedNumbers } from '../../../kernels/shared.ts'
import { rng } from '../../../math/rng.ts'
import { assemble } from '../../../solvers/diffusion/stencil.ts'

type Covariance = 'cubic' | 'exponential' | 'gaussian'
export interface Law {
  n: number
  batch: number
  variance: number
  covariance?: Covariance
  length?: number
}

/** Gaussian fields φ on the (n+1) × (n+1) cells, one after another. */
export function gaussian({ n, batch, variance, covariance = 'exponential', length = 0.05 }: Law): Field {
  const embedding = embed({ covariance, variance, length, grid: n })
  const size = (n + 1) * (n + 1)
  const data = new Float64Array(batch * size)
  for (let b = 0; b < batch; b++) {
    const pair = drawPair(embedding, { seed: 7, set: n }, { attempt: 0, address: b >> 1 }, n + 1)
    data.set(pair[b % 2]!, b * size)
  }
  return { batch, n: n + 1, data }
}

export function lognormal(law: Law): Stencil {
  const phi = gaussian(law)
  return assemble({ ...phi, data: phi.data.map(Math.exp) })
}

/** k = `contrast` where φ > 0, else 1: sharp phases of the size of the correlation length. */
export function twoPhase(law: Law, contrast: number): Stencil {
  const phi = gaussian(law)
  return assemble({ ...phi, data: phi.data.map((value) => (value > 0 ? contrast : 1)) })
}

export function noise(n: number, batch: number, name = 'rhs'): Field {
  return { batch, n, data: Float64Array.from({ length: batch * n * n }, rng(7, name, n).normal) }
}

/** ‖f − A x‖ / ‖f‖ and 4 ε ‖ |A| |x| ‖ / ‖f‖ of entry b, written apart from the code under test. */
export function honest(
  matrix: Stencil,
  x: Field,
  rhs: Field,
  b: number,
): { residual: number; floor: number } {
  const { n, center, west, east, south, north } = matrix
  const value = (i: number, j: number) =>
    i < 0 || j < 0 || i >= n || j >= n ? 0 : x.data[b * n * n + i * n + j]!
  let [error, size, scale] = [0, 0, 0]
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const at = b * n * n + i * n + j
      const terms = [
        center[at]! * value(i, j),
        west[at]! * value(i, j - 1),
        east[at]! * value(i, j + 1),
        south[at]! * value(i - 1, j),
        north[at]! * value(i + 1, j),
      ]
      error += (rhs.data[at]! - terms.reduce((sum, term) => sum + term, 0)) ** 2
      size += terms.reduce((sum, term) => sum + Math.abs(term), 0) ** 2
      scale += rhs.data[at]! ** 2
    }
  }
  return { residual: Math.sqrt(error / scale), floor: 4 * Number.EPSILON * Math.sqrt(size / scale) }
}

/** Entries of a batch, in this order, in memory that threads read in place. */
export function pick(matrix: Stencil, entries: readonly number[]): Stencil {
  const of = (values: Float64Array) => pickValues(values, matrix.n, entries)
  const { n, center, west, east, south, north } = matrix
  return {
    batch: entries.length,
    n,
    center: of(center),
    west: of(west),
    east: of(east),
    south: of(south),
    north: of(north),
  }
}

export function pickField({ n, data }: Field, entries: readonly number[]): Field {
  return { batch: entries.length, n, data: pickValues(data, n, entries) }
}

function pickValues(values: Float64Array, n: number, entries: readonly number[]): Float64Array {
  const size = n * n
  const out = sharedNumbers(entries.length * size)
  for (const [at, b] of entries.entries()) out.set(values.subarray(b * size, (b + 1) * size), at * size)
  return out
}
