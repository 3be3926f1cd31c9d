import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import markov from '../../baselines/recommenders/markov.ts'
import popularity from '../../baselines/recommenders/popularity.ts'
import { readAbsent } from '../../benchmarks/absent.ts'
import { aboutOf, ask, oracle } from '../../benchmarks/oracle.ts'
import { readSubmission } from '../../benchmarks/submission.ts'
import { topItems } from '../../benchmarks/top-items.ts'
import recommenders from '../../benchmarks/tracks/recommenders.ts'
import type { Columns, Dataset, Params, Ranker } from '../../contracts.ts'
import type { Law } from '../../generators/interactions/made.ts'
import type { Market } from '../../generators/interactions/market.ts'
import { nextItem, type World, walk } from '../../generators/interactions/walk.ts'
import { UserError } from '../../io/errors.ts'
import { readManifest, writeManifest } from '../../io/manifest.ts'
import { readParquet } from '../../io/parquet.ts'
import { rng } from '../../math/rng.ts'
import { mean, standardError } from '../../math/statistics.ts'
import hitRate from '../../metrics/recommenders/hit-rate.ts'
import ndcg from '../../metrics/recommenders/ndcg.ts'
import interactions from '../../pipelines/stages/interactions.ts'
import score from '../../pipelines/stages/score.ts'
import split from '../../pipelines/stages/split.ts'
import { testContext } from '../context.ts'

const ctx = testContext('unused')

/** 1 → 2 → 3 → 1 with probability ½, else any of the three; what was had is drawn again. */
function chain(length: number): Law {
  const sums = Float64Array.of(0, 1, 2, 3)
  const successors = Int32Array.of(1, 2, 0)
  const market: Market = {
    ...{ items: 3, start: Int32Array.of(0, 3), clusterOf: new Int32Array(3) },
    ...{ sharp: sums, soft: sums, light: new Map(), successors },
  }
  const shares = { sequence: 0.5, interest: 0, popular: 0, noise: 0.5, anchor: 0, repeats: 0 }
  const world: World = { market, seasons: null, shares }
  const taste = { clusters: [0, 0, 0], cuts: [0.3, 0.6], start: null } as const
  const sequence = (row: number) => walk(world, taste, length, rng(7, 'chain', row))
  return {
    items: 3,
    sequence,
    next: (row, place, out) => nextItem(world, taste, sequence(row).subarray(0, place), out),
  }
}

/** All of a law's rows, the last item of each held out. */
function heldOut(law: Law, users: number) {
  const sequences = Array.from({ length: users }, (_, row) => law.sequence(row))
  return {
    users: Int32Array.from(sequences.keys()),
    histories: sequences.map((items) => items.slice(0, -1)),
    targets: Int32Array.from(sequences, (items) => items.at(-1)!),
    fromFirst: false,
    rowOf: (user: number) => user,
    made: Int32Array.of(0, 1, 2, 3),
    popularity: new Float64Array(4),
  }
}

describe('benchmarks/oracle: a chain of three items (seed 7)', () => {
  const law = chain(2)
  const rows = heldOut(law, 3000)
  const { predictions, best } = ask(law, rows, 'chain', ctx)
  const truth: Columns = { rows: rows.users.length, data: { target: rows.targets } }
  const scored = (lists: Columns) => ndcg.measure(lists, truth, {}, 10).perRow!

  it('expects what a person computes', () => {
    // after an item: its successor with ½ + ⅙ and the other with ⅙, of ⅚: 4/5 and 1/5. 0.8 + 0.2 / log2 3 = 0.926186
    for (const value of best.data['ndcg@10'] as Float64Array) assert.ok(Math.abs(value - 0.926186) < 1e-6)
    for (const value of best.data['hit-rate@10'] as Float64Array) assert.ok(Math.abs(value - 1) < 1e-14)
    const first = (predictions.data.items as Int32Array).subarray(0, 3)
    const [after] = rows.histories[0]!
    assert.deepEqual([...first], [(after! % 3) + 1, ((after! + 1) % 3) + 1, 0])
  })

  it('gets on draws what it expects, 4 standard errors', () => {
    const got = scored(predictions)
    assert.ok(Math.abs(mean(got) - 0.926186) < 4 * standardError(got), `${mean(got)}`)
  })

  it('is not beaten by methods that see the same history, but for luck', () => {
    const train = { items: 3, sequences: Array.from({ length: 3000 }, (_, n) => law.sequence(9000 + n)) }
    const got = scored(predictions)
    for (const method of [markov, popularity] as Ranker[]) {
      const rank = method.fit(train, method.defaults)
      const scores = new Float64Array(4)
      const items = new Int32Array(rows.users.length * 50)
      rows.histories.forEach((history, r) => {
        rank(history, scores)
        items.set(topItems(scores, history, rows.popularity, 50), r * 50)
      })
      const other = scored({ rows: rows.users.length, data: { items } })
      const ahead = Float64Array.from(got, (value, r) => value - other[r]!)
      // a method that has learned the chain is the oracle: the difference may be 0 in every row
      assert.ok(mean(ahead) >= -3 * (standardError(ahead) || 0), `${method.about}: ${mean(ahead)}`)
    }
  })
})

