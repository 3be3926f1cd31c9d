/**
 * Where a new method would stand on a table of which only means and their standard errors are known: a published board.
 * It is held against each line by Welch's test, t = (m₁ − m₂) / √(s₁² + s₂²), with Holm's correction for its comparisons.
 *
 * Rows that are hard for one method are hard for the others, which a paired test (rank.ts) takes out and this one cannot: its
 * ranges are wider, and it finds fewer differences. Lines without a standard error are told apart from nobody.
 */
import type { Metric, Score } from '../contracts.ts'
import { holm } from '../math/bootstrap.ts'
import { studentCdf } from '../math/student.ts'
import { LEVEL, type Ranked } from './rank.ts'

type Known = Pick<Score, 'value' | 'stderr' | 'rows'>

export interface ByMeans {
  ranked: Pick<Ranked, 'name' | 'value' | 'rank' | 'range'>
  best: string
  behind: { difference: number; p: number } | null // the best mean; null where it is the new one
}

export function rankByMeans(
  own: Known,
  others: readonly { name: string; score: Known }[],
  better: Metric['better'],
): ByMeans {
  const sign = better === 'higher' ? -1 : 1
  const p = holm(others.map(({ score }) => welch(own, score)))
  const worse = others.map(({ score }) => sign * (own.value - score.value)) // positive: the new one is worse
  const apart = [...worse.keys()].filter((i) => p[i]! <= LEVEL)
  const above = apart.filter((i) => worse[i]! > 0).length
  const range = [1 + above, others.length + 1 - (apart.length - above)] as const
  const first = [...worse.keys()].sort((i, j) => worse[j]! - worse[i]!)[0]
  const isBest = first === undefined || worse[first]! <= 0
  return {
    ranked: { name: 'this submission', value: own.value, rank: range[0], range },
    best: isBest ? 'this submission' : others[first]!.name,
    behind: isBest ? null : { difference: worse[first]!, p: p[first]! },
  }
}

/** Two-sided p, by Satterthwaite's degrees of freedom, rounded down. */
function welch(a: Known, b: Known): number {
  if (a.stderr === null || b.stderr === null || a.rows < 2 || b.rows < 2) return 1
  const [va, vb] = [a.stderr ** 2, b.stderr ** 2]
  if (va + vb === 0) return a.value === b.value ? 1 : 0
  const freedom = (va + vb) ** 2 / (va ** 2 / (a.rows - 1) + vb ** 2 / (b.rows - 1))
  const t = Math.abs(a.value - b.value) / Math.sqrt(va + vb)
  return 2 * (1 - studentCdf(t, Math.min(1000, Math.floor(freedom))))
}
