/** What every file in benchmarks/tracks/ must do, on the toy dataset of its track. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { loadMeasure } from '../../benchmarks/measure.ts'
import { ranks } from '../../benchmarks/rank.ts'
import { scoreColumns } from '../../benchmarks/score.ts'
import { checkPredictions } from '../../benchmarks/submission.ts'
import { loadTrack } from '../../benchmarks/track.ts'
import type { Columns, Dataset, HostBatch, Params, Split } from '../../contracts.ts'
import { concat, misfit, take } from '../../io/columns.ts'
import { namesIn } from '../../io/lookup.ts'
import { readParquet, writeParquet } from '../../io/parquet.ts'
import { permutation } from '../../math/permutation.ts'
import { rng } from '../../math/rng.ts'
import type { HostTensor } from '../../tensor/types.ts'
import { askedOnce, makeOperators, makeRecommenders, temporary } from '../benchmarks/toy-datasets.ts'

const SEED = 12

interface Toy {
  make(folder: string): Promise<Dataset>
  budget: Params
  /** The output of a network that knows the target (skill 1), or guesses (skill 0). */
  output(batch: HostBatch, skill: number, dataset: Dataset): Record<string, HostTensor>
  best?: number // of the metric that is watched, where it is not 0 or 1
}
const toys: Record<string, Toy> = {
  operators: {
    make: (folder) => makeOperators(folder, { train: 4, valid: 2, test: 21 }),
    budget: {},
    output: ({ target }, skill) => {
      const stream = rng(SEED, 'guess')
      const data = Float32Array.from(target.data, (x) => (skill === 1 ? x : stream.normal()))
      return { x: { ...target, data } }
    },
  },
  preconditioners: {
    make: (folder) => makeOperators(folder, { train: 4, valid: 2, test: 21 }, 'preconditioners'),
    budget: { start: 'ict', fill: 24 }, // all fill there can be: the factor is exact
    best: 1,
    output: ({ input: { factor } }, skill) => {
      const stream = rng(SEED, 'guess')
      const data = Float32Array.from(factor!.data, (l) => (skill === 1 ? 0 : l * stream.normal()))
      return { correction: { ...factor!, data } }
    },
  },
  recommenders: {
    make: (folder) => makeRecommenders(folder, 21),
    budget: { length: 4 },
    output: ({ target }, skill, { facts }) => {
      // D = N and a catalog of unit vectors: a state is the logits themselves.
      const [batch, length] = target.shape as [number, number]
      const items = facts.items as number
      const stream = rng(SEED, 'guess')
      const states = Float32Array.from({ length: batch * length * items }, () => stream.uniform())
      for (const [at, item] of target.data.entries())
        if (skill === 1 && item > 0) states[at * items + item - 1] = 2
      const catalog = new Float32Array(items * items)
      for (let j = 0; j < items; j++) catalog[j * items + j] = 1
      return {
        states: { shape: [batch, length, items], dtype: 'float32', data: states },
        catalog: { shape: [items, items], dtype: 'float32', data: catalog },
      }
    },
  },
}

for (const name of namesIn('benchmarks/tracks')) {
  const toy = toys[name]
  if (toy === undefined) {
    it(`track ${name} has a toy in this file`, () => assert.fail('add one to `toys`'))
    continue
  }

  describe(`track ${name}`, () => {
    const ready = temporary().then(async (folder) => {
      const track = await loadTrack(name)
      const dataset = await toy.make(join(folder, 'data'))
      const opened = await track.open(dataset, join(folder, 'data'), { ...track.defaults, ...toy.budget })
      const truth = (split: Split) => track.truth(dataset, join(folder, 'data'), split)
      return { folder, track, dataset, opened, truth, schema: track.predictions(dataset.facts) }
    })
    const predict = async (skill: number) => {
      const { opened, dataset } = await ready
      const parts: Columns[] = []
      for await (const batch of opened.batches('test', 8)) {
        parts.push(await opened.predict(toy.output(batch, skill, dataset), batch, askedOnce))
      }
      return concat(parts)
    }

    it('gives batches of the shapes it declares, the last one padded', async () => {
      const { opened } = await ready
      const shapes = opened.shapes(8)
      const counts: number[] = []
      for await (const { rows, ids, input, target } of opened.batches('test', 8)) {
        for (const [declared, given] of [
          ...Object.entries(shapes.input).map(([name, one]) => [one, input[name]!] as const),
          [shapes.target, target] as const,
        ]) {
          assert.deepEqual([given.shape, given.dtype], [declared.shape, declared.dtype])
          assert.equal(
            given.data.length,
            declared.shape.reduce((a, b) => a * b),
          )
        }
        assert.equal(ids.length, rows)
        counts.push(rows)
      }
      assert.deepEqual(counts, [8, 8, 5])
      assert.equal(opened.rows('test'), 21)
    })

    it('names the rows of the truth, in any batch size', async () => {
      const { opened, track, truth } = await ready
      const expected = [...((await truth('test')).data[track.key] as Int32Array)]
      for (const size of [1, 4, 50]) {
        const ids: number[] = []
        for await (const batch of opened.batches('test', size)) ids.push(...batch.ids)
        assert.deepEqual(ids, expected)
      }
    })

    it('carries predictions through Parquet unchanged', async () => {
      const { folder, track, dataset, truth, schema } = await ready
      const predictions = await predict(0)
      assert.equal(misfit(predictions, schema), null)
      const path = join(folder, 'predictions.parquet')
      await writeParquet(path, schema, predictions)
      const read = await readParquet(path, { columns: Object.keys(schema), schema })
      assert.deepEqual(read, predictions)
      checkPredictions(name, read, { track, truth: await truth('test'), facts: dataset.facts })
    })

    it(`scores perfect predictions best, and ranks them first (seed ${SEED})`, async () => {
      const { track, dataset, truth } = await ready
      const measures = [await loadMeasure(name, track.watch)]
      const better = measures[0]!.metric.better
      const rows: { name: string; perRow: Float64Array }[] = []
      for (const skill of [0, 1]) {
        const shuffled = take(await predict(skill), permutation(21, rng(SEED, skill)))
        const scored = scoreColumns({ track, measures, facts: dataset.facts }, shuffled, await truth('test'))
        rows.push({ name: `${skill}`, perRow: scored.rows.columns.data[track.watch] as Float64Array })
        // A float32 prediction of a float64 solution is off by 6e-8 of it at most.
        const best = toy.best ?? (better === 'lower' ? 0 : 1)
        const gap = Math.abs(scored.scores[track.watch]!.value - best)
        assert.ok(skill === 0 ? gap > 0.1 : gap < 1e-7, `skill ${skill}: off the best by ${gap}`)
      }
      const [guess, perfect] = ranks(rows, better, rng(SEED))
      assert.deepEqual([perfect!.rank, guess!.rank], [1, 2])
    })
  })
}
