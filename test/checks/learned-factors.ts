/**
 * PreCorrector trained and judged outside the pipeline: systems of ConDiff's law with the contrast windows of arXiv:2405.15557, a
 * step of the engine, and conjugate gradients by the published protocol (x₀ ~ N(0, I), absolute ‖r‖, f64).
 */
import { budgetDefaults, rateAt } from '../../benchmarks/budget.ts'
import { published } from '../../benchmarks/solved-rows.ts'
import { factorRows, startOf } from '../../benchmarks/starting-factors.ts'
import type { Field, Init, Loss, Preconditioners, Stencil } from '../../contracts.ts'
import condiff from '../../generators/condiff.ts'
import { rng } from '../../math/rng.ts'
import { mean } from '../../math/statistics.ts'
import { DIGITS, limitOf } from '../../metrics/steps.ts'
import type precorrector from '../../models/preconditioners/precorrector.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'
import { countSteps } from '../../solvers/diffusion/step-counts.ts'
import { preconditionerFrom } from '../../solvers/factors/lower.ts'
import { corrected } from '../../solvers/factors/rows.ts'
import multigrid from '../../solvers/multigrid.ts'
import { compileForward, compileStep, type LossOf } from '../../tensor/engine.ts'
import type { HostTensor, Weights } from '../../tensor/index.ts'
import { collectWeights } from '../../tensor/init.ts'

/** Variance 0.5, gaussian, correlation length 0.05. */
const WINDOWS: Readonly<Record<number, [number, number]>> = { 32: [35, 180], 64: [45, 200] }
const WIDTH = 3 // slots of a row of IC(0)
const cpu = { device: 'cpu', threads: 1 } as const
const start = startOf({ start: 'ic0', fill: 0 })

type Corrector = typeof precorrector
export interface Problems {
  n: number
  rows: number
  matrix: Stencil
  rhs: Field
  x: Field
}
export type Feeds = Record<'matrix' | 'rhs' | 'factor' | 'columns' | 'target', HostTensor>
export interface Spending {
  steps: number
  batch: number
  rate: number // at the first step; a cosine to 0
  seed: number
}

export async function problemsOf(n: number, rows: number, seed: number): Promise<Problems> {
  const [k, rhs] = [new Float64Array(rows * (n + 1) ** 2), new Float64Array(rows * n * n)]
  const params = {
    ...condiff.defaults,
    grid: n,
    covariance: 'gaussian',
    variance: 0.5,
    contrast: WINDOWS[n]!,
  }
  let at = 0
  const ctx = { seed, signal: new AbortController().signal }
  for await (const part of condiff.rows(params, { from: 0, to: rows }, ctx)) {
    k.set(part.data.k as Float32Array, at * (n + 1) ** 2)
    rhs.set(part.data.rhs as Float32Array, at * n * n)
    at += part.rows
  }
  const matrix = assemble({ batch: rows, n: n + 1, data: k })
  const right = { batch: rows, n, data: rhs }
  const { x } = await multigrid.solve(
    await multigrid.setup(matrix, multigrid.defaults),
    right,
    multigrid.defaults,
  )
  return { n, rows, matrix, rhs: right, x }
}

/** Some rows as the network of the track sees them. */
export function feedsOf(problems: Problems, rows: readonly number[]): Feeds {
  const { n } = problems
  const take = (values: Float64Array) => {
    const taken = new Float64Array(rows.length * n * n)
    for (const [b, row] of rows.entries())
      taken.set(values.subarray(row * n * n, (row + 1) * n * n), b * n * n)
    return taken
  }
  const { center, west, east, south, north } = problems.matrix
  const parts = [center, west, east, south, north].map(take) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const matrix = {
    batch: rows.length,
    n,
    center: parts[0],
    west: parts[1],
    east: parts[2],
    south: parts[3],
    north: parts[4],
  }
  const { factor, columns } = factorRows(start, matrix, WIDTH)
  const float = (shape: number[], data: ArrayLike<number>): HostTensor => {
    return { shape: [rows.length, ...shape], dtype: 'float32', data: Float32Array.from(data) }
  }
  const stencil = Float32Array.from(
    { length: 5 * center.length * (rows.length / problems.rows) },
    (_, i) => parts[i % 5]![Math.floor(i / 5)]!,
  )
  return {
    matrix: float([n, n, 5], stencil),
    rhs: float([n, n], take(problems.rhs.data)),
    factor: float([n * n, WIDTH], factor),
    columns: { shape: [rows.length, n * n, WIDTH], dtype: 'int32', data: columns },
    target: float([n, n], take(problems.x.data)),
  }
}

