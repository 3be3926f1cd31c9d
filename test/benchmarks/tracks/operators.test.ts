import assert from 'node:assert/strict'
import operators from '../../../benchmarks/tracks/operators.ts'
import type { HostBatch } from '../../../contracts.ts'
import { rng } from '../../../math/rng.ts'
import { fieldRows, GRID, makeOperators, temporary } from '../toy-datasets.ts'

const [CELLS, NODES] = [(GRID + 1) ** 2, GRID ** 2]

describe('benchmarks/tracks/operators', () => {
  const ready = temporary().then(async (folder) => {
    const dataset = await makeOperators(folder)
    return { folder, dataset, opened: await operators.open(dataset, folder, {}) }
  })

  it('knows its rows and shapes', async () => {
    const { opened } = await ready
    assert.deepEqual(opened.facts, { grid: GRID })
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
    const predicted = opened.predict({ x: last!.target }, last!)
    assert.equal(predicted.rows, 1)
    assert.deepEqual(predicted.data.row, Int32Array.of(4))
    assert.deepEqual(predicted.data.x, last!.target.data.slice(0, NODES))
  })

  it('has the float64 solution for truth', async () => {
    const { dataset, folder } = await ready
    const truth = await operators.truth(dataset, folder, 'valid')
    const { row, x } = fieldRows(3, 'valid').data
    assert.deepEqual(truth, { rows: 3, data: { row, x } })
  })

  it('opens a dataset without a valid split', async () => {
    const folder = await temporary()
    const dataset = await makeOperators(folder, { train: 2, valid: 0, test: 1 })
    const opened = await operators.open(dataset, folder, {})
    assert.equal(opened.rows('valid'), 0)
    assert.deepEqual(await all(opened.batches('valid', 2)), [])
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
