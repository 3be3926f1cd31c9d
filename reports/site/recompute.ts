/**
 * A score again, from the published predictions and the published truth, by the very modules that the pipeline scores with
 * (metrics/<track>/<name>.ts). Runs in a browser and in Node; where the bytes come from is the caller's business.
 *
 * Every byte is checked before a value is used: row groups and footers against the manifest, the predictions as a whole
 * against run.json. The number here and the number on the board may differ by TOLERANCE relative to the board's: sums are
 * taken in the same order, so that they are equal where the machine's log2 and sin are, which may differ in the last digit.
 */
import type { Columns, Metric, Params, Schema, Table } from '../../contracts.ts'
import type { ByteSource } from '../../io/byte-source.ts'
import { byKey, concat } from '../../io/columns.ts'
import { UserError } from '../../io/errors.ts'
import { readRanges } from '../../io/parquet-ranges.ts'
import { mean } from '../../math/statistics.ts'

export const TOLERANCE = 1e-12

/** A file of the site, relative to its root; null: it was left out, and whoever has it may choose it. */
export type Published = Table & { href: string | null }

/** What a board says so that its scores can be computed again. */
export interface Recipe {
  track: string
  dataset: string
  key: string
  facts: Params
  truth: { schema: Schema; shards: readonly Published[] }
  predictions: Schema
  metrics: readonly string[]
  lines: { readonly [line: string]: Claim }
}

/** A line of a board: what it claims, and the runs (seeds) it is the mean of. */
export interface Claim {
  name: string
  scores: { readonly [metric: string]: number }
  runs: readonly Published[]
}

/** One metric, here and on the board. */
export interface Outcome {
  metric: string
  board: number
  here: number
  difference: number // |here − board| / |board|, or |here| where the board says 0
  agrees: boolean
}

/** `open` finds the bytes of a file, `said` is told what is being done. */
export async function recompute(
  recipe: Recipe,
  line: string,
  open: (file: Published) => Promise<ByteSource>,
  said: (step: string) => void,
): Promise<Outcome[]> {
  const claim = recipe.lines[line]
  if (claim === undefined) throw new UserError(`${line}: not a line of this board`)
  const truth = byKey(await readTruth(recipe, open, said), recipe.key)
  const values = new Map<string, number[]>(recipe.metrics.map((name) => [name, []]))
  for (const [i, run] of claim.runs.entries()) {
    said(`Reading predictions${claim.runs.length > 1 ? ` ${i + 1} of ${claim.runs.length}` : ''}`)
    const wanted = { schema: recipe.predictions, whole: true }
    const predicted = byKey(await readRanges(await open(run), run, wanted), recipe.key)
    checkKeys(predicted, truth, recipe.key, run.path)
    for (const [name, list] of values) {
      said(`Computing ${name}`)
      list.push(await measure(recipe, name, predicted, truth))
    }
  }
  return recipe.metrics
    .filter((name) => claim.scores[name] !== undefined)
    .map((name) => outcomeOf(name, claim.scores[name]!, pooled(values.get(name)!)))
}

/** The columns of the test split that metrics compare with, all shards joined in order. */
async function readTruth(
  { truth }: Recipe,
  open: (file: Published) => Promise<ByteSource>,
  said: (step: string) => void,
): Promise<Columns> {
  const parts: Columns[] = []
  for (const [i, shard] of truth.shards.entries()) {
    said(`Reading the truth, file ${i + 1} of ${truth.shards.length}`)
    parts.push(await readRanges(await open(shard), shard, { schema: truth.schema }))
  }
  return concat(parts)
}

/** As `ndcg@10` is measured by metrics/recommenders/ndcg.ts with k = 10. */
async function measure(
  { track, facts }: Recipe,
  name: string,
  predicted: Columns,
  truth: Columns,
): Promise<number> {
  const [stem, cut] = name.split('@')
  const { default: metric } = (await import(`../../metrics/${track}/${stem}.ts`)) as { default: Metric }
  return metric.measure(predicted, truth, facts, cut === undefined ? undefined : Number(cut)).value
}

function checkKeys(predicted: Columns, truth: Columns, key: string, path: string): void {
  const [given, expected] = [predicted.data[key] as Int32Array, truth.data[key] as Int32Array]
  const at = expected.findIndex((id, row) => given[row] !== id)
  if (given.length === expected.length && at < 0) return
  throw new UserError(
    `${path}: its rows are not those of the test split (${key} ${expected[at] ?? given.at(-1)})`,
  )
}

/** One seed as it is; of several the mean, summed as the board sums it. */
function pooled(values: readonly number[]): number {
  return values.length === 1 ? values[0]! : mean(values)
}

function outcomeOf(metric: string, board: number, here: number): Outcome {
  const difference = Math.abs(here - board) / (board === 0 ? 1 : Math.abs(board))
  return { metric, board, here, difference, agrees: difference <= TOLERANCE }
}