/**
 * Adam on batches drawn with replacement; the mean loss of each tenth, and the weights of the end. β2 is 0.98, for the first gradients
 * are a hundred times as large as those that count: with 0.999 it remembers them for thousands of steps, and makes them small.
 */
export async function learn(
  model: Corrector,
  loss: Loss<Preconditioners>,
  problems: Problems,
  { steps, batch, rate, seed }: Spending,
  tell: (step: number, loss: number) => void,
): Promise<Weights> {
  const build = (init: Init) => model.build(model.defaults, { grid: problems.n, width: WIDTH }, init)
  const weights = collectWeights(build, (name) => rng(seed, 'weights', name))
  const value: LossOf = (init, { target, ...input }, noise) =>
    loss.value(
      build(init)(input as Preconditioners['input'], noise),
      { input: input as Preconditioners['input'], target: target! },
      {},
      noise,
    )
  const drawn = rng(seed, 'batches')
  const draw = () =>
    feedsOf(
      problems,
      Array.from({ length: batch }, () => drawn.integer(problems.rows)),
    )
  const step = await compileStep(
    { weights, feeds: draw(), loss: value, optimizer: { name: 'adam', params: { beta2: 0.98 } } },
    cpu,
  )
  const budget = { ...budgetDefaults, rate, decay: 'cosine' }
  let losses: number[] = []
  for (let i = 0; i < steps; i++) {
    losses.push(await step.run(draw(), {}, rateAt(budget, 1, i, steps)))
    if ((i + 1) % Math.ceil(steps / 10) !== 0 && i + 1 < steps) continue
    tell(i + 1, mean(losses))
    losses = []
  }
  const learned = await step.weights()
  await step.dispose()
  return learned
}

/** Steps of conjugate gradients to 1e-3, 1e-6, 1e-9, 1e-12, mean over the rows; what is not reached counts as the limit. */
export async function stepsOf(
  problems: Problems,
  learned?: { model: Corrector; weights: Weights },
): Promise<number[]> {
  const { n, rows, matrix, rhs } = problems
  const correct = learned && (await corrections(problems, learned))
  const counts: number[][] = []
  for (let row = 0; row < rows; row++) {
    const lower = start(matrix, row)
    if (typeof lower === 'string') throw new Error(`row ${row}: ${lower}`)
    const precondition = preconditionerFrom(correct ? corrected(lower, await correct.of(row), WIDTH) : lower)
    if (typeof precondition === 'string') {
      counts.push(DIGITS.map(() => limitOf(n)))
      continue
    }
    const f = rhs.data.subarray(row * n * n, (row + 1) * n * n)
    const targets = DIGITS.map((k) => 10 ** -k)
    const system = { matrix, b: row, precondition, f }
    const { steps } = countSteps(system, published(row, n * n).start, targets, limitOf(n))
    counts.push([...steps].map((count) => (count < 0 ? limitOf(n) : count)))
  }
  await correct?.close()
  return DIGITS.map((_, at) => mean(counts.map((count) => count[at]!)))
}

async function corrections(problems: Problems, { model, weights }: { model: Corrector; weights: Weights }) {
  const inputOf = (row: number) => {
    const { target: _, ...input } = feedsOf(problems, [row])
    return input
  }
  const network = await compileForward(
    {
      weights,
      feeds: inputOf(0),
      forward: (init, input) => ({
        ...model.build(
          model.defaults,
          { grid: problems.n, width: WIDTH },
          init,
        )(input as Preconditioners['input'], null),
      }),
    },
    cpu,
  )
  return {
    of: async (row: number) => (await network.run(inputOf(row))).correction!.data,
    close: network.dispose,
  }
}
