/**
 * The leaderboard of one track as data: what leaderboard.json holds, and what every table and page is written from.
 * Pure arithmetic on runs that were read elsewhere; ranks and intervals come from outside too, since reports know no
 * statistics beyond a mean and its error.
 *
 * leaderboard.json is a `Board`: a `Standing` per dataset, in which a `Line` is a method (a model with a loss, its seeds
 * averaged), and `overall` across the datasets. The first metric ranks. A run that is missing is a line with null ranks, no
 * `scores` and no `runs`; what is not known is null, never absent, but for `url`, `cite`, `median` and `p95`. Numbers are in
 * full, never rounded. Keys may be added; none is renamed or removed without a decision. A line's predictions are
 * runs/<track>/<dataset>/<run>/ for each of `runs`; those of a submission, whose run is called submitted.<entry>, are in
 * reports/<track>/submitted/<dataset>/<run>/.
 */
import type { Cost, Dataset, Metric, Score, Submission } from '../contracts.ts'
import { mean, quantile, standardError } from '../math/statistics.ts'
import type { Overall } from './overall.ts'
import { withPareto } from './pareto.ts'

/** One finished run of one seed, as its folders hold it. */
export interface Run {
  name: string // 'fno_relative-l2_0'
  submission: Submission
  cost: Cost | null
  history: readonly { epoch: number; loss: number; valid: number }[] // NaN where an epoch has no such number
  scores: { readonly [metric: string]: Score } | null // null: not scored
  ids: Int32Array // the rows of `perRow`, the same for all runs of a dataset
  perRow: { readonly [metric: string]: Float64Array }
}

/** A model with a loss: its runs are its seeds. A method without runs is one that is missing. */
export interface Method {
  model: string
  loss: string
  runs: readonly Run[]
  scores: { readonly [metric: string]: Score }
  perRow: { readonly [metric: string]: Float64Array } // mean over the seeds
}

export interface MetricFacts {
  name: string
  about: string
  unit: string
  better: Metric['better']
}

/** One row of a table. `rank` and `range` are null where there is nothing to rank. */
export interface Line {
  rank: number | null
  range: readonly [number, number] | null // ranks that the data do not exclude
  groups: readonly number[] // tie groups of the table, from 0: two lines that share one are not told apart
  behind: Behind | null // against the best mean, row by row; null of the best itself
  pairs: { readonly [other: string]: number } // <model>_<loss> → two-sided p of that pair alone, not corrected
  model: string
  loss: string
  seeds: readonly number[]
  runs: readonly string[]
  scores: { readonly [metric: string]: Score }
  intervals: { readonly [metric: string]: Interval } // 95 %, of metrics with a value per row
  parameters: number | null
  trainSeconds: number | null // mean over the seeds
  predictSeconds: number | null
  peakBytes: number | null // the largest
  spent?: Spent // where the memory of the loss is known
  solving?: Solving // of preconditioners
  pareto: { time: boolean | null; memory: boolean | null } // no line is better in both (pareto.ts)
  device: string | null
  threads: number | null
  by: { name: string; url?: string } | null
  about: readonly string[] // what each run says of itself
  cite: string | null
  version: string | null
}

/** What training took besides: means over the seeds. */
export interface Spent {
  lossBytes: number // tensors of the loss alone, the largest
  epochSeconds: number // with its validation
  bestEpoch: number | null // the first with the best valid value
}

/** Medians over the test rows, means over the seeds. */
export interface Solving {
  setupSeconds: number // of one matrix
  solveSeconds: number | null // null: half of the rows did not get there
  condition: number | null // of M⁻¹ A, estimated
}

export type Interval = readonly [low: number, high: number]

/** Positive is worse than the best. `p` is corrected for all pairs; `visible` is the least difference that would be seen. */
export interface Behind {
  difference: number
  stderr: number
  p: number
  visible: number
}

/** What a rank brings with it (benchmarks/rank.ts). */
export type Place = Pick<Line, 'groups' | 'behind' | 'pairs'> & {
  rank: number
  range: readonly [number, number]
}

