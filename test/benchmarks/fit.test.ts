import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fit as fitOn } from '../../benchmarks/fit.ts'
import { LIST } from '../../benchmarks/lists.ts'
import { readSubmission } from '../../benchmarks/submission.ts'
import { readParquet } from '../../io/parquet.ts'
import { testContext } from '../context.ts'
import { ITEMS, makeOperators, makeRecommenders, temporary } from './toy-datasets.ts'

describe('benchmarks/fit', () => {
  const ready = temporary().then(async (root) => {
    await makeRecommenders(join(root, 'walks'))
    return root
  })
  const run = async (baseline: string, out: string) => {
    const root = await ready
    const request = { track: 'recommenders', baseline, budget: { epochs: 9, length: 4 } }
    return fitOn(request, { data: join(root, 'walks'), out: join(root, out) }, testContext(root))
  }

  it('leaves the folder of a run without weights', async () => {
    const facts = await run('popularity', 'popularity')
    assert.deepEqual(facts, { status: 'fitted', rows: 20 })
    const out = join(await ready, 'popularity')
    assert.deepEqual((await readdir(out)).sort(), ['cost.json', 'predictions.parquet', 'run.json'])
    const { method } = await readSubmission(join(out, 'run.json'))
    const expected = { model: 'popularity', loss: 'none', params: { model: {} }, seed: 0, parameters: 0 }
    assert.deepEqual(method, expected)
  })

  it('knows where a walk goes on, once it has been fitted on walks', async () => {
    await run('markov', 'markov')
    const { data } = await readParquet(join(await ready, 'markov', 'predictions.parquet'))
    const [users, items] = [data.user as Int32Array, data.items as Int32Array]
    for (const [r, user] of users.entries()) {
      // User u starts at u + 1 and is asked after 4 + u % 4 items (u counts from 0): item (u + 4 + u % 4) mod 12, plus 1.
      const u = user - 1
      assert.equal(items[r * LIST], ((u + 4 + (u % 4)) % ITEMS) + 1, `user ${user}`)
    }
  })

  it('repeats itself to the byte', async () => {
    await run('markov', 'first')
    await run('markov', 'second')
    for (const name of ['predictions.parquet', 'run.json']) {
      const [a, b] = await Promise.all(
        ['first', 'second'].map(async (out) => readFile(join(await ready, out, name))),
      )
      assert.deepEqual(a, b, name)
    }
  })

  it('fits what predicts fields as well, to the same bytes twice', async () => {
    const root = await ready
    await makeOperators(join(root, 'fields'))
    for (const baseline of ['zero', 'coarse-solve']) {
      const files = ['a', 'b'].map(async (at) => {
        const out = join(root, `${baseline}-${at}`)
        const request = { track: 'operators', baseline, budget: { epochs: 9 } }
        const facts = await fitOn(request, { data: join(root, 'fields'), out }, testContext(root))
        assert.deepEqual(facts, { status: 'fitted', rows: 5 })
        return readFile(join(out, 'predictions.parquet'))
      })
      const [first, second] = await Promise.all(files)
      assert.deepEqual(first, second)
    }
    const { data } = await readParquet(join(root, 'zero-a', 'predictions.parquet'))
    assert.ok((data.x as Float32Array).every((value) => value === 0))
  })

  it('says what it cannot do', async () => {
    await assert.rejects(
      run('popularty', 'x'),
      /baseline 'popularty' not found in .*Did you mean 'popularity'\?/,
    )
    const root = await ready
    await makeOperators(join(root, 'fields'))
    const request = { track: 'recommenders', baseline: 'popularity', budget: {} }
    const folders = { data: join(root, 'fields'), out: join(root, 'x') }
    await assert.rejects(
      fitOn(request, folders, testContext(root)),
      /toy-fields: is a dataset of the track operators/,
    )
    await assert.rejects(
      fitOn(
        { ...request, budget: { lenght: 3 } },
        { ...folders, data: join(root, 'walks') },
        testContext(root),
      ),
      /unknown param 'lenght' .*Did you mean 'length'\?/,
    )
  })
})
