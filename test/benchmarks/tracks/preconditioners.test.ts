import assert from 'node:assert/strict'
import { join } from 'node:path'
import { loadMeasure } from '../../../benchmarks/measure.ts'
import { published } from '../../../benchmarks/solved-rows.ts'
import track from '../../../benchmarks/tracks/preconditioners.ts'
import type { Columns, Dataset, HostBatch, Opened, Preconditioning } from '../../../contracts.ts'
import { load } from '../../../io/lookup.ts'
import { rng } from '../../../math/rng.ts'
import type { HostTensor } from '../../../tensor/types.ts'
import { fivePoint } from '../../contracts/dense.ts'
import { askedOnce, GRID, makeOperators, temporary } from '../toy-datasets.ts'

const NODES = GRID * GRID

describe('track preconditioners', () => {
  let folder = ''
  let dataset: Dataset
  before(async () => {
    folder = join(await temporary(), 'data')
    dataset = await makeOperators(folder, { train: 4, valid: 2, test: 5 }, 'preconditioners')
  })
  const open = (params = {}) => track.open(dataset, folder, { ...track.defaults, ...params })
  const first = async (opened: Opened, split: 'valid' | 'test' = 'test', size = 5): Promise<HostBatch> => {
    for await (const batch of opened.batches(split, size)) return batch
    throw new Error('no batch')
  }
  const corrected = async (
    params: object,
    change: (data: Float32Array) => void = () => {},
    split?: 'valid',
  ) => {
    const opened = await open(params)
    const batch = await first(opened, split)
    const data = new Float32Array(batch.input.factor!.data.length)
    change(data)
    return opened.predict({ correction: { ...batch.input.factor!, data } }, batch, askedOnce)
  }
  const classical = async (name: string, params = {}): Promise<Columns> => {
    const method = await load<Preconditioning>('baseline', 'baselines/preconditioners', name)
    return (await open()).fit!(method, { ...method.defaults, ...params })('test')
  }

  it('shows A, rhs, x and the factor of each row', async () => {
    const opened = await open()
    assert.deepEqual(opened.facts, { grid: GRID, width: 3 })
    const { input, target } = await first(opened)
    const truth = await track.truth(dataset, folder, 'test')
    const k = truth.data.k as Float32Array
    for (const row of [0, 4]) {
      const dense = fivePoint(k.subarray(row * (GRID + 1) ** 2), GRID)
      const data = (of: HostTensor, width: number) => of.data.subarray(row * width, (row + 1) * width)
      const [matrix, x, rhs] = [data(input.matrix!, 5 * NODES), data(target, NODES), data(input.rhs!, NODES)]
      const [factor, columns] = [data(input.factor!, 3 * NODES), data(input.columns!, 3 * NODES)]
      for (let p = 0; p < NODES; p++) {
        const beside = [p, p % GRID > 0 ? p - 1 : -1, p % GRID < GRID - 1 ? p + 1 : -1, p - GRID, p + GRID]
        for (const [side, q] of beside.entries())
          assert.equal(matrix[5 * p + side], Math.fround(dense[p]![q] ?? 0))
        const product = dense[p]!.reduce((sum, value, q) => sum + value * x[q]!, 0)
        assert.ok(Math.abs(product - rhs[p]!) < 1e-4) // x in f32, of terms of order ten
        // the diagonal of L Lᵀ is that of A
        const own = [0, 1, 2].reduce((sum, slot) => sum + factor[3 * p + slot]! ** 2, 0)
        assert.ok(Math.abs(own / dense[p]![p]! - 1) < 1e-6)
        const stored = [p, ...(p >= GRID ? [p - GRID] : []), ...(p % GRID > 0 ? [p - 1] : [])]
        assert.deepEqual([...columns.subarray(3 * p, 3 * p + 3)], [...stored, p, p].slice(0, 3))
      }
    }
  })

  for (const [start, name] of [
    [{ start: 'ic0' }, 'ic0'],
    [{ start: 'ict', fill: 1 }, 'ict1'],
    [{ start: 'ict', fill: 5 }, 'ict'],
  ] as const) {
    it(`with a correction of 0 from ${JSON.stringify(start)} is ${name} to the last bit`, async () => {
      assert.deepEqual(await corrected(start), await classical(name))
    })
  }

  it('adds the correction to the factor', async () => {
    // with room for all fill L is exact
    const { data } = (await corrected({ start: 'ict', fill: NODES })) as Columns
    assert.deepEqual([...(data.iterations as Int32Array).subarray(4, 8)], [1, 1, 1, 1])
    const worse = (await corrected({ start: 'ict', fill: NODES }, (one) => one.fill(1))) as Columns
    assert.ok((worse.data.iterations as Int32Array)[5]! > 1)
  })

  it('marks a row whose factor is not finite, or has a 0 on its diagonal, and no other', async () => {
    const whole = (await corrected({})) as Columns
    const width = 3 * NODES
    for (const value of [Number.NaN, Infinity]) {
      const { data } = (await corrected({}, (one) =>
        one.fill(value, 2 * width + 4, 2 * width + 5),
      )) as Columns
      const steps = data.iterations as Int32Array
      assert.ok(steps.subarray(16, 24).every((count) => count === -1))
      assert.ok((data.x as Float64Array).subarray(16 * NODES, 24 * NODES).every((one) => one === 0))
      for (const part of [[0, 16] as const, [24, 40] as const])
        assert.deepEqual(steps.subarray(...part), (whole.data.iterations as Int32Array).subarray(...part))
      assert.equal(track.flaw({ rows: 5, data }, dataset.facts), null)
    }
  })

  it('asks the valid split for what is watched alone, and gets the same there', async () => {
    const { data } = (await corrected({}, undefined, 'valid')) as Columns
    const steps = data.iterations as Int32Array
    for (const row of [0, 1]) {
      const own = steps.subarray(8 * row, 8 * row + 8)
      assert.deepEqual(
        [...own].map((count) => count >= 0),
        [false, false, false, false, true, true, false, false],
      )
    }
  })

  it('says steps that the metrics verify, at every tolerance and by both protocols', async () => {
    const truth = await track.truth(dataset, folder, 'test')
    for (const name of ['none', 'ic0', 'cholesky', 'multigrid']) {
      const predicted = await classical(name)
      const steps = predicted.data.iterations as Int32Array
      for (const [t, digits] of [3, 6, 9, 12].entries())
        for (const [p, metric] of ['iterations-published', 'iterations'].entries()) {
          const { measure } = await loadMeasure('preconditioners', `${metric}@${digits}`)
          const { perRow } = measure(predicted, truth, dataset.facts)
          const claimed = [0, 1, 2, 3, 4].map((row) => steps[8 * row + 4 * p + t])
          assert.deepEqual([...perRow!], claimed, `${name} ${metric}@${digits}`)
        }
    }
  })

  it('starts the published protocol from a stream named by the row', () => {
    const { normal } = rng(0, 'preconditioners', 'x0', 7)
    assert.deepEqual(published(7, 4).start, Float64Array.from({ length: 4 }, normal))
  })

  it('fits a method on the train split', async () => {
    const opened = await open()
    let seen: number[] = []
    const spy: Preconditioning = {
      ...{ about: 'spy', defaults: {} },
      fit({ k, rhs }) {
        seen = [k.batch, k.n, rhs.batch, rhs.n]
        return (matrix, b) => {
          assert.deepEqual([matrix.batch, b], [1, 0])
          return 'breakdown'
        }
      },
    }
    const { rows, data } = await opened.fit!(spy, {})('test')
    assert.deepEqual(seen, [4, GRID + 1, 4, GRID])
    assert.equal(rows, 5)
    assert.ok((data.iterations as Int32Array).every((count) => count === -1))
  })

  it('says what the test rows took: set-up and solve, and no solve where half do not get there', async () => {
    const opened = await open()
    assert.deepEqual(opened.spent!(), {})
    const ic0 = await load<Preconditioning>('baseline', 'baselines/preconditioners', 'ic0')
    await opened.fit!(ic0, {})('test')
    const { setupSeconds, solveSeconds, condition } = opened.spent!()
    assert.ok(setupSeconds! > 0 && solveSeconds! > 0 && condition! > 1 && condition! < 10)
    const never = await open()
    await never.fit!({ about: 'never', defaults: {}, fit: () => () => 'breakdown' }, {})('test')
    assert.deepEqual(Object.keys(never.spent!()), ['setupSeconds'])
    const learned = await open()
    for (const split of ['valid', 'test'] as const) {
      const batch = await first(learned, split)
      const correction = { ...batch.input.factor!, data: new Float32Array(batch.input.factor!.data.length) }
      await learned.predict({ correction }, batch, askedOnce)
      assert.equal(learned.spent!().setupSeconds !== undefined, split === 'test') // the valid split costs training
    }
  })

  it('names the first count that is none', async () => {
    const predicted = (await corrected({})) as Columns
    assert.equal(track.flaw(predicted, dataset.facts), null)
    const counts = predicted.data.iterations as Int32Array
    counts[9] = 201
    assert.equal(track.flaw(predicted, dataset.facts), 'row 1 says 201 iterations, expected 0 to 200, or -1')
    counts[9] = -2
    assert.equal(track.flaw(predicted, dataset.facts), 'row 1 says -2 iterations, expected 0 to 200, or -1')
  })

  it('refuses another start in a sentence', async () => {
    await assert.rejects(
      open({ start: 'ic' }),
      /^UserError: budget: start must be one of ic0, ict \(got 'ic'\)/,
    )
    await assert.rejects(open({ fill: 0.5 }), /fill must be a whole number from 0 \(got 0\.5\)$/)
  })
})
