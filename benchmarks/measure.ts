/** A metric with its cut-off, by the name that tables show: `relative-l2`, `ndcg@10`. */
import type { Columns, Metric, Params } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { load } from '../io/lookup.ts'

export interface Measure {
  name: string
  metric: Metric
  measure(predicted: Columns, truth: Columns, facts: Params): { perRow: Float64Array | null; value: number }
}

export async function loadMeasure(track: string, name: string): Promise<Measure> {
  const [, stem, cut] = /^(.+?)(?:@(.*))?$/.exec(name) ?? []
  const k = cut === undefined ? undefined : Number(cut)
  if (k !== undefined && !(Number.isInteger(k) && k >= 1))
    throw new UserError(`metric '${name}': the cut-off after @ must be a whole number from 1 (got '${cut}')`)
  const metric = await load<Metric>('metric', `metrics/${track}`, stem ?? '')
  return { name, metric, measure: (predicted, truth, facts) => metric.measure(predicted, truth, facts, k) }
}
