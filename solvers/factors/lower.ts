/**
 * A sparse lower triangular factor L in f64, and M = L Lᵀ as a preconditioner.
 *
 * Rows lie one after another, each with its diagonal first and then the columns before it, ascending:
 *
 *   L y = r     y[p] = (r[p] − Σ_{q<p} L[p,q] y[q]) / L[p,p]       forwards
 *   Lᵀ z = y    z[p] = y[p] / L[p,p],  y[q] −= L[p,q] z[p]          backwards
 *
 * M is symmetric and positive definite for any L whose diagonal has no 0; the signs on it do not matter.
 */
import type { Preconditioner, Status } from '../../contracts.ts'

export interface Lower {
  size: number // N
  starts: Int32Array // [N + 1] where each row begins
  columns: Int32Array
  values: Float64Array
}

/** z ← (L Lᵀ)⁻¹ r; or why not: 'non-finite' of an entry that is no number, 'breakdown' of a diagonal of 0, or what L says itself. */
export function preconditionerFrom(lower: Lower | Status): Preconditioner | Status {
  if (typeof lower === 'string') return lower
  const { size, starts, values } = lower
  for (let at = 0; at < values.length; at++) if (!Number.isFinite(values[at]!)) return 'non-finite'
  for (let p = 0; p < size; p++) if (values[starts[p]!] === 0) return 'breakdown'
  return (r, z) => substitute(lower, r, z)
}

/** Rows of at most `width` entries: `fill(p, at, columns, values)` writes row p from place `at` on and returns the place after it. */
export function lowerOf(
  size: number,
  width: number,
  fill: (p: number, at: number, columns: Int32Array, values: Float64Array) => number,
): Lower {
  const starts = new Int32Array(size + 1)
  const columns = new Int32Array(size * width)
  const values = new Float64Array(size * width)
  for (let p = 0, at = 0; p < size; p++) {
    at = fill(p, at, columns, values)
    starts[p + 1] = at
  }
  return { size, starts, columns: columns.slice(0, starts[size]), values: values.slice(0, starts[size]) }
}

function substitute({ size, starts, columns, values }: Lower, r: Float64Array, z: Float64Array): void {
  for (let p = 0; p < size; p++) {
    const first = starts[p]!
    let sum = r[p]!
    for (let at = first + 1; at < starts[p + 1]!; at++) sum -= values[at]! * z[columns[at]!]!
    z[p] = sum / values[first]!
  }
  for (let p = size - 1; p >= 0; p--) {
    const first = starts[p]!
    const value = z[p]! / values[first]!
    z[p] = value
    for (let at = first + 1; at < starts[p + 1]!; at++) {
      const q = columns[at]!
      z[q] = z[q]! - values[at]! * value
    }
  }
}
