/** Models from elsewhere, on toy datasets: what they compute is known by hand. */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { predictForeign } from '../../benchmarks/foreign.ts'
import type { Dataset } from '../../contracts.ts'
import { readSplit } from '../../io/manifest.ts'
import { DOUBLE, FLOAT, type ForeignGraph, foreignModel, INT32, INT64 } from './foreign-models.ts'
import { GRID, ITEMS, makeOperators, makeRecommenders, temporary } from './toy-datasets.ts'

const cells = GRID + 1
const node = (type: number, batch: number | string = 'batch') => ({ type, shape: [batch, GRID, GRID] })

/** x = rhs + rhs, in their type; k is not used. */
function doubling(type: number, batch: number | string = 'batch'): ForeignGraph {
  return {
    inputs: [
      { name: 'rhs', ...node(type, batch) }, // their order
      { name: 'k', type, shape: [batch, cells, cells] },
    ],
    outputs: [{ name: 'x', ...node(type, batch) }],
    nodes: [{ op: 'Add', inputs: ['rhs', 'rhs'], output: 'x' }],
  }
}

describe('foreign models', () => {
  let folder = ''
  let fields: Dataset
  let walks: Dataset
  before(async () => {
    folder = await temporary()
    fields = await makeOperators(join(folder, 'fields'))
    walks = await makeRecommenders(join(folder, 'walks'))
  })

  async function predict(graph: ForeignGraph | Uint8Array, dataset = fields, batch = 4) {
    const model = join(folder, 'theirs.onnx')
    await writeFile(model, graph instanceof Uint8Array ? graph : foreignModel(graph))
    const where = join(folder, dataset === fields ? 'fields' : 'walks')
    return predictForeign({ model, dataset, folder: where, split: 'test', batch, threads: 1 })
  }
  const refuses = (graph: ForeignGraph | Uint8Array, message: RegExp, dataset = fields) =>
    assert.rejects(predict(graph, dataset), { name: 'UserError', message })

  for (const [what, type, batch] of [
    ['a free batch', FLOAT, 'batch'],
    ['a batch fixed at 3, the last one padded', FLOAT, 3],
    ['a batch larger than the split', FLOAT, 16],
    ['float64', DOUBLE, 'batch'],
  ] as const) {
    it(`predicts with ${what}`, async () => {
      const { columns, model } = await predict(doubling(type, batch))
      const { rhs } = (await readSplit(join(folder, 'fields'), fields, 'test')).data
      assert.equal(model.opset, 17)
      assert.deepEqual([...(columns.data.row as Int32Array)], [0, 1, 2, 3, 4])
      assert.deepEqual(
        columns.data.x,
        (rhs as Float32Array).map((value) => 2 * value),
      )
    })
  }

  /** scores[b, item] = −|last item of the history + 1 − item|: the next item of a walk, then its neighbors. */
  const next = (type: number): ForeignGraph => ({
    inputs: [{ name: 'history', type, shape: ['B', 'L'] }],
    outputs: [{ name: 'scores', type: FLOAT, shape: ['B', 'N'] }],
    constants: [
      { name: 'last', shape: [1], values: BigInt64Array.of(-1n) },
      { name: 'one', shape: [1], values: Float32Array.of(1) },
      { name: 'items', shape: [1, ITEMS + 1], values: Float32Array.from({ length: ITEMS + 1 }, (_, i) => i) },
    ],
    nodes: [
      { op: 'Gather', inputs: ['history', 'last'], output: 'item', axis: 1 }, // [B, 1]
      { op: 'Cast', inputs: ['item'], output: 'real', to: FLOAT },
      { op: 'Add', inputs: ['real', 'one'], output: 'wish' },
      { op: 'Sub', inputs: ['wish', 'items'], output: 'apart' }, // [B, N+1]
      { op: 'Abs', inputs: ['apart'], output: 'distance' },
      { op: 'Neg', inputs: ['distance'], output: 'scores' },
    ],
  })

  for (const type of [INT32, INT64]) {
    it(`ranks by scores of items from ${type === INT32 ? 'int32' : 'int64'} histories`, async () => {
      const { columns } = await predict(next(type), walks, 7)
      const truth = await readSplit(join(folder, 'walks'), walks, 'test')
      const lists = columns.data.items as Int32Array
      const [users, targets] = [truth.data.user as Int32Array, truth.data.target as Int32Array]
      assert.equal(columns.rows, users.length)
      for (const [row, target] of targets.entries())
        if (target !== 1) assert.equal(lists[row * 50], target, `user ${users[row]}`) // 12 → 1 is no step of one
    })
  }

  it('takes the length of histories from the model', async () => {
    const graph = next(INT32)
    const short = { ...graph, inputs: [{ name: 'history', type: INT32, shape: ['B', 2] }] }
    const { columns } = await predict(short, walks)
    assert.deepEqual(columns.data.items, (await predict(graph, walks)).columns.data.items)
  })

  const twice = doubling(FLOAT)
  const [rhs, k] = twice.inputs as [ForeignGraph['inputs'][0], ForeignGraph['inputs'][0]]
  const wrong: [string, Partial<ForeignGraph>, RegExp][] = [
    [
      'other names',
      { inputs: [rhs, { ...k, name: 'kappa' }] },
      /^theirs\.onnx: its inputs are rhs and kappa, expected k and rhs by these names$/,
    ],
    [
      'an input too many',
      { inputs: [rhs, k, { name: 'grid', type: FLOAT, shape: ['batch', 2] }] },
      /inputs are rhs and k and grid, expected k and rhs/,
    ],
    [
      'k on the nodes',
      { inputs: [rhs, { name: 'k', ...node(FLOAT) }] },
      /input 'k' is \[\?, 5, 5\], expected \[4, 6, 6\]/,
    ],
    [
      'a side for channels',
      { inputs: [rhs, { ...k, shape: ['batch', 1, cells, cells] }] },
      /input 'k' is \[\?, 1, 6, 6\], expected \[4, 6, 6\]/,
    ],
    [
      'integers for k',
      { inputs: [rhs, { ...k, type: INT32 }] },
      /input 'k' is of type int32, expected float32 or float64/,
    ],
    [
      'two batches',
      {
        inputs: [
          { ...rhs, shape: [2, GRID, GRID] },
          { ...k, shape: [3, cells, cells] },
        ],
      },
      /its inputs have batches of 2 and 3/,
    ],
    [
      'another output',
      { outputs: [{ name: 'u', ...node(FLOAT) }], nodes: [{ op: 'Neg', inputs: ['rhs'], output: 'u' }] },
      /its outputs are u, expected x$/,
    ],
    [
      'an output of another shape',
      {
        outputs: [{ name: 'x', type: FLOAT, shape: ['batch', cells, cells] }],
        nodes: [{ op: 'Neg', inputs: ['k'], output: 'x' }],
      },
      /output 'x' came out as \[4, 6, 6\], expected \[4, 5, 5\]/,
    ],
    [
      'an output of integers',
      {
        outputs: [{ name: 'x', type: INT64, shape: ['batch', GRID, GRID] }],
        nodes: [{ op: 'Cast', inputs: ['rhs'], output: 'x', to: INT64 }],
      },
      /output 'x' is of type int64, expected float32 or float64/,
    ],
    [
      'NaN',
      { nodes: [{ op: 'Sqrt', inputs: ['rhs'], output: 'x' }] },
      /output 'x' holds NaN for row 0, expected finite numbers/,
    ],
    [
      'an operator that does not exist',
      { nodes: [{ op: 'Guess', inputs: ['rhs'], output: 'x' }] },
      /^theirs\.onnx: not a model that ONNX Runtime can open \(/,
    ],
  ]
  for (const [what, change, message] of wrong) {
    it(`refuses ${what} with one sentence`, () => refuses({ ...twice, ...change }, message))
  }

  it('refuses what is no model, and scores for another catalog', async () => {
    await refuses(Buffer.from('nonsense'), /not a model that ONNX Runtime can open \([^\n]*\)$/)
    await refuses(new Uint8Array(0), /not a model that ONNX Runtime can open/)
    const few = next(INT32)
    const items = { name: 'items', shape: [1, 4], values: new Float32Array(4) }
    await refuses(
      { ...few, constants: [...few.constants!.slice(0, 2), items] },
      /output 'scores' came out as \[4, 4\], expected \[4, 13\]/,
      walks,
    )
    await refuses(twice, /its inputs are rhs and k, expected history/, walks)
  })
})
