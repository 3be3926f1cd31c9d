/** Every interface of the project, on one page. Types only: this file runs no code. */
import type { Dtype, HostTensor, Scalar, Tensor } from './tensor/types.ts'

export type { FieldFacts, Operators, Preconditioners, Recommenders } from './tasks.ts'

// ── Plain data ───────────────────────────────────────────────────────────────

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** Settings of anything: JSON, so they can be hashed, locked, printed and overridden. */
export type Params = { readonly [name: string]: Json }

/** What every named thing says of itself; `fieldrank list` prints it. */
export interface About {
  about: string // one sentence
  cite?: string // doi: or arXiv: of the method
}

/** A seeded stream of random numbers; the same name gives the same stream on every machine. */
export interface Rng {
  uniform(): number // in (0, 1)
  normal(): number
  integer(below: number): number // in [0, below)
  words(out: Int32Array): void // 32 random bits each, for those who need many
}

// ── Data ─────────────────────────────────────────────────────────────────────

export type Split = 'train' | 'valid' | 'test'

/** One Parquet column. `shape` is that of a single row's value: [] is a scalar, ['*'] a list. */
export interface Column {
  type: 'f32' | 'f64' | 'i32' | 'i64' | 'utf8'
  shape: readonly (number | '*')[]
  unit?: string
  about: string
}
export type Schema = { readonly [column: string]: Column }

/** The values of one column: fixed shapes flattened row-major, lists (i32 only) one array a row. */
export type Values = Numbers | readonly string[] | readonly Int32Array[]
export type Numbers = Float32Array | Float64Array | Int32Array | BigInt64Array

/** A run of rows, column by column. */
export interface Columns {
  rows: number
  data: { readonly [column: string]: Values }
}

/** A file known by its content; `path` is relative to the folder of its manifest. */
export type Artifact = { path: string; sha256: string; bytes: number }
export type Bytes = { offset: number; bytes: number; sha256: string } // of a file, so that a range reader can verify what it reads
/** A Parquet file with a hash per row group. */
export type Table = Artifact & { rows: number; rowGroups: readonly Bytes[]; footer: Bytes }
export type Shard = Table & { split: Split }

/** manifest.json, beside the shards: all that is needed to check, read and cite a dataset. */
export interface Dataset extends About {
  name: string // 'gaussian0.4_grid64', 'gowalla_temporal'
  track: string
  version: string
  license: string
  schema: Schema
  shards: readonly Shard[]
  tables: readonly Table[] // what else belongs to it: the id maps of a catalog
  params: Params // what made it
  facts: Params // what came out: contrast quantiles, number of items, …
}

export interface Generator<P extends Params = Params> extends About {
  defaults: P
  schema(params: P): Schema
  aboutOf?(params: P): string // in place of `about`, where it depends on the params what is made
  /** Rows from ≤ i < to. Row i depends on (params, seed, i) alone, so any range can be made anywhere. */
  rows(
    params: P,
    range: { from: number; to: number },
    ctx: Pick<Context, 'seed' | 'signal'> & Partial<Pick<Context, 'workers' | 'log'>> & { device?: string }, // no byte depends on these three
  ): AsyncIterable<Columns>
}

// ── Solvers: -div(k grad u) = f on the unit square, u = 0 on its boundary ────
/** `batch` fields on n × n points, row-major. Unknowns live on interior nodes; k on the cells around them, one more a side. */
export type Field = { batch: number; n: number; data: Float64Array }
/** `batch` five-point matrices on the n × n interior nodes; the four neighbours are stored with their sign (≤ 0). */
export type Stencil = { batch: number; n: number } & Record<Direction, Float64Array>
export type Direction = 'center' | 'west' | 'east' | 'south' | 'north'

export type Status = 'converged' | 'max-iterations' | 'breakdown' | 'non-finite'
export interface Solution {
  x: Field
  status: readonly Status[] // [batch]
  iterations: Int32Array // [batch]
  residual: Float64Array // [batch] ‖rhs − A x‖ / ‖rhs‖, recomputed in f64
}

export interface Solver<P extends Params = Params, S = unknown> extends About {
  defaults: P
  /** Done once per coefficient: a factor, a hierarchy, a preconditioner. `workers` (threads), if any, change no byte of x. */
  setup(matrix: Stencil, params: P, workers?: number): Promise<S>
  solve(state: S, rhs: Field, params: P): Promise<Solution> // a hard problem is a status, no exception
  /** Systems that one solve() likes to have, where there are more; 4 unless told. */
  batch?(n: number, params: P, workers: number): number
}

// ── Models, losses, metrics ──────────────────────────────────────────────────

/** The types of one track; a model, a loss and a track agree on them. Each track's own stand in tasks.ts. */
export interface Task {
  facts: Params
  input: { readonly [name: string]: Tensor }
  target: Tensor
  output: { readonly [name: string]: Tensor }
}

