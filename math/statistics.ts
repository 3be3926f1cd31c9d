/**
 * Sums and spreads in f64. Sums are compensated (Neumaier 1974): the error does not grow with the number of rows,
 * and equal rows in the same order give equal digits on every machine.
 */

/** Σ xᵢ, with the low-order part that each addition loses carried along. */
export function sum(values: ArrayLike<number>): number {
  let total = 0
  let lost = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    const next = total + value
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total
    total = next
  }
  // An infinite total makes `lost` NaN, but the sum is then the infinity itself (or NaN, where both signs met).
  return Number.isFinite(total) ? total + lost : total
}

/** NaN of no values. */
export function mean(values: ArrayLike<number>): number {
  return sum(values) / values.length
}

/** Σ (xᵢ − x̄)² / (n − 1), in two passes. NaN of fewer than two values. */
export function variance(values: ArrayLike<number>): number {
  if (values.length < 2) return Number.NaN
  const center = mean(values)
  const squares = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) squares[i] = (values[i]! - center) ** 2
  return sum(squares) / (values.length - 1)
}

/** Of the mean: s / √n. NaN of fewer than two values. */
export function standardError(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values) / values.length)
}

/**
 * The value below which a share q of the sample lies: linear between order statistics at (n − 1) q, which is type 7 of
 * Hyndman & Fan 1996 (doi:10.1080/00031305.1996.10473566) and the default of R and NumPy. NaN of no values.
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  if (!(q >= 0 && q <= 1)) throw new Error(`quantile: q must be in [0, 1] (got ${q})`)
  const sorted = Float64Array.from(values).sort()
  const at = (sorted.length - 1) * q
  const below = Math.floor(at)
  const low = sorted[below] ?? Number.NaN
  const high = sorted[Math.ceil(at)] ?? Number.NaN
  return low === high ? low : low + (at - below) * (high - low)
}
