import assert from 'node:assert/strict'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import predict from '../../cli/predict.ts'
import type { Params } from '../../contracts.ts'
import { readSplit } from '../../io/manifest.ts'
import { describeParquet, readParquet } from '../../io/parquet.ts'
import { FLOAT, type ForeignGraph, foreignModel } from '../benchmarks/foreign-models.ts'
import { GRID, makeOperators, temporary } from '../benchmarks/toy-datasets.ts'
import { printed } from './printed.ts'

/** x = −rhs. */
const negative: ForeignGraph = {
  inputs: [
    { name: 'k', type: FLOAT, shape: ['B', GRID + 1, GRID + 1] },
    { name: 'rhs', type: FLOAT, shape: ['B', GRID, GRID] },
  ],
  outputs: [{ name: 'x', type: FLOAT, shape: ['B', GRID, GRID] }],
  nodes: [{ op: 'Neg', inputs: ['rhs'], output: 'x' }],
}
const defaults = { split: 'test', batch: '32', threads: '1', seconds: '600', memory: '4096', profile: 'toy' }

describe('fieldrank predict', function () {
  this.timeout(120_000)
  let folder = ''
  const at = (...path: string[]) => join(folder, ...path)
  before(async () => {
    folder = await temporary()
    await makeOperators(at('data/toy/datasets/operators/toy-fields'))
    await writeFile(at('negative.onnx'), foreignModel(negative))
  })
  const run = (args: string[], options: Params = {}) =>
    printed(() => predict.run(args, { ...defaults, data: at('data'), out: at('mine.parquet'), ...options }))
  const refuses = (args: string[], options: Params, message: RegExp) =>
    assert.rejects(run(args, options), { name: 'UserError', message })

  it('writes predictions in the schema of the track', async () => {
    const { code, text } = await run([at('negative.onnx'), 'toy-fields'])
    assert.equal(code, 0)
    assert.match(
      text,
      /mine\.parquet {2}5 test rows of toy-fields \(operators\), columns row, x; opset 17\n$/,
    )
    const { data } = await readParquet(at('mine.parquet'))
    const source = at('data/toy/datasets/operators/toy-fields')
    const { readManifest } = await import('../../io/manifest.ts')
    const truth = await readSplit(source, await readManifest(source), 'test')
    assert.deepEqual(data.row, truth.data.row)
    assert.deepEqual(
      data.x,
      (truth.data.rhs as Float32Array).map((value) => -value),
    )
    assert.match(
      (await describeParquet(at('mine.parquet'))).metadata['fieldrank.schema']!,
      /Predicted solution/,
    )
  })

  it('takes a folder and another split', async () => {
    const source = at('data/toy/datasets/operators/toy-fields')
    const { text } = await run([at('negative.onnx'), source], { split: 'valid', out: at('valid.parquet') })
    assert.match(text, /3 valid rows/)
  })

  it('ends a model that takes too long, or too much memory, and writes nothing', async () => {
    await refuses(
      [at('negative.onnx'), 'toy-fields'],
      { seconds: '0.001', out: at('late.parquet') },
      /^negative\.onnx: took more than 0\.001 s\. Raise --seconds$/,
    )
    // 2²⁹ ones of float32 are 2 GiB; the child itself needs some 200 MiB
    const huge = foreignModel({
      ...negative,
      constants: [{ name: 'sides', shape: [1], values: BigInt64Array.of(2n ** 29n) }],
      nodes: [
        { op: 'ConstantOfShape', inputs: ['sides'], output: 'many' },
        { op: 'ReduceSum', inputs: ['many'], output: 'sum' },
        { op: 'Add', inputs: ['rhs', 'sum'], output: 'x' },
      ],
    })
    await writeFile(at('huge.onnx'), huge)
    await refuses(
      [at('huge.onnx'), 'toy-fields'],
      { memory: '800', out: at('late.parquet') },
      /^huge\.onnx: took more than 800 MiB of memory\. Raise --memory$/,
    )
    assert.ok(!(await readdir(folder)).some((name) => name.startsWith('late')))
  })

  it('refuses a mistake with one sentence', async () => {
    const model = at('negative.onnx')
    await refuses(
      [model, 'toy-field'],
      {},
      /^dataset 'toy-field': neither a folder with a manifest nor a name .*Did you mean 'toy-fields'\?$/,
    )
    await refuses([at('gone.onnx'), 'toy-fields'], {}, /^gone\.onnx: no such file/)
    await refuses(
      [model, 'toy-fields'],
      { split: 'tests' },
      /^--split: one of train, valid, test \(got tests\)\. Did you mean 'test'\?$/,
    )
    await refuses([model, 'toy-fields'], { batch: '0' }, /^--batch: must be a whole number from 1 \(got 0\)$/)
    await refuses([model, 'toy-fields'], { memory: 'lots' }, /^--memory: must be a number above 0/)
    await refuses([model, 'toy-fields'], { out: at('data') }, /data: this is a folder, and no file$/)
    await writeFile(
      at('nan.onnx'),
      foreignModel({ ...negative, nodes: [{ op: 'Sqrt', inputs: ['rhs'], output: 'x' }] }),
    )
    await refuses(
      [at('nan.onnx'), 'toy-fields'],
      {},
      /^nan\.onnx: output 'x' holds NaN for row \d, expected finite numbers$/,
    )
  })
})
