import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openApproximateLists, RECALL, recallWords, searchOf } from '../../benchmarks/approximate-lists.ts'
import { fit as fitBaseline } from '../../benchmarks/fit.ts'
import { LIST, openProductLists } from '../../benchmarks/lists.ts'
import { reproduce } from '../../benchmarks/reproduce.ts'
import { score } from '../../benchmarks/score.ts'
import { readSubmission } from '../../benchmarks/submission.ts'
import { train } from '../../benchmarks/train.ts'
import type { Params, Submission } from '../../contracts.ts'
import { HNSW, importHnsw, type OpenIndex } from '../../io/hnsw.ts'
import { readParquet } from '../../io/parquet.ts'
import { rng } from '../../math/rng.ts'
import type { HostTensor } from '../../tensor/types.ts'
import { testContext } from '../context.ts'
import { isInstalled } from '../installed.ts'
import { ITEMS, makeRecommenders, temporary } from './toy-datasets.ts'

const seed = 29

/** An index that misses nothing but the labels it is told to. */
const exactIndex =
  (blind: readonly number[] = [], counts: number[] = []): OpenIndex =>
  () => {
    const vectors: Float32Array[] = []
    return {
      add: (vector) => vectors.push(vector),
      nearest(query, count) {
        counts.push(count)
        const products = vectors.map((one) => one.reduce((sum, x, d) => sum + x * query[d]!, 0))
        return [...products.keys()]
          .filter((label) => !blind.includes(label))
          .sort((a, b) => products[b]! - products[a]!)
          .slice(0, count)
      },
    }
  }

/** Users of several batches with histories of many lengths, with and without repeats. */
function world(users: number, items: number, longest: number) {
  const stream = rng(seed, 'world', users, items)
  const normal = () => stream.normal()
  const [length, width] = [3, 5]
  const states = tensor([users, length, width], normal)
  const catalog = tensor([items, width], normal)
  const histories = Array.from({ length: users }, (_, u) =>
    Int32Array.from({ length: Math.round((u * longest) / users) }, () => 1 + stream.integer(items)),
  )
  const ids = Int32Array.from({ length: users }, (_, u) => 100 + u)
  const popularity = Float64Array.from({ length: items + 1 }, () => stream.integer(4))
  return { ids, histories, popularity, output: { states, catalog } }
}

describe('benchmarks/approximate-lists', () => {
  it(`lists what the exact product lists where the index misses nothing (seed ${seed})`, async () => {
    for (const [items, longest] of [
      [300, 90],
      [60, 200], // catalogs that cannot fill every list
      [7, 30],
    ] as const) {
      const { ids, histories, popularity, output } = world(40, items, longest)
      const counts: number[] = []
      const lists = openApproximateLists(exactIndex([], counts), { popularity, rows: 40 })
      const exact = openProductLists(popularity)(ids, histories, output)
      assert.deepEqual(await lists.predict(ids, histories, output), exact)
      assert.equal(lists.facts()[RECALL], 1)
      const asked = histories.map((history) => Math.min(items, LIST + new Set(history).size))
      assert.deepEqual(counts, asked, 'enough neighbors that 50 are left without the history')
    }
  })

  it('says how much of the exact lists it found, by hand', async () => {
    // one number a vector, largest first: item i + 1 has the value 100 − i, and the index is blind to items 1, 2 and 60
    const catalog = tensor([100, 1], (i) => 100 - i)
    const output = { states: tensor([3, 1, 1], () => 1), catalog }
    const histories = [new Int32Array(0), Int32Array.of(1), Int32Array.from({ length: 20 }, (_, i) => i + 1)]
    const lists = openApproximateLists(exactIndex([0, 1, 59]), {
      popularity: new Float64Array(101),
      rows: 3,
    })
    const { data } = await lists.predict(Int32Array.of(7, 8, 9), histories, output)
    const list = (r: number) => (data.items as Int32Array).subarray(r * LIST, (r + 1) * LIST)
    assert.deepEqual([...list(0)].slice(0, 3), [3, 4, 5])
    assert.equal(list(0)[LIST - 1], 52)
    // exact: 1 … 50, 2 … 51 and 21 … 70, of which 2, 1 and 1 are never found
    assert.deepEqual(
      [lists.facts()[RECALL], lists.facts().users],
      [((50 - 2) / 50 + (50 - 1) / 50 + (50 - 1) / 50) / 3, 3],
    )
    for (const [r, history] of histories.entries())
      assert.ok(
        list(r).every((item) => item === 0 || !history.includes(item)),
        `history of user ${r}`,
      )
  })

  it('checks one user in so many, whatever the batches, and makes one index', async () => {
    const { ids, histories, popularity, output } = world(25, 80, 10)
    let opened = 0
    const open: OpenIndex = (...of) => {
      opened++
      return exactIndex()(...of)
    }
    const facts: Params[] = []
    for (const size of [25, 4]) {
      const lists = openApproximateLists(open, { popularity, rows: 25, most: 10 })
      for (let from = 0; from < 25; from += size) {
        const to = Math.min(25, from + size)
        const states = rowsOf(output.states, from, to)
        await lists.predict(ids.subarray(from, to), histories.slice(from, to), { ...output, states })
      }
      facts.push(lists.facts())
    }
    assert.equal(opened, 2)
    assert.deepEqual(
      facts.map(({ users }) => users),
      [9, 9], // every third of 25
    )
  })

  it('knows no recall where nobody can be recommended anything, and stops when asked to', async () => {
    const output = { states: tensor([1, 1, 1], () => 1), catalog: tensor([2, 1], () => 1) }
    const popularity = new Float64Array(3)
    const lists = openApproximateLists(exactIndex(), { popularity, rows: 1 })
    await lists.predict(Int32Array.of(1), [Int32Array.of(1, 2)], output)
    assert.deepEqual([lists.facts()[RECALL], lists.facts().users], [null, 0])
    assert.equal(recallWords(lists.facts()), 'recall@50 unknown')
    const aborted = openApproximateLists(exactIndex(), { popularity, rows: 1 }, AbortSignal.abort())
    await assert.rejects(aborted.predict(Int32Array.of(1), [Int32Array.of(1)], output), /abort/)
  })

  it('knows a run by its budget alone', () => {
    const run = (params: Params) => ({ method: { params } }) as Submission
    assert.equal(searchOf(run({})), null)
    assert.equal(searchOf(run({ budget: { search: 'exact' }, search: { [RECALL]: 1 } })), null)
    assert.deepEqual(searchOf(run({ budget: { search: 'approximate' } })), {})
  })

  it(`recalls 0.95 with the package, where it is installed, and else says what to install (seed ${seed})`, async () => {
    if (!(await isInstalled(HNSW)))
      return assert.rejects(importHnsw(), /npm install hnswlib-node@3\.0\.0 adds it$/)
    const { ids, histories, popularity, output } = world(60, 3000, 400)
    const lists = openApproximateLists(await importHnsw(), { popularity, rows: 60 })
    const { data } = await lists.predict(ids, histories, output)
    for (let r = 0; r < 60; r++) {
      const list = (data.items as Int32Array).subarray(r * LIST, (r + 1) * LIST)
      assert.ok(new Set(list).size === LIST && histories[r]!.every((item) => !list.includes(item)))
    }
    // ef is 200 or twice what is asked for; recall at such settings is above 0.99 on vectors of 5 numbers
    assert.ok((lists.facts()[RECALL] as number) >= 0.95, recallWords(lists.facts()))
  })
})

