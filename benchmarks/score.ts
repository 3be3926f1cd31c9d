/**
 * Scores of one run, from its predictions and the truth alone: changing a metric trains nothing again.
 *
 * Rows are aligned by the track's key, in its rising order, so that the order of a file does not reach the last digit.
 * stderr is s / √n over the rows, the error of the mean as an estimate for all rows that the law could have drawn;
 * null where a metric has no value per row (coverage). It says nothing of other seeds.
 *
 * Writes scores.json and rows.parquet: the key, and a column per metric that has rows, for paired tests.
 */
import { join } from 'node:path'
import type { Columns, Dataset, Params, Schema, Score, Submission, Track, Values } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { writeDurable } from '../io/files.ts'
import { pretty } from '../io/json.ts'
import { readManifest } from '../io/manifest.ts'
import { writeParquet } from '../io/parquet.ts'
import { quantile, standardError } from '../math/statistics.ts'
import { byKey } from './align.ts'
import { recallOf, searchOf } from './approximate-lists.ts'
import { loadMeasure, type Measure } from './measure.ts'
import { checkPredictions, readPredictions, readSubmission } from './submission.ts'
import { loadTrack } from './track.ts'

export interface Scored {
  scores: { readonly [metric: string]: Score }
  better: { readonly [metric: string]: 'lower' | 'higher' }
  units: { readonly [metric: string]: string }
  rows: { schema: Schema; columns: Columns }
}

/** Scores the run in `run` (run.json, predictions.parquet) on the dataset in `data`; writes into `out`. */
export async function score(
  request: { track: string; metrics: readonly string[] },
  { run, data, out }: { run: string; data: string; out: string },
): Promise<Params> {
  const track = await loadTrack(request.track)
  const measures = await Promise.all(request.metrics.map((name) => loadMeasure(request.track, name)))
  const dataset = await readManifest(data)
  const path = join(run, 'run.json')
  const submission = await readSubmission(path)
  checkMatch(submission, request.track, dataset)

  const truth = await track.truth(dataset, data, 'test')
  if (truth.rows === 0) throw new UserError(`${dataset.name}: the test split has no rows to score`)
  const predictions = await readPredictions(path, submission, track.predictions(dataset.facts))
  checkPredictions(nameOf(submission), predictions, { track, truth, facts: dataset.facts })

  const facts = { ...dataset.facts, ...(await track.measured?.(dataset, data)) }
  const { rows, ...scored } = scoreColumns({ track, measures, facts }, predictions, truth)
  const { model, loss, seed, parameters } = submission.method
  const head = { track: request.track, dataset: dataset.name, version: dataset.version }
  await writeParquet(join(out, 'rows.parquet'), rows.schema, rows.columns)
  await writeDurable(join(out, 'scores.json'), pretty({ ...head, model, loss, seed, parameters, ...scored }))
  const [first, ...others] = Object.entries(scored.scores).map(([name, { value }]) => [name, value] as const)
  const recall = recallOf(searchOf(submission)) // beside the score it limits
  return { ...(first && { [first[0]]: first[1] }), ...recall, ...Object.fromEntries(others) }
}

/** The arithmetic alone, on columns in any order that hold the same keys. */
export function scoreColumns(
  { track, measures, facts }: { track: Track; measures: readonly Measure[]; facts: Params },
  predictions: Columns,
  truth: Columns,
): Scored {
  const [predicted, actual] = [byKey(predictions, track.key), byKey(truth, track.key)]
  const key = track.predictions(facts)[track.key]!
  const scores: Record<string, Score> = {}
  const schema: Record<string, Schema[string]> = { [track.key]: key }
  const data: Record<string, Columns['data'][string]> = { [track.key]: actual.data[track.key]! }
  for (const { name, metric, measure } of measures) {
    const { perRow, value } = measure(predicted, actual, facts)
    const stderr = perRow === null || perRow.length < 2 ? null : standardError(perRow)
    if (!Number.isFinite(value) || !Number.isFinite(stderr ?? 0))
      throw new UserError(
        `metric ${name}: ${notFinite(perRow, value, actual.data[track.key]!)}, which is no score`,
      )
    scores[name] = { value, stderr, rows: actual.rows, ...(perRow !== null && spread(perRow)) }
    if (perRow === null) continue
    schema[name] = { type: 'f64', shape: [], unit: metric.unit, about: metric.about }
    data[name] = perRow
  }
  const facet = <T>(of: (measure: Measure) => T) =>
    Object.fromEntries(measures.map((measure) => [measure.name, of(measure)]))
  return {
    scores,
    better: facet(({ metric }) => metric.better),
    units: facet(({ metric }) => metric.unit),
    rows: { schema, columns: { rows: actual.rows, data } },
  }
}

/** What half and 95 % of the rows stay below. */
function spread(perRow: Float64Array): Pick<Score, 'median' | 'p95'> {
  return { median: quantile(perRow, 0.5), p95: quantile(perRow, 0.95) }
}

function checkMatch(submission: Submission, track: string, dataset: Dataset): void {
  const { name, version } = submission.dataset
  if (
    submission.track !== track ||
    dataset.track !== track ||
    name !== dataset.name ||
    version !== dataset.version
  ) {
    const made = `${submission.track} ${name} ${version}`
    throw new UserError(
      `${nameOf(submission)}: made for ${made}, but asked to be scored as ${track} on ` +
        `${dataset.track} ${dataset.name} ${dataset.version}`,
    )
  }
}

function nameOf({ method: { model, loss, seed } }: Submission): string {
  return `submission ${model}_${loss}_${seed}`
}

function notFinite(perRow: Float64Array | null, value: number, keys: Values): string {
  const row = perRow?.findIndex((one) => !Number.isFinite(one)) ?? -1
  return row === -1 ? `the value is ${value}` : `row ${keys[row]} has ${perRow?.[row]}`
}
