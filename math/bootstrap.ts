/**
 * Which of several methods, measured on the same rows, differ in their mean? A paired bootstrap of all pairs at once.
 *
 * For a pair let d be the differences of its rows, d̄ their mean and s their standard error. A resample draws as many
 * rows with replacement, the same for all pairs, and gives t* = (d̄* − d̄) / s*. The p-value is the share of resamples
 * with |t*| ≥ |d̄ / s|, the observed one counted among them: (1 + #) / (1 + B). It is two-sided; a one-sided p-value in
 * the direction of d̄ is half of it.
 *
 * Why studentized and symmetric (Hall 1988, On symmetric bootstrap confidence intervals, J. R. Statist. Soc. B 50, 35–45): the
 * percentile bootstrap calls equal methods different in 12 % of simulations with 8 rows instead of 5 %, and the one-sided
 * bootstrap-t in 12 % with 32 rows of which few are not zero, which is what lists of recommendations give. This one keeps
 * to 5 % in both.
 *
 * Above `ROWS` rows, equally many rows are averaged into one, dealt by the rng, so that the cost is the same for 10³ and
 * for 10⁶ users; a mean of independent rows is an independent row. What does not divide, under 0.4 % of the rows, sits out.
 *
 * Will not: correct for many pairs (see holm), or know of rows that depend on each other. Where differences of mean 0 are
 * very lopsided (log-normal) and rows are few (8 to 32), p ≤ 5 % came up in 9 to 11 % of simulations.
 */
import type { Rng } from '../contracts.ts'
import { permutation } from './permutation.ts'

const ROWS = 256

/** A resample that drew one row n times has no spread of its own; this share of the sample's stands in for it. */
export const LEAST_SPREAD = 0.1

/** samples[m][row] → p of the pairs (0, 1), (0, 2), …, (1, 2), …, in that order. */
export function pairedBootstrap(samples: readonly Float64Array[], resamples: number, rng: Rng): Float64Array {
  const rows = samples[0]?.length ?? 0
  if (samples.some((sample) => sample.length !== rows))
    throw new Error('pairedBootstrap: samples differ in length')
  const pairs = pairsOf(deal(samples, rng)).map(centered)
  const exceeded = new Uint32Array(pairs.length)
  const weights = new Float64Array(pairs[0]?.deviations.length ?? 0)
  for (let b = 0; b < resamples; b++) {
    drawWeights(weights, rng)
    for (const [p, pair] of pairs.entries()) if (exceeds(pair, weights)) exceeded[p]! += 1
  }
  return Float64Array.from(pairs, (pair, p) => pValue(pair, exceeded[p]!, resamples))
}

/**
 * Holm's step-down correction (Holm 1979): with the p-values in order, p₍ᵢ₎ ← max over j ≤ i of (m − j + 1) p₍ⱼ₎, at most 1.
 * Calling those at most α real makes any false call with probability at most α, whatever depends on what.
 */
export function holm(p: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: p.length }, (_, i) => i).sort((i, j) => p[i]! - p[j]!)
  const adjusted = new Float64Array(p.length)
  let largest = 0
  for (const [step, i] of order.entries()) {
    largest = Math.max(largest, Math.min(1, (p.length - step) * p[i]!))
    adjusted[i] = largest
  }
  return adjusted
}

interface Pair {
  deviations: Float64Array // d − d̄
  mean: number // d̄
  error: number // s
}

/** At most ROWS rows per sample, each the mean of as many rows as the others. */
export function deal(samples: readonly Float64Array[], rng: Rng): readonly Float64Array[] {
  const rows = samples[0]?.length ?? 0
  const size = Math.ceil(rows / ROWS)
  if (size <= 1) return samples
  const order = permutation(rows, rng)
  return samples.map((sample) => {
    const means = new Float64Array(Math.floor(rows / size))
    for (let i = 0; i < means.length * size; i++) means[Math.floor(i / size)]! += sample[order[i]!]! / size
    return means
  })
}

function pairsOf(samples: readonly Float64Array[]): Float64Array[] {
  return samples.flatMap((a, i) => samples.slice(i + 1).map((b) => a.map((value, row) => value - b[row]!)))
}

function centered(differences: Float64Array): Pair {
  const n = differences.length
  const mean = differences.reduce((total, d) => total + d, 0) / n
  const deviations = differences.map((d) => d - mean)
  const squares = deviations.reduce((total, d) => total + d * d, 0)
  // Rows that all differ by the same amount leave rounding behind, not spread.
  const constant = squares <= n * (1e-14 * mean) ** 2
  return { deviations, mean, error: constant ? 0 : Math.sqrt(squares) / n }
}

/** How often each row was drawn. */
export function drawWeights(weights: Float64Array, rng: Rng): void {
  weights.fill(0)
  for (let i = 0; i < weights.length; i++) weights[rng.integer(weights.length)]! += 1
}

function exceeds({ deviations, mean, error }: Pair, weights: Float64Array): boolean {
  const n = weights.length
  let first = 0
  let second = 0
  for (let i = 0; i < n; i++) {
    const weighted = weights[i]! * deviations[i]!
    first += weighted
    second += weighted * deviations[i]!
  }
  const shift = first / n
  const spread = Math.sqrt(Math.max(0, second / n - shift * shift) / n)
  return Math.abs(shift) * error >= Math.abs(mean) * Math.max(spread, LEAST_SPREAD * error)
}

/**
 * Without spread there is nothing to studentize by: equal methods are equal, others get the sign test, 2 · 2⁻ⁿ.
 * Rows that are not finite tell nothing.
 */
function pValue({ deviations, mean, error }: Pair, exceeded: number, resamples: number): number {
  if (mean === 0 || !Number.isFinite(mean) || !Number.isFinite(error)) return 1
  if (error > 0) return (1 + exceeded) / (1 + resamples)
  return Math.max(1 / (1 + resamples), Math.min(1, 2 * 0.5 ** deviations.length))
}
