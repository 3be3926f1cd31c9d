/**
 * A step on the rows that it looks up against the step on the whole table. With plain gradient descent at rate 1 the weights
 * move by the gradient itself, so that every loss, its draws, its search and the mapping of ids are compared in one number.
 */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openBudget } from '../../benchmarks/budget.ts'
import { choose } from '../../benchmarks/choice.ts'
import { openNetwork } from '../../benchmarks/network.ts'
import { tableOf } from '../../benchmarks/rows.ts'
import { openSparseNetwork } from '../../benchmarks/sparse-network.ts'
import { train } from '../../benchmarks/train.ts'
import type { Loss, Model, Params } from '../../contracts.ts'
import { load, namesIn } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'
import { drawNoise } from '../../tensor/noise.ts'
import { memoryJournal, testContext } from '../context.ts'
import { makeRecommenders, temporary } from './toy-datasets.ts'

const SEED = 4
const ITEMS = 400
const [SIZE, LENGTH] = [2, 5]
const engine = { device: 'cpu', threads: 1 } as const
const sgd = { optimizer: 'sgd', rate: 1 }

/** Few rows for each loss, so that most of the table is out of the graph. */
const small: Params = { negatives: 6, items: 9, buckets: 3, positions: 6, tile: 3 }

async function chosenFor(name: string) {
  const { defaults } = await load<Loss>('loss', 'losses/recommenders', name)
  const own = Object.fromEntries(Object.entries(small).filter(([key]) => Object.hasOwn(defaults, key)))
  return {
    model: await choose<Model>('model', 'models/recommenders', { name: 'sasrec', dim: 8, blocks: 1 }),
    loss: await choose<Loss>('loss', 'losses/recommenders', { name, ...own }),
  }
}

async function open(name: string, kind: typeof openNetwork, budget: Params, known?: number) {
  const declared = { shape: [SIZE, LENGTH], dtype: 'int32' as const }
  const batch = {
    facts: { items: ITEMS, length: LENGTH },
    shapes: {
      input: { history: declared },
      target: declared,
      ...(known !== undefined && { known: { shape: [known], dtype: 'int32' as const } }),
    },
  }
  const opened = openBudget('recommenders', {}, budget).budget
  return kind(await chosenFor(name), batch, opened, engine, (weight) => rng(SEED, weight))
}

/** Rows of the batch far apart; a user of one pair, left-padded. With `known`, 6 places hold something, and what is left of them names one that does not. */
function feedsAt(step: number, known?: number) {
  const stream = rng(SEED, 'feeds', step)
  const draw = () => {
    const data = Int32Array.from({ length: SIZE * LENGTH }, () => 1 + stream.integer(ITEMS))
    data.fill(0, LENGTH, 2 * LENGTH - 1)
    return { shape: [SIZE, LENGTH], dtype: 'int32' as const, data }
  }
  const ids = { history: draw(), target: draw() }
  if (known === undefined) return ids
  const places = Int32Array.from({ length: known }, (_, i) =>
    i < LENGTH ? i : i === LENGTH ? SIZE * LENGTH - 1 : LENGTH,
  )
  return { ...ids, known: { shape: [known], dtype: 'int32' as const, data: places } }
}

