/**
 * Solution operators: (k, rhs) ↦ x of −div(k grad x) = rhs on the unit square, x = 0 on its boundary.
 *
 * Letters: B batch, n interior nodes per side. k [B, n+1, n+1] on the cells, rhs and x [B, n, n] on the nodes between them,
 * as the dataset stores them: nothing is normalized, that is a model's own affair. Networks see float32; the truth that
 * metrics see is the float64 solution.
 */
import type { Columns, HostBatch, Opened, Operators, Params, Split, Track } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { readSplit } from '../../io/manifest.ts'
import { cut, gather } from '../batches.ts'

const operators: Track<Operators> = {
  about: 'Solution operators of the diffusion equation: coefficient and right-hand side in, solution out',
  cite: 'arXiv:2406.04709',
  key: 'row',
  defaults: {},
  watch: 'relative-l2',

  predictions(facts) {
    const n = gridOf(facts)
    return {
      row: { type: 'i32', shape: [], about: 'Index of the row within the test split' },
      x: { type: 'f32', shape: [n, n], about: 'Predicted solution on the interior nodes' },
    }
  },

  async open(dataset, folder) {
    const read = (split: Split) => readSplit(folder, dataset, split, ['row', 'k', 'rhs', 'x'])
    const [train, valid, test] = [await read('train'), await read('valid'), await read('test')]
    return opened({ train, valid, test }, gridOf(dataset.facts))
  },

  truth: (dataset, folder, split) => readSplit(folder, dataset, split, ['row', 'x']),

  flaw: () => null,
}

export default operators

function opened(splits: Record<Split, Columns>, n: number): Opened<Operators> {
  const shapes = (size: number) => ({
    input: {
      k: { shape: [size, n + 1, n + 1], dtype: 'float32' as const },
      rhs: { shape: [size, n, n], dtype: 'float32' as const },
    },
    target: { shape: [size, n, n], dtype: 'float32' as const },
  })

  return {
    facts: { grid: n },
    shapes,
    rows: (split) => splits[split].rows,

    async *batches(split, size, shuffle) {
      const { data, rows: total } = splits[split]
      const { input, target } = shapes(size)
      for (const { rows, order } of cut(total, size, shuffle)) {
        yield {
          rows,
          ids: Int32Array.from(order.subarray(0, rows), (row) => (data.row as Int32Array)[row]!),
          input: {
            k: { ...input.k, data: gather(data.k!, (n + 1) ** 2, order) }, // [B, n+1, n+1]
            rhs: { ...input.rhs, data: gather(data.rhs!, n * n, order) }, // [B, n, n]
          },
          target: { ...target, data: gather(data.x!, n * n, order) }, // [B, n, n]
        } satisfies HostBatch
      }
    },

    outputs: (size) => [{ x: [size, n, n] }],

    predict({ x }, { rows, ids }) {
      return { rows, data: { row: ids, x: (x!.data as Float32Array).slice(0, rows * n * n) } }
    },
  }
}

function gridOf({ grid }: Params): number {
  if (typeof grid !== 'number')
    throw new UserError(`facts of the dataset: grid must be a number (got ${grid})`)
  return grid
}
