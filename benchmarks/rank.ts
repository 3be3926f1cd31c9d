/**
 * Ranks that admit ties. Of two methods one is better if its mean is, and a paired bootstrap over the rows that both were
 * scored on says so after Holm's correction for all pairs of the table (math/bootstrap.ts):
 *
 *   rank = 1 + number of methods that are better;   equal ranks are ties.
 *
 * With probability 1 − LEVEL or more no two methods of the table are called different that are not. "Better" is not
 * transitive: of a ≥ b ≥ c, a may be better than c while b is tied with both, and then a and b share rank 1.
 * Will not: compare methods on different rows, or see that one training run is luckier than another of the same method.
 */
import type { Metric, Rng } from '../contracts.ts'
import { holm, pairedBootstrap } from '../math/bootstrap.ts'
import { mean } from '../math/statistics.ts'

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
}

/** One entry per row, in the order given. */
export function ranks(rows: readonly Measured[], better: Metric['better'], rng: Rng): Ranked[] {
  const count = rows.length
  const means = rows.map(({ perRow }) => mean(perRow))
  const p = holm(
    pairedBootstrap(
      rows.map(({ perRow }) => perRow),
      resamplesFor(count),
      rng,
    ),
  )
  const above = new Int32Array(count)
  const below = new Int32Array(count)
  let pair = 0
  for (let i = 0; i < count; i++) {
    for (let j = i + 1; j < count; j++) {
      if (p[pair++]! > LEVEL) continue
      const first = better === 'higher' ? means[i]! > means[j]! : means[i]! < means[j]!
      const [winner, loser] = first ? [i, j] : [j, i]
      below[winner]! += 1
      above[loser]! += 1
    }
  }
  return rows.map(({ name }, i) => {
    const rank = 1 + above[i]!
    return { name, value: means[i]!, rank, range: [rank, count - below[i]!] as const }
  })
}

/**
 * The least p-value that B resamples can give is 1 / (B + 1); Holm multiplies it by the number of pairs. B leaves it at
 * half the level or less, so that a clear difference is found in a long table too.
 */
function resamplesFor(methods: number): number {
  const pairs = (methods * (methods - 1)) / 2
  return Math.max(2000, Math.ceil((2 * pairs) / LEVEL))
}
