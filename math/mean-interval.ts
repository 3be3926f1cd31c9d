/**
 * 95 % intervals of means, by the symmetric bootstrap-t: x̄ ± q s, where s is the standard error and q the 95 % point of
 * |x̄* − x̄| / s* over resamples of the rows (Hall 1988; math/bootstrap.ts has the test that belongs to it). All samples
 * meet the same resamples, and above 256 rows equally many are averaged into one first.
 *
 * Will not: know of rows that depend on each other, or of bounds (an interval of a share may reach beyond 1). Few rows of
 * lopsided values are covered less often than 95 %: 92 % for 25 log-normal rows.
 */
import type { Rng } from '../contracts.ts'
import { deal, drawWeights, LEAST_SPREAD } from './bootstrap.ts'
import { mean, quantile, standardError } from './statistics.ts'

export type Interval = readonly [low: number, high: number]

/** One per sample; null where there is none: fewer than two rows, or rows that are not finite. */
export function meanIntervals(
  samples: readonly Float64Array[],
  resamples: number,
  rng: Rng,
): (Interval | null)[] {
  const dealt = deal(samples, rng)
  const weights = new Float64Array(dealt[0]?.length ?? 0)
  const centers = dealt.map(mean)
  const errors = dealt.map((sample) => standardError(sample) * Math.sqrt((sample.length - 1) / sample.length))
  const ratios = samples.map(() => new Float64Array(resamples))
  for (let b = 0; b < resamples; b++) {
    drawWeights(weights, rng)
    for (const [i, sample] of dealt.entries())
      ratios[i]![b] = studentized(sample, weights, centers[i]!, errors[i]!)
  }
  return samples.map((sample, i) => {
    const center = mean(sample)
    const error = errors[i]!
    if (sample.length < 2 || !Number.isFinite(center) || !Number.isFinite(error)) return null
    const half = error === 0 ? 0 : quantile(ratios[i]!, 0.95) * error
    return [center - half, center + half]
  })
}

/** |x̄* − x̄| / s*, with the spread of a resample held above a share of the sample's. */
function studentized(sample: Float64Array, weights: Float64Array, center: number, error: number): number {
  const n = weights.length
  let [first, second] = [0, 0]
  for (let i = 0; i < n; i++) {
    const deviation = sample[i]! - center
    first += weights[i]! * deviation
    second += weights[i]! * deviation * deviation
  }
  const shift = first / n
  const spread = Math.sqrt(Math.max(0, second / n - shift * shift) / n)
  return Math.abs(shift) / Math.max(spread, LEAST_SPREAD * error)
}
