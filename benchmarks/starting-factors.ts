/**
 * Where learned factors start, as networks see it: ic0, or ict with `fill` entries more per column (solvers/factors/).
 * The width W of a row is 3 for ic0; for ict it is the most that any row of the dataset has, for nothing else bounds it.
 */
import type { Field, Status, Stencil } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { assemble } from '../solvers/diffusion/stencil.ts'
import { ic0 } from '../solvers/factors/five-point.ts'
import { ict } from '../solvers/factors/ict.ts'
import { type Lower, preconditionerFrom } from '../solvers/factors/lower.ts'
import { widthOf, writeRows } from '../solvers/factors/rows.ts'

/** The factor of entry `b`, or why there is none. */
export type Start = (matrix: Stencil, b: number) => Lower | Status

export const defaults = {
  start: 'ic0', // or ict
  fill: 1, // of ict
}

export function startOf({ start, fill }: typeof defaults): Start {
  if (!STARTS.includes(start))
    throw new UserError(
      `budget: start must be one of ${STARTS.join(', ')} (got '${start}').${suggest(String(start), STARTS)}`,
    )
  if (!(Number.isInteger(fill) && fill >= 0))
    throw new UserError(`budget: fill must be a whole number from 0 (got ${fill})`)
  const factor: Start = start === 'ic0' ? ic0 : (matrix, b) => ict(matrix, b, fill)
  return (matrix, b) => {
    const lower = factor(matrix, b)
    const usable = preconditionerFrom(lower)
    return typeof usable === 'string' ? usable : lower
  }
}

const STARTS = ['ic0', 'ict']

/** W over all coefficients; 1 where there are none. */
export function widthOver(start: Start, coefficients: readonly Field[]): number {
  let most = 1
  for (const { batch, n, data } of coefficients) {
    for (let row = 0; row < batch; row++) {
      const k = { batch: 1, n, data: data.subarray(row * n * n, (row + 1) * n * n) }
      const lower = start(assemble(k), 0)
      if (typeof lower !== 'string') most = Math.max(most, widthOf(lower))
    }
  }
  return most
}

/** Factors of a batch of matrices as rows [B, N, W]; a matrix without one is shown the identity. */
export function factorRows(start: Start, matrix: Stencil, width: number) {
  const size = matrix.n * matrix.n
  const factor = new Float32Array(matrix.batch * size * width)
  const columns = new Int32Array(factor.length)
  for (let b = 0; b < matrix.batch; b++) {
    const lower = start(matrix, b)
    const part = [b * size * width, (b + 1) * size * width] as const
    const shown = typeof lower === 'string' ? identity(size) : lower
    writeRows(shown, width, factor.subarray(...part), columns.subarray(...part))
  }
  return { factor, columns }
}

function identity(size: number): Lower {
  return {
    size,
    starts: Int32Array.from({ length: size + 1 }, (_, p) => p),
    columns: Int32Array.from({ length: size }, (_, p) => p),
    values: new Float64Array(size).fill(1),
  }
}