/** The table of one dataset. */
export interface Standing {
  dataset: { name: string; version: string; about: string; license: string; cite?: string; made: boolean }
  rows: number // of the test split
  metrics: readonly MetricFacts[] // the first one ranks
  resolution: number | null // the smallest difference in the first metric that these rows can see
  lines: readonly Line[]
  notes: readonly string[]
}

export interface Board {
  track: string
  about: string
  cite?: string
  profile: string
  asked: { stages: string; flags: string } // the words after `fieldrank run`
  seed: number // of the pipeline
  standings: readonly Standing[]
  overall: Overall | null // null below two datasets
}

/** Every model with every loss that it meets anywhere in the track, fitted methods too, with the runs that this dataset has of it. */
export function methodsOf(runs: readonly Run[], track: readonly Run[]): Method[] {
  const pairs = new Map(
    track.map(({ submission: { method } }) => {
      return [`${method.model}\n${method.loss}`, { model: method.model, loss: method.loss }] as const
    }),
  )
  return [...pairs.values()].map(({ model, loss }) => {
    const own = runs.filter(({ submission: { method } }) => method.model === model && method.loss === loss)
    return { model, loss, runs: own, ...pooled(own.filter((run) => run.scores !== null)) }
  })
}

/** A table row of each method; ranked ones first, best first, then the others by name. */
export function linesOf(
  methods: readonly Method[],
  first: MetricFacts | undefined,
  ranked: readonly Place[], // one per method that has `first` per row
  intervals: ReadonlyMap<Method, Line['intervals']> = new Map(),
): Line[] {
  const rankable = rankableOf(methods, first)
  const lines = methods.map((method) => {
    const place = ranked[rankable.indexOf(method)]
    return {
      ...lineOf(method, place ?? null, intervals.get(method) ?? {}),
      ...spentOf(method.runs, first),
      ...solvingOf(method.runs),
    }
  })
  const worth = ({ scores }: Line) => {
    const value = first === undefined ? undefined : scores[first.name]?.value
    return value === undefined ? Infinity : first?.better === 'higher' ? -value : value
  }
  return withPareto(lines, first).sort(
    (a, b) =>
      compare(a.rank ?? Infinity, b.rank ?? Infinity) ||
      compare(worth(a), worth(b)) ||
      compare(a.model, b.model) ||
      compare(a.loss, b.loss),
  )
}

/** The methods that can be ranked: those with a value for each row. A bound, which its run says it is, is no method. */
export function rankableOf(methods: readonly Method[], first: MetricFacts | undefined): Method[] {
  const isBound = ({ runs }: Method) => runs.some(({ submission }) => submission.method.params.bound === true)
  return methods.filter(
    (method) => first !== undefined && method.perRow[first.name] !== undefined && !isBound(method),
  )
}

/** What a table says of its dataset. */
export function factsOf(dataset: Dataset): Pick<Standing, 'dataset' | 'rows'> {
  const { name, version, about, license, cite, facts, shards } = dataset
  const rows = shards.filter(({ split }) => split === 'test').reduce((total, shard) => total + shard.rows, 0)
  const made = facts.made === true
  return { dataset: { name, version, about, license, ...(cite !== undefined && { cite }), made }, rows }
}

/**
 * Scores of several seeds: each row's mean over the seeds first, then mean and standard error over the rows.
 * A metric of the whole list (no value per row) has the mean over the seeds and no error. One seed stays as it was scored.
 */
function pooled(runs: readonly Run[]): Pick<Method, 'scores' | 'perRow'> {
  const [one] = runs
  if (one === undefined) return { scores: {}, perRow: {} }
  if (runs.length === 1) return { scores: one.scores ?? {}, perRow: one.perRow }
  const scores: Record<string, Score> = {}
  const perRow: Record<string, Float64Array> = {}
  for (const [name, { rows }] of Object.entries(one.scores ?? {})) {
    const value = mean(runs.map((run) => run.scores?.[name]?.value ?? Number.NaN))
    const samples = runs.flatMap((run) => run.perRow[name] ?? [])
    if (samples.length === runs.length) perRow[name] = average(samples)
    const rowwise = perRow[name]
    scores[name] = { value, stderr: rowwise === undefined ? null : standardError(rowwise), rows }
    if (rowwise !== undefined)
      Object.assign(scores[name], { median: quantile(rowwise, 0.5), p95: quantile(rowwise, 0.95) })
  }
  return { scores, perRow }
}

