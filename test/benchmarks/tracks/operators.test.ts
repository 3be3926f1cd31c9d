import assert from 'node:assert/strict'
import operators from '../../../benchmarks/tracks/operators.ts'
import type { HostBatch, Predictor } from '../../../contracts.ts'
import { rng } from '../../../math/rng.ts'
import { askedOnce, fieldRows, GRID, makeOperators, temporary } from '../toy-datasets.ts'

const [CELLS, NODES] = [(GRID + 1) ** 2, GRID ** 2]

describe('benchmarks/tracks/operators', () => {
  const ready = temporary().then(async (folder) => {
    const dataset = await makeOperators(folder)
    return { folder, dataset, opened: await operators.open(dataset, folder, operators.defaults) }
  })

  it('knows its rows and shapes', async () => {
    const { opened } = await ready
    const { grid, reading, channels } = opened.facts
    assert.deepEqual({ grid, reading, channels }, { grid: GRID, reading: 'nodes', channels: {} })
    assert.deepEqual([opened.rows('train'), opened.rows('valid'), opened.rows('test')], [10, 3, 5])
    assert.deepEqual(opened.shapes(4), {
      input: {
        k: { shape: [4, GRID + 1, GRID + 1], dtype: 'float32' },
        rhs: { shape: [4, GRID, GRID], dtype: 'float32' },
      },
      target: { shape: [4, GRID, GRID], dtype: 'float32' },
    })
  })

  it('gives the stored rows in order, the last batch padded', async () => {
    const { opened } = await ready
    const rows = fieldRows(5, 'test')
    const batches = await all(opened.batches('test', 2))
    assert.deepEqual(
      batches.map(({ ids }) => [...ids]),
      [[0, 1], [2, 3], [4]],
    )
    const last = batches[2]!
    assert.equal(last.rows, 1)
    const k = (rows.data.k as Float32Array).subarray(4 * CELLS)
    const x = Float32Array.from((rows.data.x as Float64Array).subarray(4 * NODES))
    assert.deepEqual(last.input.k!.data, Float32Array.of(...k, ...k))
    assert.deepEqual(last.target.data, Float32Array.of(...x, ...x))
    assert.deepEqual(last.input.k!.shape, [2, GRID + 1, GRID + 1])
  })

  it('keeps k, rhs and x of a row together when shuffled', async () => {
    const { opened } = await ready
    const { data } = fieldRows(10, 'train')
    const seed = 3
    const batches = await all(opened.batches('train', 4, rng(seed)))
    assert.equal(batches.length, 2)
    for (const { ids, input, target } of batches) {
      for (const [i, row] of ids.entries()) {
        assert.equal(input.k!.data[i * CELLS], (data.k as Float32Array)[row * CELLS])
        assert.equal(input.rhs!.data[i * NODES], (data.rhs as Float32Array)[row * NODES])
        assert.equal(target.data[i * NODES], Math.fround((data.x as Float64Array)[row * NODES]!))
      }
    }
    const ids = batches.flatMap((batch) => [...batch.ids])
    assert.notDeepEqual(ids, [0, 1, 2, 3, 4, 5, 6, 7], `seed ${seed}`)
  })

  it('cuts predictions to the rows that count', async () => {
    const { opened } = await ready
    const [, , last] = await all(opened.batches('test', 2))
    const predicted = await opened.predict({ x: last!.target }, last!, askedOnce)
    assert.equal(predicted.rows, 1)
    assert.deepEqual(predicted.data.row, Int32Array.of(4))
    assert.deepEqual(predicted.data.x, last!.target.data.slice(0, NODES))
  })

  it('has the float64 solution for truth, with the k and rhs it belongs to', async () => {
    const { dataset, folder } = await ready
    const truth = await operators.truth(dataset, folder, 'valid')
    const { row, k, rhs, x } = fieldRows(3, 'valid').data
    assert.deepEqual(truth, { rows: 3, data: { row, k, rhs, x } })
  })

  it('opens a dataset without a valid split', async () => {
    const folder = await temporary()
    const dataset = await makeOperators(folder, { train: 2, valid: 0, test: 1 })
    const opened = await operators.open(dataset, folder, operators.defaults)
    assert.equal(opened.rows('valid'), 0)
    assert.deepEqual(await all(opened.batches('valid', 2)), [])
  })

  it('as published: networks see k with its axes changed, fitted methods and the truth do not', async () => {
    const { dataset, folder } = await ready
    const opened = await operators.open(dataset, folder, { reading: 'as-published' })
    assert.equal(opened.facts.reading, 'as-published')
    const k = fieldRows(5, 'test').data.k as Float32Array
    const rhs = fieldRows(5, 'test').data.rhs as Float32Array
    const [batch] = await all(opened.batches('test', 2))
    const side = GRID + 1
    for (const row of [0, 1])
      for (let i = 0; i < side; i++)
        for (let j = 0; j < side; j++)
          assert.equal(batch!.input.k!.data[row * CELLS + i * side + j], k[row * CELLS + j * side + i])
    assert.deepEqual(batch!.input.rhs!.data, rhs.subarray(0, 2 * NODES))
    const spy: Predictor = {
      about: 'looks at k',
      defaults: {},
      fit: () => async (systems) => {
        assert.deepEqual([...systems.k.data], [...k])
        return { batch: 5, n: GRID, data: new Float64Array(5 * NODES) }
      },
    }
    await opened.fit!(spy, {})('test')
    await assert.rejects(
      operators.open(dataset, folder, { reading: 'as-publishd' }),
      /reading must be one of nodes, as-published \(got 'as-publishd'\)\. Did you mean 'as-published'\?/,
    )
  })

  it('fits a method on the train split and asks it for another', async () => {
    const { opened } = await ready
    const method: Predictor = {
      about: 'the first training solution times the first of rhs',
      defaults: {},
      fit: ({ x }) => {
        return async ({ rhs }) => {
          const data = rhs.data.map((_, at) => x.data[at % NODES]! * rhs.data[at - (at % NODES)]!)
          return { batch: rhs.batch, n: rhs.n, data }
        }
      },
    }
    const { rows, data } = await opened.fit!(method, {})('valid')
    assert.equal(rows, 3)
    assert.deepEqual(data.row, Int32Array.of(0, 1, 2))
    const [x, rhs] = [
      fieldRows(10, 'train').data.x as Float64Array,
      fieldRows(3, 'valid').data.rhs as Float32Array,
    ]
    assert.equal((data.x as Float32Array)[NODES + 3], Math.fround(x[3]! * rhs[NODES]!))
  })

  it('asks for the grid among the facts', () => {
    assert.throws(() => operators.predictions({}), /grid must be a number \(got undefined\)/)
  })
})

async function all(batches: AsyncIterable<HostBatch>): Promise<HostBatch[]> {
  const list: HostBatch[] = []
  for await (const batch of batches) list.push(batch)
  return list
}