/** items: N, where the catalog and all ids are those of a part. known: int32 [M], the places of the flattened target that hold something; what is left of M names one that does not. */
export type Batch<T extends Task> = { input: T['input']; target: T['target']; items?: number; known?: Tensor }

/** Random numbers are declared, never drawn inside a traced step: the loop feeds a fresh tensor at every step, a test injects its own. */
export type Noise = (name: string, shape: readonly number[], law: Law) => Tensor
export type Law = 'uniform' | 'normal' | { bernoulli: number } | { integer: number }

/** `noise` is null when predicting: no dropout. */
export type Forward<T extends Task> = (input: T['input'], noise: Noise | null) => T['output']

/** Makes trainable weights and remembers them by name, for the optimizer and the checkpoint. */
export interface Init {
  weight(name: string, shape: readonly number[], scheme?: Scheme): Tensor
}
export type Scheme = 'glorot' | 'he' | 'normal' | 'zeros' | 'ones' | { normal: number } | { uniform: number }

export interface Model<T extends Task = Task, P extends Params = Params> extends About {
  defaults: P
  build(params: P, facts: T['facts'], init: Init): Forward<T>
}

/** A method that is fitted, not trained (popularity, Markov, …); it meets the loss `none` alone. */
export interface Ranker<P extends Params = Params> extends About {
  defaults: P
  fit(train: Interactions, params: P): Rank
}
export type Interactions = { items: number; sequences: readonly Int32Array[]; ends?: BigInt64Array } // N; each user's items 1…N in order, and when the last was taken
export type Rank = (history: Int32Array, scores: Float64Array, user?: number) => void // f64 scores of items 1…N (index 0 unused) after a history; `user` is its row of `sequences`, if any; the track breaks ties

/** Its twin for fields: the mean solution, a coarse solve, … */
export type Predictor<P extends Params = Params> = About & {
  defaults: P
  fit(train: Systems & { x: Field }, params: P): Predict
}
export type Systems = { k: Field; rhs: Field } // [rows, n+1, n+1], [rows, n, n]
export type Predict = (systems: Systems) => Promise<Field> // x [rows, n, n]; a row must not depend on its neighbors

/** And for preconditioners: incomplete factors, a multigrid cycle. */
export type Preconditioning<P extends Params = Params> = About & {
  defaults: P
  fit(train: Systems, params: P): Precondition
}
export type Precondition = (matrix: Stencil, b: number) => Preconditioner | Status // of entry b of a batch, or why there is none
export type Preconditioner = (r: Float64Array, z: Float64Array) => void // z ← M⁻¹ r, M symmetric and positive definite

export interface Loss<T extends Task = Task, P extends Params = Params> extends About {
  defaults: P
  channels?: { readonly [output: string]: number } // outputs it needs beside the task's: a model's `facts.channels`
  value(output: T['output'], batch: Batch<T>, params: P, noise: Noise): Scalar
  lookups?: Lookups<T, P>
  bytes?(params: P, at: LossSizes): number // of the largest tensors at once, by the analytic model
}
export type LossSizes = { size: number; length: number; width: number; items: number; known?: number } // s, L, D, N, and M of `Batch.known`
export interface Lookups<T extends Task, P extends Params> {
  most(params: P, at: LossSizes): number // rows of a catalog that it looks up beside those of the batch; else it needs them all
  noise?: string // those that this noise names, or
  each?(params: P): number // so many with the largest products with each of the centers [C, D], no gradient
  centers?(...of: Parameters<Loss<T, P>['value']>): Tensor
}

/** Over the rows: mean and its standard error, and what half and 95 % of them stay below. */
export type Score = { value: number; stderr: number | null; rows: number; median?: number; p95?: number }

/** Host arithmetic on columns: no tensors, so a score can be checked by hand and on any machine. */
export interface Metric extends About {
  unit: string
  better: 'lower' | 'higher'
  /** Rows of both are aligned by the caller. `k` is the cut-off of `ndcg@10`. */
  measure(predicted: Columns, truth: Columns, facts: Params, k?: number): Measured
}
export type Measured = { perRow: Float64Array | null; value: number }

// ── Benchmark ────────────────────────────────────────────────────────────────

/** A batch before it is a tensor: what the runtime is fed. `rows` of it count, the rest is padding. */
export interface HostBatch {
  rows: number
  ids: Int32Array // [rows] the key column of the predictions
  input: { readonly [name: string]: HostTensor }
  target: HostTensor
  known?: HostTensor // of `Batch`
}

