/**
 * Ranks that admit ties. Of two methods one is better if its mean is, and a paired bootstrap over the rows that both were
 * scored on says so after Holm's correction for all pairs of the table (math/bootstrap.ts):
 *
 *   rank = 1 + number of methods that are better;   equal ranks are ties.
 *
 * With probability 1 − LEVEL or more no two methods of the table are called different that are not. "Better" is not
 * transitive: of a ≥ b ≥ c, a may be better than c while b is tied with both, and then a and b share rank 1. Groups say it
 * in full: runs of neighbors by mean of whom no two are told apart, the bars of Demšar 2006 (J. Mach. Learn. Res. 7, 1–30).
 * Will not: compare methods on different rows, or see that one training run is luckier than another of the same method.
 */
import type { Metric, Rng } from '../contracts.ts'
import { holm, pairedBootstrap } from '../math/bootstrap.ts'
import { mean, quantile, standardError } from '../math/statistics.ts'
import { leastVisible } from '../math/student.ts'

export const LEVEL = 0.05

export interface Measured {
  name: string
  perRow: Float64Array
}
export interface Ranked {
  name: string
  value: number // the mean
  rank: number
  /** The ranks that the data do not exclude: [1 + # better, M − # worse]. Holds the true rank in 95 % of tables or more. */
  range: readonly [number, number]
  groups: readonly number[] // of the table, from 0 for the group of the best mean
  behind: Behind | null // null of the best mean
  /** Of each other method by name: the two-sided p-value of that pair alone, not corrected. For a pair that was chosen beforehand. */
  pairs: Readonly<Record<string, number>>
}
/** Row by row against the method with the best mean; positive is worse. */
export interface Behind {
  difference: number
  stderr: number
  p: number // two-sided, after Holm's correction for all pairs of the table
  visible: number // the least difference to the best that these rows would show (math/student.ts)
}

/** One entry per row, in the order given. */
export function ranks(rows: readonly Measured[], better: Metric['better'], rng: Rng): Ranked[] {
  const count = rows.length
  const means = rows.map(({ perRow }) => mean(perRow))
  const samples = rows.map(({ perRow }) => perRow)
  const alone = pairedBootstrap(samples, resamplesFor(count), rng)
  const [p, uncorrected] = [square(count, holm(alone)), square(count, alone)]
  const worth = better === 'higher' ? means.map((value) => -value) : means // the less the better
  const isApart = (i: number, j: number) => p[i]![j]! <= LEVEL
  const order = Array.from(rows.keys()).sort((i, j) => worth[i]! - worth[j]! || i - j)
  const groups = groupsOf(order, isApart)
  return rows.map(({ name }, i) => {
    const apart = order.filter((j) => j !== i && isApart(i, j))
    const above = apart.filter((j) => worth[j]! < worth[i]!).length
    const range = [1 + above, count - (apart.length - above)] as const
    const own = [...groups.keys()].filter((group) => groups[group]!.includes(i))
    const best = order[0]!
    const behind =
      i === best || samples[i]!.length < 2
        ? null
        : behindOf(samples[i]!, samples[best]!, better, p[i]![best]!)
    const pairs = Object.fromEntries(
      rows.flatMap((other, j) => (j === i ? [] : [[other.name, uncorrected[i]![j]!]])),
    )
    return { name, value: means[i]!, rank: range[0], range, groups: own, behind, pairs }
  })
}

/**
 * The smallest difference that this test set can see: over all pairs of methods the median of the least paired difference
 * that a test at 5 % calls real in 80 % of samples (math/student.ts). null of fewer than two methods or two rows.
 */
export function resolution(samples: readonly Float64Array[]): number | null {
  const visible = samples.flatMap((a, i) =>
    samples.slice(i + 1).flatMap((b) => leastVisible(differences(a, b)) ?? []),
  )
  return visible.length === 0 ? null : quantile(visible, 0.5)
}

/** From each method on, as far as no two are told apart; runs within longer ones are left out. */
function groupsOf(order: readonly number[], isApart: (i: number, j: number) => boolean): number[][] {
  const groups: number[][] = []
  let reached = 0
  for (const from of order.keys()) {
    let to = from + 1
    while (to < order.length && order.slice(from, to).every((i) => !isApart(i, order[to]!))) to++
    if (to > reached) groups.push(order.slice(from, to))
    reached = Math.max(reached, to)
  }
  return groups
}

function behindOf(one: Float64Array, best: Float64Array, better: Metric['better'], p: number): Behind {
  const worse = better === 'higher' ? differences(best, one) : differences(one, best)
  return { difference: mean(worse), stderr: standardError(worse), p, visible: leastVisible(worse)! }
}

function differences(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, row) => value - b[row]!)
}

/** The values of pairs (0, 1), (0, 2), …, (1, 2), … by both indices. */
function square(count: number, pairs: Float64Array): Float64Array[] {
  const all = Array.from({ length: count }, () => new Float64Array(count).fill(1))
  let pair = 0
  for (let i = 0; i < count; i++) for (let j = i + 1; j < count; j++) all[i]![j] = all[j]![i] = pairs[pair++]!
  return all
}

/**
 * The least p-value that B resamples can give is 1 / (B + 1); Holm multiplies it by the number of pairs. B leaves it at
 * half the level or less, so that a clear difference is found in a long table too.
 */
function resamplesFor(methods: number): number {
  const pairs = (methods * (methods - 1)) / 2
  return Math.max(2000, Math.ceil((2 * pairs) / LEVEL))
}
