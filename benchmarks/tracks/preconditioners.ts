/**
 * Preconditioners: A ↦ M ≈ A with M⁻¹ r cheap, for conjugate gradients on A x = rhs, A of −div(k grad x) on n × n nodes.
 *
 * Letters: B batch, N = n² unknowns, W slots of a row of a factor. A network sees A, rhs and a classical factor L (x only its loss)
 * (solvers/factors/), as stored, in float32. Its `correction` C is added here, in f64, to the f64 factor: M = (L + C) (L + C)ᵀ, so that
 * C = 0 is the classical method to the last bit. Then conjugate gradients run in f64 (solved-rows.ts). A network that answers a
 * `direction` instead is asked for one at every step (directed-rows.ts).
 * What is not finite, or has a 0 on the diagonal, is a row that reached nothing.
 *
 * Datasets are those of the operators: k, rhs ~ N(0, I), x. Which factor a network starts from is a matter of the budget (`start`, `fill`).
 * PreCorrector (arXiv:2405.15557).
 */
import type {
  Columns,
  Field,
  HostBatch,
  Opened,
  Params,
  Preconditioners,
  Preconditioning,
  Split,
  Stencil,
  Systems,
  Track,
  Values,
} from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { readSplit } from '../../io/manifest.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'
import { preconditionerFrom } from '../../solvers/factors/lower.ts'
import { corrected } from '../../solvers/factors/rows.ts'
import type { HostTensor } from '../../tensor/types.ts'
import { cut, gather } from '../batches.ts'
import { directedAnswers } from '../directed-rows.ts'
import {
  type Asked,
  answer,
  answerColumns,
  answerFlaw,
  answerSchema,
  medianSeconds,
  type Seconds,
} from '../solved-rows.ts'
import { defaults, factorRows, type Start, startOf, widthOver } from '../starting-factors.ts'

const preconditioners: Track<Preconditioners> = {
  about:
    'Preconditioners of the diffusion equation: steps of conjugate gradients to a residual that is checked',
  cite: 'arXiv:2405.15557',
  key: 'row',
  defaults,
  watch: 'iterations@6',

  predictions: (facts) => answerSchema(gridOf(facts)),

  async open(dataset, folder, params) {
    const start = startOf(params as typeof defaults)
    const read = (split: Split) => readSplit(folder, dataset, split, [...TRUTH, 'x'])
    const splits = { train: await read('train'), valid: await read('valid'), test: await read('test') }
    const n = gridOf(dataset.facts)
    const isConstant = params.start === 'ic0' // and then a row is its diagonal, west and south
    const all = Object.values(splits).map((columns) => fieldOf(columns, columns.data.k!, n + 1))
    return opened({ splits, n, start, width: isConstant ? Math.min(3, n * n) : widthOver(start, all) })
  },

  truth: (dataset, folder, split) => readSplit(folder, dataset, split, TRUTH),

  flaw: (predictions, facts) => answerFlaw(predictions, gridOf(facts)),
}

export default preconditioners

const TRUTH = ['row', 'k', 'rhs']

interface Problem {
  splits: Record<Split, Columns>
  n: number
  start: Start
  width: number
}

/** Which rows of a split a batch holds: its tensors are in float32, and predictions are made of what is stored. */
interface Origin {
  split: Split
  order: Int32Array
  asked: number // when it was handed out: until its answer comes, the network is at work
}

function opened(problem: Problem): Opened<Preconditioners> {
  const { splits, n, width } = problem
  const origins = new WeakMap<HostBatch['input'], Origin>()
  const spent: Seconds[] = [] // of test rows
  return {
    facts: { grid: n, width },
    shapes: (size) => shapesOf(size, n, width),
    rows: (split) => splits[split].rows,

    async *batches(split, size, shuffle) {
      for (const { rows, order } of cut(splits[split].rows, size, shuffle)) {
        const batch = batchOf(problem, splits[split], rows, order)
        origins.set(batch.input, { split, order, asked: performance.now() })
        yield batch
      }
    },

    outputs: (size) => [{ correction: [size, n * n, width] }, { direction: [size, n, n] }],

    async predict({ correction, direction }, { rows, input }, network) {
      const origin = origins.get(input)
      if (origin === undefined) throw new Error('predict: a batch of another dataset')
      const answers =
        direction === undefined
          ? correctedRows(problem, origin, rows, correction)
          : await directedAnswers(systemsOf(problem, origin, rows), input, network, origin.split === 'valid')
      if (origin.split === 'test') spent.push(...answers.map(({ seconds }) => seconds))
      return answerColumns(answers)
    },

    fit(method, params) {
      const precondition = (method as Preconditioning).fit(onDemand(splits.train, n), params)
      return async (split) => {
        const answers = Array.from({ length: splits[split].rows }, (_, at) => {
          const system = systemOf(problem, split, at)
          return ask({ ...system, precondition: () => precondition(system.matrix, 0) })
        })
        if (split === 'test') spent.push(...answers.map(({ seconds }) => seconds))
        return answerColumns(answers)
      }
    },

    spent: () => medianSeconds(spent),
  }
}

