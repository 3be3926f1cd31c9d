/** What the preconditioners track asks of the training loop: networks that correct a factor, and those that answer directions. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import ic0 from '../../baselines/preconditioners/ic0.ts'
import { readSubmission } from '../../benchmarks/submission.ts'
import { loadTrack } from '../../benchmarks/track.ts'
import { train } from '../../benchmarks/train.ts'
import type { Dataset } from '../../contracts.ts'
import { readParquet } from '../../io/parquet.ts'
import reached from '../../metrics/preconditioners/reached.ts'
import { testContext } from '../context.ts'
import { makeOperators, temporary } from './toy-datasets.ts'

describe('benchmarks/train on preconditioners', function () {
  this.timeout(120_000) // compilations on a loaded machine
  let [root, dataset] = ['', undefined as unknown as Dataset]
  before(async () => {
    root = await temporary()
    dataset = await makeOperators(join(root, 'data'), { train: 6, valid: 3, test: 5 }, 'preconditioners')
  })
  const run = async (
    out: string,
    model: { name: string; [param: string]: string | number },
    loss: string,
    budget: object,
  ) => {
    const request = {
      track: 'preconditioners',
      model,
      loss,
      seed: 0,
      budget: { batch: 2, ...budget },
      engine: { device: 'cpu', threads: 1 },
    }
    await train(request, { data: join(root, 'data'), out: join(root, out) }, testContext(root))
    const track = await loadTrack('preconditioners')
    const schema = track.predictions(dataset.facts)
    const read = await readParquet(join(root, out, 'predictions.parquet'), {
      columns: Object.keys(schema),
      schema,
    })
    assert.equal(track.flaw(read, dataset.facts), null)
    return { read, submission: await readSubmission(join(root, out, 'run.json')) }
  }

  it('trains a network that corrects a factor: of a rate of nothing, the steps of the factor itself', async () => {
    const { read, submission } = await run(
      'corrector',
      { name: 'precorrector', rounds: 1 },
      'high-frequency',
      { epochs: 2, rate: 1e-9 },
    )
    assert.equal(submission.method.parameters, 1170)
    const track = await loadTrack('preconditioners')
    const opened = await track.open(dataset, join(root, 'data'), track.defaults)
    const classical = await opened.fit!(ic0, {})('test')
    assert.deepEqual(read.data.iterations, classical.data.iterations)
  })

  it('trains a network that answers directions, and asks it until the residual is small', async () => {
    const model = { name: 'dcdm', channels: 4, convs: 1, deep: 1 }
    const { read, submission } = await run('directed', model, 'high-frequency', { epochs: 40, rate: 1e-2 })
    const convs = 2 * 3 * (9 * 4 * 4 + 4)
    assert.equal(submission.method.parameters, 9 * 2 * 4 + 4 + convs + 4 + 1)
    const steps = read.data.iterations as Int32Array
    const track = await loadTrack('preconditioners')
    assert.equal(read.rows, 5)
    // a network that is half trained was seen to need up to 70 steps, of the 200 that it may take
    assert.ok(
      steps.every((count) => count > 0),
      `${steps}`,
    )
    const { perRow } = reached.measure(
      read,
      await track.truth(dataset, join(root, 'data'), 'test'),
      dataset.facts,
      9,
    )
    assert.deepEqual([...perRow!], [1, 1, 1, 1, 1]) // the iterates are what they claim to be
  })
})