function average(samples: readonly Float64Array[]): Float64Array {
  return Float64Array.from(samples[0]!, (_, row) => mean(samples.map((sample) => sample[row]!)))
}

function lineOf(method: Method, place: Place | null, intervals: Line['intervals']): Line {
  const { model, loss, runs, scores } = method
  const costs = runs.flatMap((run) => run.cost ?? [])
  const peaks = costs.flatMap((cost) => cost.peakBytes ?? [])
  return {
    rank: place?.rank ?? null,
    range: place?.range ?? null,
    groups: place?.groups ?? [],
    behind: place?.behind ?? null,
    pairs: place?.pairs ?? {},
    model,
    loss,
    seeds: runs.map((run) => run.submission.method.seed),
    runs: runs.map((run) => run.name),
    scores,
    intervals,
    parameters: runs[0]?.submission.method.parameters || null, // 0: of a fitted method, not counted
    trainSeconds: costs.length > 0 ? mean(costs.map((cost) => cost.trainSeconds)) : null,
    predictSeconds: costs.length > 0 ? mean(costs.map((cost) => cost.predictSeconds)) : null,
    peakBytes: peaks.length > 0 ? Math.max(...peaks) : null,
    pareto: { time: null, memory: null },
    device: costs[0]?.device ?? null,
    threads: costs[0]?.threads ?? null,
    by: runs[0]?.submission.by ?? null,
    about: runs.map((run) => run.submission.about),
    cite: runs[0]?.submission.cite ?? null,
    version: runs[0]?.submission.made.version ?? null,
  }
}

/** Nothing where no run says what its loss takes. */
function spentOf(runs: readonly Run[], first: MetricFacts | undefined): { spent?: Spent } {
  const counted = runs.filter(({ cost, history }) => cost?.lossBytes !== undefined && history.length > 0)
  if (counted.length === 0) return {}
  const best = counted.flatMap(({ history }) => bestEpochOf(history, first?.better ?? 'higher') ?? [])
  return {
    spent: {
      lossBytes: Math.max(...counted.map(({ cost }) => cost!.lossBytes!)),
      epochSeconds: mean(counted.map(({ cost, history }) => cost!.trainSeconds / history.length)),
      bestEpoch: best.length > 0 ? mean(best) : null,
    },
  }
}

function solvingOf(runs: readonly Run[]): { solving?: Solving } {
  const setups = runs.flatMap(({ cost }) => cost?.setupSeconds ?? [])
  if (setups.length === 0) return {}
  const solves = runs.flatMap(({ cost }) => cost?.solveSeconds ?? [])
  const solveSeconds = solves.length === setups.length ? mean(solves) : null
  const conditions = runs.flatMap(({ cost }) => cost?.condition ?? [])
  const condition = conditions.length === setups.length ? mean(conditions) : null
  return { solving: { setupSeconds: mean(setups), solveSeconds, condition } }
}

function bestEpochOf(history: Run['history'], better: Metric['better']): number | null {
  const sign = better === 'higher' ? 1 : -1
  const lines = history.filter(({ valid }) => Number.isFinite(valid))
  const best = Math.max(...lines.map(({ valid }) => sign * valid))
  return lines.find(({ valid }) => sign * valid === best)?.epoch ?? null
}

function compare<T extends number | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Of metrics at several cut-offs those at the one that ranks: tables for people show these, files and pages of methods all. */
export function shownOf(metrics: readonly MetricFacts[]): readonly MetricFacts[] {
  const cutOf = ({ name }: MetricFacts) => name.split('@')[1]
  return metrics.filter((metric) => cutOf(metric) === undefined || cutOf(metric) === cutOf(metrics[0]!))
}