describe(`benchmarks/sparse-network (seed ${SEED})`, () => {
  const losses = namesIn('losses/recommenders').filter((name) => !['ce', 'cce', 'rece'].includes(name))

  it('knows the table of a model, and that there must be one', async () => {
    const tableIn = (weights: Record<string, (items: number) => number[]>) => {
      const build: Model['build'] = (_, { items }, init) => {
        for (const [name, shape] of Object.entries(weights)) init.weight(name, shape(items as number))
        return () => ({})
      }
      return tableOf({ name: 'm', params: {}, entry: { about: '', defaults: {}, build } }, { items: 9 })
    }
    assert.equal(tableIn({ body: () => [3, 2], items: (n) => [n, 4] }), 'items')
    assert.equal(tableIn({ body: () => [3, 2] }), null)
    assert.equal(tableIn({ items: (n) => [n, 4], bias: (n) => [n] }), null)
    assert.equal(tableIn({ items: (n) => [n + 1, 4] }), null) // a row that is no item
  })

  it('has every loss that looks up part of a catalog', async () => {
    for (const name of namesIn('losses/recommenders')) {
      const { loss } = await chosenFor(name)
      assert.equal(loss.entry.lookups !== undefined, losses.includes(name), name)
    }
  })

  for (const [name, known] of losses.flatMap((name) => [[name] as const, [name, 8] as const]))
    it(`has the loss and the gradient of the whole table: ${name}${known ? ', at named places' : ''}`, async () => {
      const dense = await open(name, openNetwork, sgd, known)
      const sparse = await open(name, openSparseNetwork, sgd, known)
      assert.equal(sparse.parameters, dense.parameters)
      assert.deepEqual(
        sparse.step.noise.map(({ name, shape, law }) => [name, shape, law]),
        dense.step.noise.map(({ name, shape, law }) => [name, shape, law]),
      )
      const start = await dense.step.weights()
      for (let t = 0; t < 2; t++) {
        const noise = Object.fromEntries(
          dense.step.noise.map(({ name, shape, law }) => [name, drawNoise(shape, law, rng(SEED, name, t))]),
        )
        const wanted = await dense.step.run(feedsAt(t, known), noise, 1)
        const found = await sparse.step.run(feedsAt(t, known), noise, 1)
        assert.ok(Math.abs(found - wanted) <= 1e-5 * Math.abs(wanted), `step ${t}: ${found} and ${wanted}`)
      }
      const [one, other] = [await sparse.step.weights(), await dense.step.weights()]
      for (const [weight, { data }] of other) {
        const moves = data.map((x, i) => x - start.get(weight)!.data[i]!)
        const size = Math.max(...moves.map(Math.abs))
        // float32 sums in another order, twice; weights are of order one
        for (const [i, x] of data.entries())
          assert.ok(Math.abs(one.get(weight)!.data[i]! - x) <= 1e-5 * size + 1e-6, `${weight} ${i}`)
      }
      const input = { history: feedsAt(9).history }
      const [here, there] = [await sparse.forward.run(input, one), await dense.forward.run(input, one)]
      assert.deepEqual(here.catalog!.data, there.catalog!.data)
      for (const [i, x] of there.states!.data.entries())
        assert.ok(Math.abs(here.states!.data[i]! - x) < 1e-5, `state ${i}`) // layer-normalized: of order one
      await sparse.dispose()
      await dense.dispose()
    })
})

describe('benchmarks/train on rows', () => {
  const ready = temporary().then(async (root) => {
    await makeRecommenders(join(root, 'walks'))
    return root
  })
  const requestOf = (loss: string, budget: Params) => ({
    track: 'recommenders',
    model: { name: 'sasrec', dim: 8, blocks: 1, dropout: 0.2 },
    loss: loss === 'sce' ? { name: 'sce', items: 4 } : loss,
    seed: 3,
    engine: { device: 'cpu' },
    budget: { epochs: 30, batch: 10, length: 4, rate: 0.05, ...budget },
  })
  const runOf = async (loss: string, budget: Params, name: string, more: object = {}) => {
    const root = await ready
    const places = { data: join(root, 'walks'), out: join(root, name) }
    const facts = await train(requestOf(loss, budget), places, testContext(root, more))
    const text = (file: string) => readFile(join(places.out, file))
    const run = JSON.parse(String(await text('run.json')))
    return {
      facts,
      rows: run.method.params.budget.rows,
      weights: await text('weights.safetensors'),
      history: await text('history.csv'),
    }
  }

  it('learns: the next item of a walk is in no doubt', async () => {
    const { facts, rows } = await runOf('sce', { rows: 'sparse', length: 8 }, 'sparse') // half of the places are empty
    assert.equal(rows, 'sparse')
    assert.ok((facts.valid as number) > 0.9, `ndcg@10 ${facts.valid}`) // chance: 0.3 of 12 items
  })

  it('is dense below the threshold, and says so', async () => {
    assert.equal((await runOf('sce', { epochs: 1 }, 'auto')).rows, 'dense')
  })

  it('goes on after a stop to the same bytes', async () => {
    const budget = { epochs: 4, rows: 'sparse', checkpoint: 1e4 }
    const whole = await runOf('sce', budget, 'whole')
    const journal = memoryJournal()
    for (const at of [3, 6]) {
      const abort = new AbortController()
      const progress = (done: number) => done === at && abort.abort(new Error('stopped'))
      await assert.rejects(
        runOf('sce', budget, 'stopped', { journal, progress, signal: abort.signal }),
        /stopped/,
      )
    }
    const resumed = await runOf('sce', budget, 'stopped', { journal })
    assert.deepEqual(String(resumed.history), String(whole.history))
    assert.ok(resumed.weights.equals(whole.weights))
  })

  it('refuses what it cannot do in one sentence', async () => {
    const refused = (loss: string, budget: Params, message: RegExp) =>
      assert.rejects(runOf(loss, { epochs: 1, ...budget }, 'refused'), { name: 'UserError', message })
    await refused(
      'ce',
      { rows: 'sparse' },
      /rows 'sparse' does not go with loss ce, which needs the whole catalog/,
    )
    await refused('sce', { rows: 'sparse', ema: 0.9 }, /does not go with ema/)
    await refused('sce', { rows: 'sparse', optimizer: 'muon' }, /number by number: adam, adamw, lion or sgd/)
    await refused('sce', { rows: 'sparce' }, /rows must be one of auto, dense, sparse.*Did you mean 'sparse'/)
  })
})