export interface Track<T extends Task = Task> extends About {
  key: string // the column that names a row: 'row', 'user'
  defaults: Params // what `open` takes: keys of the budget beside those of the training loop
  watch: string // the metric computed on the valid split after each epoch: 'ndcg@10'
  predictions(facts: Params): Schema // what a submission's Parquet must hold
  /** Opens a dataset for learning: reads and checks its shards. */
  open(dataset: Dataset, folder: string, params: Params): Promise<Opened<T>>
  /** The columns that metrics compare predictions with, one row per row of the split. */
  truth(dataset: Dataset, folder: string, split: Split): Promise<Columns>
  measured?(dataset: Dataset, folder: string): Promise<Params> // what metrics are told beside the facts of the dataset
  /** The first flaw of predictions that a schema cannot see, as half a sentence that names the row; null when sound. */
  flaw(predictions: Columns, facts: Params): string | null
  /** Params of `open` that the declared inputs of a model from elsewhere decide; null is a side of any length. */
  paramsFor?(inputs: { readonly [name: string]: readonly (number | null)[] }): Params
}
export type Outputs = { readonly [name: string]: HostTensor }
export type Network = (input: HostBatch['input']) => Promise<Outputs>
export interface Opened<T extends Task = Task> {
  facts: T['facts']
  /** What a batch looks like, before one exists: shapes for the trace. */
  shapes(size: number): { input: { readonly [name: string]: Declared }; target: Declared }
  rows(split: Split): number
  /** In order when `shuffle` is absent: the last batch is then padded, else it is dropped. With `known`, M, they have that too. */
  batches(split: Split, size: number, shuffle?: Rng, known?: number): AsyncIterable<HostBatch>
  /** The most places of a target that hold something in any batch of these epochs, where most may be empty. */
  mostKnown?(size: number, shuffles: Iterable<Rng>): number
  /** Network output on the host → prediction columns, `batch.rows` of them; `network` for those that ask it more than once. */
  predict(output: Outputs, batch: HostBatch, network: Network): Columns | Promise<Columns>
  search?(signal?: AbortSignal): Promise<Search> // what predicts the test split instead, where the params of `open` ask for it
  /** What `predict` takes of a model from elsewhere, any one of these sets; a letter is a side of any length. */
  outputs?(size: number): readonly { readonly [name: string]: readonly (number | string)[] }[]
  spent?(): Pick<Cost, 'setupSeconds' | 'solveSeconds' | 'condition'> // by the test rows that were predicted
  /** Fits a method, of the kind that the track has, on the train split; what comes back predicts any split. */
  fit?(method: Ranker | Predictor | Preconditioning, params: Params): (split: Split) => Promise<Columns>
}
/** `facts` of what was predicted so far stand in run.json as `search`. */
export type Search = { predict(...of: Parameters<Opened['predict']>): Promise<Columns>; facts(): Params }
export type Declared = { shape: readonly number[]; dtype: Dtype }

/** One line of a leaderboard, ours or anyone's: run.json. What was merely measured stands in cost.json beside it. */
export interface Submission extends About {
  track: string
  dataset: { name: string; version: string }
  method: { model: string; loss: string; params: Params; seed: number; parameters: number; code?: string }
  predictions: Artifact & { url?: string }
  by: { name: string; url?: string }
  made: { version: string }
}
/** cost.json: measured, never hashed. */
export interface Cost {
  trainSeconds: number
  predictSeconds: number
  peakBytes: number | null // of the process that trained
  lossBytes?: number | undefined // of the loss alone: what its tensors take at once, counted on its graph
  setupSeconds?: number | undefined // of a preconditioner, median over the test rows: once per matrix, the network included
  solveSeconds?: number | undefined // and each solve with it, to 1e-6; absent where half of the rows do not get there
  condition?: number | undefined // of M⁻¹ A, estimated by the steps of those solves
  device: string
  threads: number
  date: string
}

// ── Pipeline ─────────────────────────────────────────────────────────────────

/** One node of the graph, fully spelled out: no ${…} left. */
export interface Stage {
  id: string // 'solve@gaussian-0.4-64'
  run: string // pipelines/stages/<run>.ts
  deps: readonly string[] // folders under the root, or files or folders/ of the project
  outs: readonly string[] // folders under the root
  params: Params
  device: 'cpu' | 'gpu'
}

/** The work of a stage: reads ctx.dep(…), writes into ctx.out(…), returns facts worth printing and locking. */
export type Work<P extends Params = Params> = (stage: Stage & { params: P }, ctx: Context) => Promise<Params>

export type Executor = (stage: Stage, ctx: Context) => Promise<Params> // in this process, in a child, as a Slurm job

/** What a killed stage resumes from: an append-only record of its finished shards. */
export interface Journal {
  done(shard: string): Json | undefined
  record(shard: string, receipt: Json): Promise<void>
}

/** All that a function may know of the world. Passed down, never imported. */
export interface Context {
  root: string // data/<profile>
  seed: number
  asked: { stages: string; flags: string } // the words after `fieldrank run`, for a report to say how to get its numbers again
  rng(...name: (string | number)[]): Rng
  /** Where a dep of the stage lies, and where an out is to be written (a `.partial` folder until the stage is whole). */
  dep(path: string): string
  out(path: string): string
  journal: Journal
  workers: number // threads that one stage may use: they change no byte, and no stage key knows of them
  part?: readonly [from: number, to: number] // on a cluster: the shards to make, and nothing but them
  log(line: string): void
  progress(done: number, total: number, unit: string): void
  signal: AbortSignal
}