describe('benchmarks/oracle: a user who repeats himself', () => {
  const asked = (history: number[], target: number, fromFirst: boolean) => {
    const places: number[] = []
    const next: Law['next'] = (_row, place, out) => {
      places.push(place)
      out.fill(0.5, 1)
    }
    const law: Law = { items: 2, sequence: () => Int32Array.of(1, 2, 1, 2, 1), next }
    const rows = { users: Int32Array.of(4), histories: [Int32Array.from(history)], fromFirst }
    const numbers = { made: Int32Array.of(0, 1, 2), popularity: new Float64Array(3), rowOf: () => 0 }
    ask(law, { ...rows, ...numbers, targets: Int32Array.of(target) }, 'again', ctx)
    return places
  }

  it('is asked at the place of the target, and not where the same items come again', () => {
    assert.deepEqual(asked([1, 2], 1, true), [2]) // a window that ends after three events
    assert.deepEqual(asked([1, 2], 1, false), [4]) // a window that holds the last three
  })

  it('is not asked about events that the generator does not make', () => {
    const unknown = { name: 'UserError', message: /^again: user 4 has not the events/ }
    assert.throws(() => asked([1, 2], 2, true), unknown)
    assert.throws(() => asked([2, 2], 1, false), unknown)
    assert.throws(() => asked([1, 2, 1, 2, 1, 2], 1, false), unknown)
  })
})

