/**
 * Contrast of raw fields (no window) against the statistics known of ConDiff's 24 laws, 200 fields of theirs each.
 *
 * A known quantile t of level q has sampling error: a share F(t) of all fields lies below it that spreads about q with variance
 * q (1 − q) / 200; the share of our m fields below t spreads about F(t) with q (1 − q) / m. So
 *
 *   z = (share of ours below t − q) / √(q (1 − q) (1/200 + 1/m))   is near N(0, 1) if both have the same law,
 *
 * t anywhere in the interval that its printed digits leave (0 if the interval holds a t with z = 0). Shares accepted by the window are
 * compared by Fisher's exact test. Over all laws the sum of z / √24 is near N(0, 1) too, and finds what is wrong a little everywhere.
 */
import condiff from '../../generators/condiff.ts'

export interface Law {
  covariance: string
  grid: number
  variance: number
}
/** Known of a law: contrast quantiles as printed, and how many of 200 lie in the window. */
export interface Known extends Law {
  quantiles: readonly [string, string, string] // 10, 50, 90 %
  accepted: number
}

export const LEVELS = [0.1, 0.5, 0.9]
export const WINDOWS: { [variance: string]: readonly [number, number] } = {
  0.1: [5, 15],
  0.4: [50, 250],
  1: [600, 1000],
  2: [80000, 100000],
}

const VARIANCES = [0.1, 0.4, 1, 2]
const FIELDS = 200
/** covariance, grid, then for each variance: quantiles and the share accepted. */
const TABLE: readonly [string, number, ...string[]][] = [
  ['cubic', 64, '8.4/9.7/11.7 99.5', '66/90/128 99.5', '795/1304/2612 30', '1.1e4/2.6e4/5.8e4 1.5'],
  ['cubic', 128, '9.3/11.0/12.8 97.5', '88/120/171 98.5', '1220/1856/3817 2', '2.2e4/4.5e4/9.9e4 4.5'],
  ['exponential', 64, '7.6/9.0/10.9 99.5', '58/83/125 96', '644/1172/2561 32', '8.0e3/1.8e4/5.2e4 1.5'],
  ['exponential', 128, '8.6/10.3/13.2 95.5', '73/108/175 96', '856/1559/3089 14', '1.7e4/3.6e4/1.0e5 4'],
  ['gaussian', 64, '6.6/8.1/10.5 99.5', '41/62/96 71.5', '402/723/1749 34', '4.8e3/1.0e4/3.0e4 1'],
  ['gaussian', 128, '6.8/8.0/10.6 99.5', '44/66/105 81.5', '412/824/1738 33.5', '4.8e3/1.3e4/3.2e4 1'],
]

export const KNOWN: readonly Known[] = TABLE.flatMap(([covariance, grid, ...cells]) =>
  cells.map((cell, v) => {
    const [quantiles, share] = cell.split(' ') as [string, string]
    const variance = VARIANCES[v]!
    const accepted = Math.round((Number(share) / 100) * FIELDS)
    return {
      covariance,
      grid,
      variance,
      accepted,
      quantiles: quantiles.split('/') as [string, string, string],
    }
  }),
)

/** max k / min k of `count` fields of a law, the first field of each transform. */
export async function contrastsOf(law: Law, count: number, seed: number, more = {}): Promise<Float64Array> {
  const params = { ...condiff.defaults, ...law, contrast: null, ...more }
  const contrasts: number[] = []
  const ctx = { seed, signal: new AbortController().signal }
  for await (const { data } of condiff.rows(params, { from: 0, to: count }, ctx)) {
    contrasts.push(...(data.contrast as Float64Array))
  }
  return Float64Array.from(contrasts)
}

export interface Comparison {
  z: number[] // of the three quantiles
  p: number // of the share accepted, two-sided
  accepted: number // of ours
}

export function compare(contrasts: Float64Array, known: Known): Comparison {
  const [low, high] = WINDOWS[known.variance]!
  const accepted = contrasts.filter((value) => value >= low && value <= high).length
  return {
    z: LEVELS.map((q, at) => quantileZ(contrasts, q, interval(known.quantiles[at]!))),
    p: fisher(accepted, contrasts.length, known.accepted, FIELDS),
    accepted,
  }
}

/** The numbers that are printed so: half a unit of the last digit either way. */
export function interval(printed: string): [number, number] {
  const [digits, exponent = '0'] = printed.split('e') as [string, string?]
  const places = digits.includes('.') ? digits.length - digits.indexOf('.') - 1 : 0
  const half = 0.5 * 10 ** (Number(exponent) - places)
  return [Number(printed) - half, Number(printed) + half]
}

export function quantileZ(sample: Float64Array, q: number, [least, most]: readonly [number, number]): number {
  const deviation = Math.sqrt(q * (1 - q) * (1 / FIELDS + 1 / sample.length))
  const below = sample.filter((value) => value < least).length / sample.length
  const upTo = sample.filter((value) => value <= most).length / sample.length
  if (below > q) return (below - q) / deviation
  return upTo < q ? (upTo - q) / deviation : 0
}

/** Probability, given all a + b successes, of a split between the two samples that is no likelier than a of m and b of l. */
export function fisher(a: number, m: number, b: number, l: number): number {
  const choose = (of: number, some: number) => {
    let sum = 0
    for (let s = 1; s <= some; s++) sum += Math.log((of - some + s) / s)
    return sum
  }
  const log = (x: number) => choose(m, x) + choose(l, a + b - x) - choose(m + l, a + b)
  const seen = log(a)
  let total = 0
  for (let x = Math.max(0, a + b - l); x <= Math.min(m, a + b); x++) {
    if (log(x) <= seen + 1e-9) total += Math.exp(log(x))
  }
  return Math.min(1, total)
}
