import assert from 'node:assert/strict'
import { LIST } from '../../../benchmarks/lists.ts'
import recommenders from '../../../benchmarks/tracks/recommenders.ts'
import type { HostBatch, Ranker, Split } from '../../../contracts.ts'
import { rng } from '../../../math/rng.ts'
import { askedOnce, listSchema, makeDataset, temporary, userRows } from '../toy-datasets.ts'

/** Five users and six items. Counts in training: item 1 three times, 2 and 3 twice, 4 and 5 once, 6 never. */
const SEQUENCES: Record<Split, { user: number; sequence: number[] }[]> = {
  train: [
    { user: 10, sequence: [1, 2, 3, 4] },
    { user: 11, sequence: [1, 5] },
    { user: 12, sequence: [3] }, // nothing to predict from
    { user: 13, sequence: [1, 2] },
  ],
  valid: [{ user: 10, sequence: [1, 2, 3, 4, 6] }],
  test: [
    { user: 10, sequence: [1, 2, 3, 4, 6, 5] },
    { user: 11, sequence: [1, 5, 2] },
    { user: 20, sequence: [4] }, // came after training, no history
  ],
}
const LENGTH = 2

describe('benchmarks/tracks/recommenders', () => {
  const ready = temporary().then(async (folder) => {
    const parts = Object.entries(SEQUENCES).map(([split, rows]) => [split as Split, userRows(rows)] as const)
    const head = {
      name: 'six-items',
      track: 'recommenders',
      schema: listSchema,
      facts: { items: 6, users: 20 },
    }
    const dataset = await makeDataset(folder, head, parts)
    return { folder, dataset, opened: await recommenders.open(dataset, folder, { length: LENGTH }) }
  })

  it('trains on the most recent pairs of users with two items or more', async () => {
    const { opened } = await ready
    assert.equal(opened.rows('train'), 3)
    const [batch, ...more] = await all(opened.batches('train', 3))
    assert.equal(more.length, 0)
    assert.deepEqual([...batch!.ids], [10, 11, 13])
    assert.deepEqual([...batch!.input.history!.data], [2, 3, /**/ 0, 1, /**/ 0, 1])
    assert.deepEqual([...batch!.target.data], [3, 4, /**/ 0, 5, /**/ 0, 2])
    assert.deepEqual(batch!.input.history!.shape, [3, LENGTH])
  })

  it('names the places that hold a target, and where they are fewer the first that holds none', async () => {
    const { opened } = await ready
    // targets 3, 4, 0, 5, 0, 2
    const [batch] = await all(opened.batches('train', 3, undefined, 5))
    assert.deepEqual(batch!.known, { shape: [5], dtype: 'int32', data: Int32Array.of(0, 1, 3, 5, 2) })
    const [exact] = await all(opened.batches('train', 3, undefined, 4))
    assert.deepEqual([...exact!.known!.data], [0, 1, 3, 5])
    await assert.rejects(all(opened.batches('train', 3, undefined, 3)), /4 known places, 3 expected/)
    const [whole] = await all(opened.batches('train', 3))
    assert.equal(whole!.known, undefined)
  })

  it('knows the most places that hold a target in any batch of some epochs', async () => {
    const { opened } = await ready
    const seed = 3
    const epochs = [1, 2, 3, 4]
    for (const size of [1, 2, 3]) {
      const counts = await Promise.all(
        epochs.map(async (epoch) => {
          const batches = await all(opened.batches('train', size, rng(seed, epoch)))
          return batches.map(({ target }) => target.data.filter((item: number) => item !== 0).length)
        }),
      )
      const shuffles = epochs.map((epoch) => rng(seed, epoch))
      assert.equal(opened.mostKnown!(size, shuffles), Math.max(...counts.flat()), `size ${size}`)
    }
  })

  it('sees each user once an epoch, in another order the next', async () => {
    const { opened } = await ready
    const seed = 1
    const users = async (epoch: number) => {
      const batches = await all(opened.batches('train', 1, rng(seed, epoch)))
      return batches.map(({ ids }) => ids[0]!)
    }
    const epochs = await Promise.all([1, 2, 3, 4, 5, 6].map(users))
    for (const epoch of epochs) assert.deepEqual([...epoch].sort(), [10, 11, 13])
    assert.ok(new Set(epochs.map(String)).size > 1, `seed ${seed}`)
  })

  it('asks with the last items of the history; the target stands at the last place', async () => {
    const { opened } = await ready
    const [first, last] = await all(opened.batches('test', 2))
    assert.deepEqual([...first!.input.history!.data], [4, 6, /**/ 1, 5])
    assert.deepEqual([...first!.target.data], [0, 5, /**/ 0, 2])
    assert.deepEqual([last!.rows, ...last!.ids], [1, 20])
    assert.deepEqual([...last!.input.history!.data], [0, 0, 0, 0])
  })

  it('predicts from the last state alone, without the whole history, ties by popularity', async () => {
    const { opened } = await ready
    const [batch] = await all(opened.batches('test', 3))
    // D = 1, catalog rows 1 … 6 = 5 6 7 8 9 9. The states before the last place would turn the order around.
    const states = {
      shape: [3, LENGTH, 1],
      dtype: 'float32' as const,
      data: Float32Array.of(-9, 1, -9, 1, -9, 0),
    }
    const catalog = { shape: [6, 1], dtype: 'float32' as const, data: Float32Array.of(5, 6, 7, 8, 9, 9) }
    const { data, rows } = await opened.predict({ states, catalog }, batch!, askedOnce)
    assert.equal(rows, 3)
    assert.deepEqual([...(data.user as Int32Array)], [10, 11, 20])
    const list = (r: number) => [...(data.items as Int32Array).subarray(r * LIST, r * LIST + 7)]
    assert.deepEqual(list(0), [5, 0, 0, 0, 0, 0, 0]) // has had 1 2 3 4 6, two of which the network no longer sees
    assert.deepEqual(list(1), [6, 4, 3, 2, 0, 0, 0])
    assert.deepEqual(list(2), [1, 2, 3, 4, 5, 6, 0]) // a state of 0: popularity 3 2 2 1 1 0, then the smaller id
  })

  it('hands the training sequences to a ranker and ranks with it', async () => {
    const { opened } = await ready
    const asked: number[][] = []
    const users: (number | undefined)[] = []
    const ranker: Ranker = {
      about: 'item number',
      defaults: {},
      fit({ items, sequences, ends }) {
        assert.equal(items, 6)
        assert.deepEqual(ends, new BigInt64Array(4)) // the toy has no times
        assert.deepEqual(
          sequences.map((sequence) => [...sequence]),
          SEQUENCES.train.map(({ sequence }) => sequence),
        )
        return (history, scores, user) => {
          asked.push([...history])
          users.push(user)
          scores.set([0, 1, 2, 3, 4, 5, 6])
        }
      },
    }
    const lists = await opened.fit!(ranker, {})('test')
    assert.deepEqual(asked, [[1, 2, 3, 4, 6], [1, 5], []])
    assert.deepEqual(users, [0, 1, undefined]) // rows of training; user 20 is in none
    assert.deepEqual([...(lists.data.items as Int32Array).subarray(LIST, LIST + 5)], [6, 4, 3, 2, 0])
  })

  it('tells metrics how many users took each item in training', async () => {
    const { dataset, folder } = await ready
    const told = await recommenders.measured!(dataset, folder)
    assert.deepEqual(told, { takers: [0, 3, 2, 2, 1, 1, 0], takersOf: 4 })
  })

  it('has users and targets for truth', async () => {
    const { dataset, folder } = await ready
    const truth = await recommenders.truth(dataset, folder, 'test')
    const data = { user: Int32Array.of(10, 11, 20), target: Int32Array.of(5, 2, 4) }
    assert.deepEqual(truth, { rows: 3, data })
  })

  it('refuses a length that is none', async () => {
    const { dataset, folder } = await ready
    await assert.rejects(
      recommenders.open(dataset, folder, { length: 0 }),
      /length must be a whole number from 1/,
    )
  })
})

async function all(batches: AsyncIterable<HostBatch>): Promise<HostBatch[]> {
  const list: HostBatch[] = []
  for await (const batch of batches) list.push(batch)
  return list
}
