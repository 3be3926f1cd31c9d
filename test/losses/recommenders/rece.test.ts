import assert from 'node:assert/strict'
import { type Positions, positionsOf } from '../../../losses/positions.ts'
import { ceOf } from '../../../losses/recommenders/ce.ts'
import rece, { chunksOf, receOf } from '../../../losses/recommenders/rece.ts'
import { rng } from '../../../math/rng.ts'
import { type Tensor, tf } from '../../../tensor/index.ts'
import { golden, type Matrix, table } from './reference.ts'
import { reduced, workedAnchors } from './sampled-reference.ts'
import { batchOf, F32, numberOf, output, worked } from './worked.ts'

const SEED = 33
/** Items that the worked case's positions 0, 2, 4 meet, and 1, 3, 5. */
const [EVEN, ODD] = [
  [0, 2, 3, 6, 7, 9],
  [0, 1, 4, 5, 8, 9],
]
const { X, W, y } = golden
const matrix = (m: Matrix) => tf.tensor(m.flat(), [m.length, m[0]!.length])
const normals = (rows: number, columns: number, name: string) => {
  const stream = rng(SEED, name)
  return table(rows, columns, () => stream.normal())
}
function positions(states: Matrix, items: Matrix, rows: readonly number[]): Positions {
  return {
    states: matrix(states),
    catalog: matrix(items),
    items: items.length,
    rows: tf.tensor1d(
      [...rows].map((row) => Math.max(row, 0)),
      'int32',
    ),
    valid: tf.tensor1d([...rows].map((row) => (row < 0 ? 0 : 1))),
  }
}
/** Worked values are below 5 and held absolutely; those of random vectors come to 9, where measured are 2e-6: relative to them. */
function close(found: ArrayLike<number>, right: readonly number[]) {
  right.forEach((value, i) => {
    assert.ok(Math.abs(found[i]! - value) < F32 * (value < 5 ? 1 : value), `${i}: ${found[i]}, ${value}`)
  })
}