describe('a run with search: approximate', () => {
  const run = async (search: string) => {
    const root = await temporary()
    const [data, out] = [join(root, 'walks'), join(root, 'run')]
    await makeRecommenders(data)
    const request = {
      track: 'recommenders',
      model: { name: 'sasrec', dim: 8, blocks: 1 },
      loss: 'ce',
      seed: 0,
      budget: { epochs: 1, batch: 8, length: 8, search },
      engine: { device: 'cpu', threads: 1 },
    }
    const facts = await train(request, { data, out }, testContext(root))
    return { root, data, out, facts }
  }

  it('is known by its run.json, prints its recall, and fails before training without the package', async () => {
    if (!(await isInstalled(HNSW)))
      return assert.rejects(run('approximate'), /UserError: .*npm install hnswlib-node@3\.0\.0 adds it$/)
    const { root, data, out, facts } = await run('approximate')
    assert.deepEqual(Object.keys(facts).slice(0, 2), ['status', RECALL])
    assert.equal(facts[RECALL], 1) // 12 items: the index visits them all
    const submission = await readSubmission(join(out, 'run.json'))
    assert.match(submission.about, /lists by approximate search \(recall@50 1 over 20 users\)$/)
    assert.equal(searchOf(submission)![RECALL], 1)
    const scored = join(root, 'scored')
    const printed = await score(
      { track: 'recommenders', metrics: ['ndcg@10', 'mrr@10'] },
      { run: out, data, out: testContext(root).out(scored) },
    )
    assert.deepEqual(Object.keys(printed), ['ndcg@10', RECALL, 'mrr@10'])
    const again = await reproduce({ run: out, data }) // export asks this of every network
    assert.deepEqual([again.isSame, again.rows], [true, 20])
    const exact = await run('exact')
    const lists = await Promise.all(
      [out, exact.out].map((at) => readParquet(join(at, 'predictions.parquet'))),
    )
    assert.deepEqual(lists[0], lists[1], `${ITEMS} items fit into the search whole`)
  })

  it('is what nobody gets who does not ask', async () => {
    const { out, facts } = await run('exact')
    assert.ok(!(RECALL in facts))
    assert.ok(!(await readFile(join(out, 'run.json'), 'utf8')).includes('recall'))
  })

  it('does not reach a fitted method, which has scores and no vectors', async () => {
    const root = await temporary()
    const data = join(root, 'walks')
    await makeRecommenders(data)
    const predictions = async (search: string) => {
      const request = { track: 'recommenders', baseline: 'markov', budget: { search } }
      const out = testContext(root).out(search)
      await fitBaseline(request, { data, out }, testContext(root))
      assert.equal(searchOf(await readSubmission(join(out, 'run.json'))), null)
      return readParquet(join(out, 'predictions.parquet'))
    }
    assert.deepEqual(await predictions('approximate'), await predictions('exact'))
  })

  it('takes two words', async () => {
    await assert.rejects(run('aproximate'), /search must be one of exact, approximate .* Did you mean/)
  })
})

function tensor(shape: readonly number[], value: (i: number) => number): HostTensor {
  const length = shape.reduce((a, b) => a * b)
  return { shape, dtype: 'float32', data: Float32Array.from({ length }, (_, i) => value(i)) }
}

function rowsOf({ shape, data }: HostTensor, from: number, to: number): HostTensor {
  const each = data.length / shape[0]!
  return {
    shape: [to - from, ...shape.slice(1)],
    dtype: 'float32',
    data: (data as Float32Array).slice(from * each, to * each),
  }
}
