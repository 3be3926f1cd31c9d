/**
 * Where others are ranked, a row with a score and without a rank is a bound (what the law of made data allows at best): no method,
 * so nothing is held against it, and it says of itself what it bounds.
 */
import type { Line, MetricFacts } from './board.ts'

export function boundsOf(lines: readonly Line[], first: MetricFacts | undefined): Line[] {
  if (first === undefined || lines.every(({ rank }) => rank === null)) return []
  return lines.filter(({ rank, scores }) => rank === null && scores[first.name] !== undefined)
}
