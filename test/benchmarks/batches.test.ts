import assert from 'node:assert/strict'
import { byKey, withKeys } from '../../benchmarks/align.ts'
import { cut, gather } from '../../benchmarks/batches.ts'
import { countItems, putLast, putPairs } from '../../benchmarks/sequences.ts'
import { rng } from '../../math/rng.ts'

describe('benchmarks/batches', () => {
  const plain = (rows: number, size: number) => [...cut(rows, size)].map((b) => [b.rows, ...b.order])

  it('pads the last batch with its last row, in order', () => {
    assert.deepEqual(plain(5, 2), [
      [2, 0, 1],
      [2, 2, 3],
      [1, 4, 4],
    ])
    assert.deepEqual(plain(1, 3), [[1, 0, 0, 0]])
    assert.deepEqual(plain(0, 3), [])
  })

  it('drops the last partial batch when shuffled, and sees no row twice', () => {
    const seed = 4
    const batches = [...cut(7, 3, rng(seed))]
    assert.deepEqual(
      batches.map(({ rows }) => rows),
      [3, 3],
    )
    const seen = batches.flatMap(({ order }) => [...order])
    assert.equal(new Set(seen).size, 6, `seed ${seed}`)
    assert.ok(seen.every((row) => row >= 0 && row < 7))
    assert.deepEqual(
      seen,
      [...cut(7, 3, rng(seed))].flatMap(({ order }) => [...order]),
    )
    const other = [...cut(7, 3, rng(seed + 1))].flatMap(({ order }) => [...order])
    assert.notDeepEqual(seen, other)
  })

  it('gathers rows of a width, rounding to float32', () => {
    const rows = Float64Array.of(0.1, 1, /**/ 2, 3, /**/ 4, 5)
    assert.deepEqual([...gather(rows, 2, Int32Array.of(2, 0, 2))], [4, 5, Math.fround(0.1), 1, 4, 5])
  })
})

describe('benchmarks/sequences', () => {
  it('puts the last items at the right, zeros at the left', () => {
    const to = new Int32Array(6)
    putLast(to, 0, Int32Array.of(4, 5, 6, 7), 3)
    putLast(to, 3, Int32Array.of(9), 3)
    assert.deepEqual([...to], [5, 6, 7, 0, 0, 9])
  })

  it('shifts inputs and targets by one and keeps the most recent pairs', () => {
    const pairs = (sequence: number[]) => {
      const to = { inputs: new Int32Array(3), targets: new Int32Array(3) }
      putPairs(to, 0, Int32Array.from(sequence), 3)
      return [[...to.inputs], [...to.targets]]
    }
    assert.deepEqual(pairs([1, 2]), [
      [0, 0, 1],
      [0, 0, 2],
    ])
    assert.deepEqual(pairs([1, 2, 3, 4]), [
      [1, 2, 3],
      [2, 3, 4],
    ])
    assert.deepEqual(pairs([1, 2, 3, 4, 5]), [
      [2, 3, 4],
      [3, 4, 5],
    ])
  })

  it('counts items', () => {
    assert.deepEqual([...countItems([Int32Array.of(2, 2, 1), Int32Array.of(2)], 3)], [0, 1, 3, 0])
  })
})

describe('benchmarks/align', () => {
  const columns = {
    rows: 3,
    data: { row: Int32Array.of(5, -1, 2), x: Float32Array.of(50, 51, 10, 11, 20, 21), name: ['f', 'm', 't'] },
  }

  it('sorts by a key', () => {
    assert.deepEqual(byKey(columns, 'row'), {
      rows: 3,
      data: {
        row: Int32Array.of(-1, 2, 5),
        x: Float32Array.of(10, 11, 20, 21, 50, 51),
        name: ['m', 't', 'f'],
      },
    })
  })

  it('takes the rows of given keys', () => {
    const taken = withKeys(columns, 'row', Int32Array.of(2, 5))
    assert.deepEqual(taken.data.x, Float32Array.of(20, 21, 50, 51))
    assert.throws(() => withKeys(columns, 'row', Int32Array.of(3)), /row 3 is missing/)
  })
})