describe('benchmarks/oracle: on datasets', () => {
  const root = mkdtempSync(join(tmpdir(), 'oracle-'))
  const at = () => testContext(root, { seed: 12 }) // a journal of its own for every stage
  after(() => rmSync(root, { recursive: true }))
  const make = async (name: string, source: string, size: Params | null, params: Params) => {
    const log = {
      id: 'i',
      run: 'interactions',
      deps: [],
      outs: [`interactions/${name}`],
      device: 'cpu' as const,
    }
    await interactions({ ...log, params: { source, size } }, at())
    const data = `datasets/recommenders/${name}`
    await split({ ...log, run: 'split', deps: log.outs, outs: [data], params }, at())
    return join(root, data)
  }
  const asked = { track: 'recommenders', generators: ['zipf'] }
  const run = (data: string, out: string) => oracle(asked, { data, out: at().out(out) }, at())

  for (const strategy of ['leave-one-out', 'temporal', 'rolling-1']) {
    it(`finds the generator's items again behind filter and numbers: ${strategy} (seed 12)`, async function () {
      this.timeout(60_000)
      const size = { users: 700, items: 120, repeats: 0.05, anchor: 0.4, drift: 0.5, window: 0.4 }
      const core = { items: 30, users: 4, iterate: true }
      const data = await make(strategy, 'zipf', size, { strategy, quantile: 0.6, cuts: [0.6, 0.9], core })
      assert.equal((await run(data, `runs/${strategy}`)).status, 'known')
      const dataset = await readManifest(data)
      assert.ok((dataset.facts.items as number) < 120)
      const truth = await recommenders.truth(dataset, data, 'test')
      const lists = await readParquet(join(root, `runs/${strategy}/predictions.parquet`))
      const best = await readParquet(join(root, `runs/${strategy}/best.parquet`))
      for (const [name, metric] of Object.entries({ 'ndcg@10': ndcg, 'hit-rate@10': hitRate })) {
        const got = metric.measure(lists, truth, {}, 10).perRow!
        // wrong items would get the score of a random list, 0.04; the core's own knowledge is far below the noise here
        const expected = mean(best.data[name] as Float64Array)
        assert.ok(Math.abs(mean(got) - expected) < 4 * standardError(got), `${name} ${mean(got)} ${expected}`)
        assert.ok(expected > 0.1)
      }
      const opened = await recommenders.open(dataset, data, { length: 8 })
      const mine = ndcg.measure(lists, truth, {}, 10).perRow!
      for (const method of [markov, popularity] as Ranker[]) {
        const other = ndcg.measure(await opened.fit!(method, {})('test'), truth, {}, 10).perRow!
        const ahead = Float64Array.from(mine, (value, r) => value - other[r]!)
        assert.ok(mean(ahead) > -3 * standardError(ahead), `${method.about}: ${mean(ahead)}`)
      }
      const { about, method } = await readSubmission(join(root, `runs/${strategy}/run.json`))
      assert.match(about, /Expectation on these rows, that left aside: NDCG@10 0\.\d{4}, HR@10 0\.\d{4}$/)
      assert.deepEqual(method.params, { bound: true })
    })
  }

  it('says that it is exact where it is, and no more where a filter has looked at the targets', () => {
    const said = (core: Params | null, duplicates: number) => {
      const dataset = { params: { core }, facts: { removed: { duplicates } } } as unknown as Dataset
      return aboutOf(dataset, (name) => (name === 'ndcg@10' ? 0.2 : 0.33333))
    }
    const exact = /exceeds in expectation\. Exact expectation on these rows: NDCG@10 0\.2000, HR@10 0\.3333$/
    const core = { items: 5, users: 5, iterate: true }
    assert.match(said(null, 0), exact)
    assert.match(said(core, 0), /exceeds in expectation, but for what the core may tell of the targets: /)
    assert.match(said(null, 3), /but for what the removal of duplicates may tell of the targets: /)
    for (const about of [said(core, 0), said(null, 3), said(core, 3)]) {
      assert.match(about, /Expectation on these rows, that left aside: NDCG@10 0\.2000, HR@10 0\.3333$/)
      assert.doesNotMatch(about, /[Ee]xact/)
    }
  })

  it('is absent on a real log, without an error, and so are its scores', async () => {
    const lines = Array.from({ length: 60 }, (_, n) => `u${n % 12},i${(n * 7) % 5},${n}\n`)
    writeFileSync(join(root, 'log.csv'), lines.join(''))
    const data = await make('real', join(root, 'log.csv'), null, { strategy: 'leave-one-out' })
    assert.equal((await run(data, 'runs/real')).status, 'absent')
    const because = 'the log is not made: nobody knows its law'
    assert.deepEqual(await readAbsent(join(root, 'runs/real')), { model: 'oracle', because })
    const stage = {
      id: 's',
      run: 'score',
      device: 'cpu' as const,
      deps: ['runs/real', data],
      outs: ['scores/real'],
    }
    const params = { track: 'recommenders', metrics: ['ndcg@10'] }
    assert.deepEqual(await score({ ...stage, params }, at()), { status: 'absent' })
    assert.deepEqual(await readAbsent(join(root, 'scores/real')), { model: 'oracle', because })
  })

  it('refuses a log that its generator would not make', async () => {
    const data = await make('other', 'zipf', { users: 40, items: 30 }, { strategy: 'leave-one-out' })
    const dataset = await readManifest(data)
    await writeManifest(data, { ...dataset, params: { ...dataset.params, seed: 13 } })
    await assert.rejects(
      run(data, 'runs/other'),
      (error) => error instanceof UserError && /: user \d+ has not the events/.test(error.message),
    )
  })
})