function ask(asked: Asked, watched = false) {
  return { row: asked.row, ...answer(asked, watched) }
}

/** The answers of a network that corrects the factor it was shown. The valid split is asked for what is watched alone. */
function correctedRows(
  problem: Problem,
  { split, order, asked }: Origin,
  rows: number,
  correction: HostTensor | undefined,
) {
  if (correction === undefined)
    throw new Error('predict: a network without a correction and without a direction')
  const { n, width, start } = problem
  const size = n * n * width
  const before = (performance.now() - asked) / 1000 / order.length // the batch was filled up: each row of it costs the same
  return Array.from({ length: rows }, (_, b) => {
    const system = systemOf(problem, split, order[b]!)
    const own = correction.data.subarray(b * size, (b + 1) * size)
    const precondition = () => {
      const lower = start(system.matrix, 0)
      return preconditionerFrom(typeof lower === 'string' ? lower : corrected(lower, own, width))
    }
    const answered = ask({ ...system, precondition }, split === 'valid')
    answered.seconds.setup += before
    return answered
  })
}

function systemsOf(problem: Problem, { split, order }: Origin, rows: number) {
  return Array.from({ length: rows }, (_, b) => systemOf(problem, split, order[b]!))
}

function systemOf({ splits, n }: Problem, split: Split, at: number): Omit<Asked, 'precondition'> {
  const { row, k, rhs } = splits[split].data as Record<string, Float64Array>
  const part = (values: Float64Array, size: number) =>
    Float64Array.from(values.subarray(at * size, (at + 1) * size))
  const matrix = assemble({ batch: 1, n: n + 1, data: part(k!, (n + 1) ** 2) })
  return { row: row![at]!, matrix, f: part(rhs!, n * n) }
}

function shapesOf(size: number, n: number, width: number) {
  const float = (...shape: number[]) => ({ shape, dtype: 'float32' as const })
  return {
    input: {
      matrix: float(size, n, n, 5),
      rhs: float(size, n, n),
      factor: float(size, n * n, width),
      columns: { shape: [size, n * n, width], dtype: 'int32' as const },
    },
    target: float(size, n, n),
  }
}

function batchOf(
  { n, start, width }: Problem,
  { data }: Columns,
  rows: number,
  order: Int32Array,
): HostBatch {
  const { input, target } = shapesOf(order.length, n, width)
  const k = Float64Array.from(gather(data.k!, (n + 1) ** 2, order)) // stored in float32: nothing is lost
  const matrix = assemble({ batch: order.length, n: n + 1, data: k })
  const { factor, columns } = factorRows(start, matrix, width)
  return {
    rows,
    ids: Int32Array.from(order.subarray(0, rows), (row) => (data.row as Int32Array)[row]!),
    input: {
      matrix: { ...input.matrix, data: fivePoints(matrix) }, // [B, n, n, 5]
      rhs: { ...input.rhs, data: gather(data.rhs!, n * n, order) }, // [B, n, n]
      factor: { ...input.factor, data: factor }, // [B, N, W]
      columns: { ...input.columns, data: columns }, // [B, N, W]
    },
    target: { ...target, data: gather(data.x!, n * n, order) }, // [B, n, n]
  }
}

function fivePoints({ center, west, east, south, north }: Stencil): Float32Array {
  const parts = [center, west, east, south, north]
  const data = new Float32Array(5 * center.length)
  for (const [part, values] of parts.entries())
    for (let at = 0; at < values.length; at++) data[5 * at + part] = values[at]!
  return data
}

/** Widened when they are asked for: to most methods that are fitted the train split is nothing, and shall cost nothing. */
function onDemand(columns: Columns, n: number): Systems {
  let [k, rhs]: (Field | null)[] = [null, null]
  return {
    get k() {
      k ??= fieldOf(columns, columns.data.k!, n + 1)
      return k
    },
    get rhs() {
      rhs ??= fieldOf(columns, columns.data.rhs!, n)
      return rhs
    },
  }
}

function fieldOf({ rows }: Columns, values: Values, side: number): Field {
  return { batch: rows, n: side, data: Float64Array.from(values as Float64Array) }
}

function gridOf({ grid }: Params): number {
  if (typeof grid !== 'number')
    throw new UserError(`facts of the dataset: grid must be a number (got ${grid})`)
  return grid
}
