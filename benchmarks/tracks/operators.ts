/**
 * Solution operators: (k, rhs) ↦ x of −div(k grad x) = rhs on the unit square, x = 0 on its boundary.
 *
 * Letters: B batch, n interior nodes per side. k [B, n+1, n+1] on the cells, rhs and x [B, n, n] on the nodes between them.
 * Networks see them as stored, in float32, beside facts of the train split that bring them to order one
 * (field-facts.ts; models/layers/fields.ts uses them). The truth that metrics see is the float64 solution, with the k and
 * rhs that it solves.
 *
 * `reading: as-published` in the budget repeats what the notebooks of ConDiff do (arXiv:2406.04709, code): they read the
 * files with the two axes of k changed against those of rhs and x. Networks are then handed kᵀ, and nothing is scaled.
 * Truth, metrics and fitted methods keep the right k.
 */
import type {
  Columns,
  Field,
  HostBatch,
  Opened,
  Operators,
  Params,
  Predictor,
  Split,
  Systems,
  Track,
  Values,
} from '../../contracts.ts'
import { suggest, UserError } from '../../io/errors.ts'
import { readSplit } from '../../io/manifest.ts'
import type { HostTensor } from '../../tensor/types.ts'
import { cut, gather } from '../batches.ts'
import { fieldFacts } from '../field-facts.ts'

const operators: Track<Operators> = {
  about: 'Solution operators of the diffusion equation: coefficient and right-hand side in, solution out',
  cite: 'arXiv:2406.04709',
  key: 'row',
  defaults: { reading: 'nodes' },
  watch: 'relative-l2',

  predictions(facts) {
    const n = gridOf(facts)
    return {
      row: { type: 'i32', shape: [], about: 'Index of the row within the test split' },
      x: { type: 'f32', shape: [n, n], about: 'Predicted solution on the interior nodes' },
    }
  },

  async open(dataset, folder, { reading }) {
    if (!READINGS.includes(String(reading)))
      throw new UserError(
        `budget: reading must be one of ${READINGS.join(', ')} (got '${reading}').${suggest(String(reading), READINGS)}`,
      )
    const read = (split: Split) => readSplit(folder, dataset, split, COLUMNS)
    const [train, valid, test] = [await read('train'), await read('valid'), await read('test')]
    return opened({ train, valid, test }, gridOf(dataset.facts), String(reading))
  },

  truth: (dataset, folder, split) => readSplit(folder, dataset, split, COLUMNS),

  flaw: () => null,
}

export default operators

const COLUMNS = ['row', 'k', 'rhs', 'x']
const READINGS: readonly string[] = ['nodes', 'as-published']

function opened(splits: Record<Split, Columns>, n: number, reading: string): Opened<Operators> {
  const shapes = (size: number) => ({
    input: {
      k: { shape: [size, n + 1, n + 1], dtype: 'float32' as const },
      rhs: { shape: [size, n, n], dtype: 'float32' as const },
    },
    target: { shape: [size, n, n], dtype: 'float32' as const },
  })

  return {
    facts: fieldFacts(splits.train, n, reading),
    shapes,
    rows: (split) => splits[split].rows,

    async *batches(split, size, shuffle) {
      const { data, rows: total } = splits[split]
      const { input, target } = shapes(size)
      for (const { rows, order } of cut(total, size, shuffle)) {
        const k = gather(data.k!, (n + 1) ** 2, order)
        if (reading === 'as-published') transpose(k, n + 1)
        yield {
          rows,
          ids: Int32Array.from(order.subarray(0, rows), (row) => (data.row as Int32Array)[row]!),
          input: {
            k: { ...input.k, data: k }, // [B, n+1, n+1]
            rhs: { ...input.rhs, data: gather(data.rhs!, n * n, order) }, // [B, n, n]
          },
          target: { ...target, data: gather(data.x!, n * n, order) }, // [B, n, n]
        } satisfies HostBatch
      }
    },

    outputs: (size) => [{ x: [size, n, n] }],

    predict({ x }, { rows, ids }) {
      return columnsOf(ids, (x as HostTensor).data.subarray(0, rows * n * n))
    },

    fit(method, params) {
      const train = { ...systemsOf(splits.train, n), x: fieldOf(splits.train, splits.train.data.x!, n) }
      const predict = (method as Predictor).fit(train, params)
      return async (split) => {
        const { data } = await predict(systemsOf(splits[split], n))
        return columnsOf(splits[split].data.row as Int32Array, data)
      }
    },
  }
}

function columnsOf(row: Int32Array, x: ArrayLike<number>): Columns {
  return { rows: row.length, data: { row, x: Float32Array.from(x) } }
}

function systemsOf(columns: Columns, n: number): Systems {
  return { k: fieldOf(columns, columns.data.k!, n + 1), rhs: fieldOf(columns, columns.data.rhs!, n) }
}

function fieldOf({ rows }: Columns, values: Values, side: number): Field {
  return { batch: rows, n: side, data: Float64Array.from(values as Float64Array) }
}

/** Each of the side × side fields that lie one after another, in place. */
function transpose(fields: Float32Array, side: number): void {
  for (let at = 0; at < fields.length; at += side * side)
    for (let i = 0; i < side; i++)
      for (let j = 0; j < i; j++) {
        const [below, above] = [at + i * side + j, at + j * side + i]
        const kept = fields[below]!
        fields[below] = fields[above]!
        fields[above] = kept
      }
}

function gridOf({ grid }: Params): number {
  if (typeof grid !== 'number')
    throw new UserError(`facts of the dataset: grid must be a number (got ${grid})`)
  return grid
}