describe(`rece (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('the sets give the worked numbers, and so does the form with log counts', () => {
    const { hashes, orders, candidates, values, counted } = reduced(
      X,
      W,
      y,
      [0, 1].map((q) => workedAnchors(q)),
      0,
    )
    assert.deepEqual(hashes, [
      { x: [0, 1, 0, 1, 0, 1], w: [1, 1, 0, 0, 1, 1, 0, 0, 1, 0] },
      { x: [0, 1, 0, 1, 0, 0], w: [0, 1, 0, 0, 1, 1, 0, 0, 1, 1] },
    ])
    assert.deepEqual(orders, [
      { x: [0, 2, 4, 1, 3, 5], w: [2, 3, 6, 7, 9, 0, 1, 4, 5, 8] },
      { x: [0, 2, 4, 5, 1, 3], w: [0, 2, 3, 6, 7, 1, 4, 5, 8, 9] },
    ])
    assert.deepEqual(
      candidates.map((items) => [...items].sort()),
      [EVEN, ODD, EVEN, ODD, EVEN, ODD],
    )
    close(values, [1.949529, 1.699139, 3.398367, 4.084952, 1.009369, 3.491869])
    close(counted, values)
  })

  it('is the sets in float32 on the worked case', () => {
    const anchors = [0, 1].map((q) => matrix(workedAnchors(q)))
    const found = receOf(positionsOf(output(), worked()), anchors, 0)
    close(found.dataSync(), [1.949529, 1.699139, 3.398367, 4.084952, 1.009369, 3.491869])
    const noise = (name: string, shape: readonly number[], law: unknown) => {
      assert.deepEqual([name, shape, law], ['anchors', [2, 2, 4], 'normal'])
      return tf.stack(anchors)
    }
    const params = { ...rece.defaults, buckets: 2, extra: 0, rounds: 2 }
    assert.ok(Math.abs(numberOf(rece.value(output(), worked(), params, noise)) - 2.605537) < F32)
  })

  it('meets the worked items: they have a gradient, and the next item, and no other', () => {
    const anchors = [0, 1].map((q) => matrix(workedAnchors(q)))
    const at = positionsOf(output(), worked())
    for (const [i, next] of y.entries()) {
      const lossOf = (catalog: Tensor) =>
        receOf({ ...at, catalog }, anchors, 0)
          .slice([i], [1])
          .sum()
      const sizes = tf.grad(lossOf)(at.catalog).abs().sum(1).dataSync()
      const moved = [...sizes.keys()].filter((item) => sizes[item]! > 0)
      const met = i % 2 === 0 ? EVEN : ODD
      assert.deepEqual(moved, [...new Set([...met, next])].sort(), `position ${i}`)
    }
  })

  for (const [chunks, extra, rounds] of [
    [2, 0, 1],
    [3, 1, 3],
    [6, 1, 4],
    [6, 2, 2],
    [4, 0, 5],
  ] as const)
    it(`is the sets on random vectors: ${chunks} chunks, ${extra} on each side, ${rounds} rounds`, () => {
      const [states, items] = [normals(24, 5, 'x'), normals(36, 5, 'w')]
      const rows = states.map((_, i) => (7 * i) % 36)
      const anchors = Array.from({ length: rounds }, (_, q) => normals(chunks, 5, `anchors${q}`))
      const right = reduced(states, items, rows, anchors, extra)
      const found = receOf(positions(states, items, rows), anchors.map(matrix), extra)
      close(found.dataSync(), right.values)
      close(right.counted, right.values)
    })

  it('is CE when every chunk is met', () => {
    for (const [chunks, extra] of [
      [1, 0],
      [2, 1],
      [5, 4],
    ] as const) {
      const at = positionsOf(output(), worked())
      close(receOf(at, [matrix(workedAnchors(0, chunks))], extra).dataSync(), [...ceOf(at).dataSync()])
    }
  })

  it('is at most CE, and more rounds never lower it, where nothing divides anything', () => {
    const [states, items] = [normals(23, 5, 'x'), normals(41, 5, 'w')]
    const at = positions(
      states,
      items,
      states.map((_, i) => (11 * i) % 41),
    )
    const whole = ceOf(at).dataSync()
    const anchors = Array.from({ length: 6 }, (_, q) => matrix(normals(7, 5, `anchors${q}`)))
    let before = [...whole].map(() => 0)
    for (const rounds of [1, 2, 4, 6]) {
      const now = [...receOf(at, anchors.slice(0, rounds), 1).dataSync()]
      now.forEach((value, i) => {
        assert.ok(value <= whole[i]! + 1e-5 && value >= before[i]! - 1e-5, `position ${i}, ${rounds} rounds`)
      })
      before = now
    }
  })

  it('padding changes nothing for real positions, wherever it stands', () => {
    const [states, items] = [normals(12, 5, 'x'), normals(20, 5, 'w')]
    const rows = states.map((_, i) => (7 * i) % 20)
    const anchors = [0, 1].map((q) => matrix(normals(4, 5, `anchors${q}`)))
    const alone = [...receOf(positions(states, items, rows), anchors, 1).dataSync()]
    const gap = (n: number) => n % 3 === 0
    const padded: Matrix = []
    const paddedRows: number[] = []
    const places: number[] = []
    for (const [i, state] of states.entries()) {
      if (gap(i)) {
        padded.push([9, -9, 9, -9, 9])
        paddedRows.push(-1)
      }
      places.push(padded.length)
      padded.push(state)
      paddedRows.push(rows[i]!)
    }
    const among = receOf(positions(padded, items, paddedRows), anchors, 1).dataSync()
    close(
      places.map((place) => among[place]!),
      alone,
    )
  })

  it('gives 0, not NaN, for a batch of padding alone', () => {
    const noise = () => tf.stack([matrix(workedAnchors(0))])
    const params = { ...rece.defaults, buckets: 2, rounds: 1 }
    assert.equal(numberOf(rece.value(output(), batchOf([0, 0, 0, 0, 0, 0]), params, noise)), 0)
  })

  it('chooses the published number of anchors', () => {
    // Amazon Beauty: C = 12101, n_ec = 8, s m > C gives 907
    const beauty = { ...rece.defaults, extra: 8, interactions: 7 }
    assert.equal(chunksOf(beauty, { size: 4096, length: 200, catalog: 12101 }), 907)
    assert.equal(chunksOf({ ...rece.defaults, extra: 0 }, { size: 2, length: 3, catalog: 10 }), 4) // √(4 · 6)
    assert.equal(chunksOf({ ...rece.defaults, buckets: 99 }, { size: 2, length: 3, catalog: 10 }), 6)
  })
})
