/** What the operators track asks of the training loop: outputs beside x, and the reading as published. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSubmission } from '../../benchmarks/submission.ts'
import { train } from '../../benchmarks/train.ts'
import { UserError } from '../../io/errors.ts'
import { readParquet } from '../../io/parquet.ts'
import { testContext } from '../context.ts'
import { GRID, makeOperators, temporary } from './toy-datasets.ts'

describe('benchmarks/train on operators', function () {
  this.timeout(120_000) // three compilations on a loaded machine
  const ready = temporary().then(async (root) => {
    await makeOperators(join(root, 'fields'))
    return root
  })
  const run = async (out: string, loss: string, budget = {}) => {
    const root = await ready
    const request = {
      track: 'operators',
      model: { name: 'fno', width: 4, layers: 1, modes: 2 },
      loss,
      seed: 0,
      budget: { epochs: 2, batch: 5, ...budget },
      engine: { device: 'cpu', threads: 1 },
    }
    await train(request, { data: join(root, 'fields'), out: join(root, out) }, testContext(root))
    return readSubmission(join(root, out, 'run.json'))
  }

  it('gives a loss the channels it asks for, and keeps them out of the predictions', async () => {
    const plain = await run('plain', 'l2')
    const bounded = await run('bounded', 'majorant')
    // the last layer has 8 inputs (twice the width) and a bias: four outputs more are 4 × 9 weights
    assert.equal(bounded.method.parameters - plain.method.parameters, 4 * 9)
    const channelsOf = ({ method }: typeof plain) => (method.params.facts as { channels: object }).channels
    assert.deepEqual([channelsOf(plain), channelsOf(bounded)], [{}, { flux: 4 }])
    const { data, rows } = await readParquet(join(await ready, 'bounded', 'predictions.parquet'))
    assert.deepEqual(Object.keys(data).sort(), ['row', 'x'])
    assert.equal((data.x as Float32Array).length, rows * GRID * GRID)
  })

  for (const [model, words] of [
    [{ name: 'scot', dim: 16, heads: 3 }, 'model scot cannot be built with dim = 16, heads = 3: '],
    [{ name: 'fno', width: -4 }, 'model fno cannot be built with width = -4: '],
    [{ name: 'mg-tfno', width: 7 }, 'model mg-tfno cannot be built with width = 7: '],
  ] as const)
    it(`calls params that do not fit together the mistake they are: ${JSON.stringify(model)}`, async () => {
      const root = await ready
      const [loss, engine] = ['l2', { device: 'cpu', threads: 1 }]
      const request = { track: 'operators', model, loss, seed: 0, budget: { epochs: 1, batch: 5 }, engine }
      const places = { data: join(root, 'fields'), out: join(root, 'never') }
      await assert.rejects(train(request, places, testContext(root)), (error: Error) => {
        assert.ok(error instanceof UserError, String(error))
        assert.ok(error.message.startsWith(words), error.message)
        return true
      })
    })

  it('reads as published when asked, and says so', async () => {
    const published = await run('published', 'l2', { reading: 'as-published' })
    assert.equal((published.method.params.budget as { reading: string }).reading, 'as-published')
    const files = ['plain', 'published'].map(async (out) =>
      readFile(join(await ready, out, 'predictions.parquet')),
    )
    const [right, turned] = await Promise.all(files)
    assert.notDeepEqual(right, turned)
  })
})
