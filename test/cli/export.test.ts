import assert from 'node:assert/strict'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { differences } from '../../benchmarks/reproduce.ts'
import { readSubmission, writeSubmission } from '../../benchmarks/submission.ts'
import { train } from '../../benchmarks/train.ts'
import exportVerb from '../../cli/export.ts'
import type { Params } from '../../contracts.ts'
import { describeParquet, readParquet, writeParquet } from '../../io/parquet.ts'
import { schemaIn } from '../../io/schema.ts'
import { makeOperators, makeRecommenders, temporary } from '../benchmarks/toy-datasets.ts'
import { testContext } from '../context.ts'
import { printed } from './printed.ts'

const defaults = { out: '', profile: 'toy', seconds: '600', memory: '4096' }

describe('fieldrank export', function () {
  this.timeout(120_000)
  let folder = ''
  const at = (...path: string[]) => join(folder, ...path)
  const runFolder = (...name: string[]) => at('data/toy/runs/operators/toy-fields', ...name)
  before(async () => {
    folder = await temporary()
    await makeOperators(at('data/toy/datasets/operators/toy-fields'))
    const request = {
      track: 'operators',
      model: { name: 'fno', width: 4, layers: 1, modes: 2 },
      loss: 'relative-l2',
      seed: 0,
      budget: { epochs: 1, batch: 4 },
      engine: { device: 'cpu', threads: 1 },
    }
    const places = { data: at('data/toy/datasets/operators/toy-fields'), out: runFolder('fno_relative-l2_0') }
    await train(request, places, testContext(folder))
  })
  const run = (args: string[], options: Params) =>
    printed(() => exportVerb.run(args, { ...defaults, data: at('data'), out: at('out'), ...options }))
  const refuses = (args: string[], options: Params, message: RegExp) =>
    assert.rejects(run(args, options), { name: 'UserError', message })

  it('writes HDF5 of a dataset by its name', async () => {
    const { code, text } = await run(['toy-fields'], { format: 'hdf5' })
    assert.equal(code, 0)
    assert.match(text, /toy-fields_train\.h5 {2}10 rows of k, rhs, x, 0\.0 MB\n/)
    assert.equal((await readdir(at('out/toy-fields'))).length, 3)
    const { text: images } = await run(['toy-fields'], { format: 'hdf5', asPublished: true })
    assert.match(images, /toy-fields_test_images\.h5/)
  })

  it('writes the ONNX file of a run after it gave the stored predictions again', async () => {
    const { code, text } = await run([runFolder('fno_relative-l2_0')], { format: 'onnx' })
    assert.equal(code, 0)
    assert.match(text, /toy-fields_fno_relative-l2_0\.onnx {2}opset 20, \d\.\d\d MB, weights inside\n/)
    assert.match(
      text,
      /\nin {3}k float32 \[\?, 6, 6\], rhs float32 \[\?, 5, 5\]\nout {2}x float32 \[\?, 5, 5\]\n/,
    )
    assert.match(
      text,
      /\nrun again on 5 test rows: x: largest difference \d\.\de[-+]\d+ of the largest value\n$/,
    )
    const files = [at('out/toy-fields_fno_relative-l2_0.onnx'), runFolder('fno_relative-l2_0/model.onnx')]
    const [one, other] = await Promise.all(files.map((file) => readFile(file)))
    assert.ok(one!.equals(other!))
  })

  it('writes nothing where the network does not give the predictions of the run', async () => {
    const forged = runFolder('forged')
    await cp(runFolder('fno_relative-l2_0'), forged, { recursive: true })
    const path = join(forged, 'predictions.parquet')
    const columns = structuredClone(await readParquet(path))
    const x = columns.data.x as Float32Array
    x[3]! += 1e-4 * Math.max(...x.map(Math.abs))
    const schema = schemaIn((await describeParquet(path)).metadata, path)!
    const { sha256, bytes } = await writeParquet(path, schema, columns)
    const submission = await readSubmission(join(forged, 'run.json'))
    await writeSubmission(join(forged, 'run.json'), {
      ...submission,
      predictions: { path: 'predictions.parquet', sha256, bytes },
    })
    await refuses(
      [forged],
      { format: 'onnx', out: at('none') },
      /model\.onnx: does not give the predictions of the run \(x: largest difference 1\.0e-4 .*\)\. Nothing was written$/,
    )
    await assert.rejects(readdir(at('none')), { code: 'ENOENT' })
  })

  it('measures differences by column', () => {
    const stored = { rows: 2, data: { row: Int32Array.of(0, 1), x: Float32Array.of(1, -4, 2, 0) } }
    const again = { rows: 2, data: { row: Int32Array.of(0, 1), x: Float32Array.of(1, -4, 2, 1) } }
    assert.deepEqual(differences(stored, again), [
      { said: 'x: largest difference 2.5e-1 of the largest value', isSame: false },
    ])
    assert.deepEqual(differences(stored, stored), [
      { said: 'x: largest difference 0.0e+0 of the largest value', isSame: true },
    ])
    const lists = (items: number[]) => ({
      rows: 2,
      data: { user: Int32Array.of(3, 4), items: Int32Array.from(items) },
    })
    assert.deepEqual(differences(lists([1, 2, 3, 4]), lists([1, 2, 4, 3])), [
      { said: 'items: 1 of 2 lists differ', isSame: false },
    ])
  })

  it('refuses a mistake with one sentence', async () => {
    const good = runFolder('fno_relative-l2_0')
    await refuses(['toy-fields'], {}, /^export: name a format with --format \(hdf5, onnx\)$/)
    await refuses(
      ['toy-fields'],
      { format: 'hdf' },
      /^format 'hdf' not found in pipelines\/export \(hdf5, onnx\)\. Did you mean 'hdf5'\?$/,
    )
    await refuses(
      ['nothing'],
      { format: 'hdf5' },
      /^dataset 'nothing': neither a folder with a manifest nor a name/,
    )
    await refuses([good], { format: 'onnx', asPublished: true }, /^--as-published: means the layout/)
    await refuses(
      ['toy-fields'],
      { format: 'hdf5', dataset: 'toy-fields' },
      /^--dataset: means the dataset of/,
    )
    await refuses(
      [at('nowhere')],
      { format: 'onnx' },
      /^export: \S+nowhere is no folder of a run \(no run\.json\)$/,
    )
    await cp(good, runFolder('bare'), { recursive: true })
    await rm(runFolder('bare/model.onnx'))
    await refuses([runFolder('bare')], { format: 'onnx' }, /bare: has no model\.onnx\./)
    await cp(good, at('elsewhere/run'), { recursive: true })
    await refuses(
      [at('elsewhere/run')],
      { format: 'onnx' },
      /its dataset toy-fields is not at .*Name its folder with --dataset$/,
    )
    await makeRecommenders(at('data/toy/datasets/recommenders/toy-walks'))
    await refuses(
      [at('elsewhere/run')],
      { format: 'onnx', dataset: 'toy-walks' },
      /toy-walks: is a dataset of the track recommenders, not operators$/,
    )
    await writeFile(join(runFolder('bare'), 'model.onnx'), 'nonsense')
    await refuses(
      [runFolder('bare')],
      { format: 'onnx' },
      /^model\.onnx: not a model that ONNX Runtime can open/,
    )
  })

  it('finds a run that lies elsewhere by --dataset', async () => {
    await cp(runFolder('fno_relative-l2_0'), at('elsewhere/run'), { recursive: true })
    const { text } = await run([at('elsewhere/run')], { format: 'onnx', dataset: 'toy-fields' })
    assert.match(text, /toy-fields_run\.onnx {2}opset 20/)
  })
})
