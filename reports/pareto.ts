/**
 * Which lines of a table nothing beats in both quality and cost: the best first metric that its seconds (its memory) can buy.
 * A line is on the front unless another is at least as good in both and better in one. Means decide, not tests: of two lines
 * that are told apart by neither, the cheaper one still leaves the dearer one off the front only if its mean is as good.
 */
import type { Line, MetricFacts } from './board.ts'
import { boundsOf } from './bounds.ts'

/** Same lines with `pareto` filled in. null where the quality or the cost is not known, and of bounds. */
export function withPareto(lines: readonly Line[], first: MetricFacts | undefined): Line[] {
  const bounds = new Set(boundsOf(lines, first))
  const worth = (line: Line) => {
    const value = first === undefined || bounds.has(line) ? undefined : line.scores[first.name]?.value
    return value === undefined ? null : first?.better === 'higher' ? -value : value
  }
  const time = front(lines.map((line) => [worth(line), secondsOf(line)]))
  const memory = front(lines.map((line) => [worth(line), line.peakBytes]))
  return lines.map((line, i) => ({ ...line, pareto: { time: time[i]!, memory: memory[i]! } }))
}

/** Training and predicting. */
function secondsOf({ trainSeconds, predictSeconds }: Line): number | null {
  return trainSeconds === null || predictSeconds === null ? null : trainSeconds + predictSeconds
}

/** Of pairs of which less is better: whether none dominates it. */
function front(points: readonly (readonly [number | null, number | null])[]): (boolean | null)[] {
  return points.map(([a, b]) => {
    if (a === null || b === null) return null
    return !points.some(([x, y]) => x !== null && y !== null && x <= a && y <= b && (x < a || y < b))
  })
}
