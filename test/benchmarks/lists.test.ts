import assert from 'node:assert/strict'
import { LIST, listFlaw, listsOf, openProductLists, openScores } from '../../benchmarks/lists.ts'
import { rng } from '../../math/rng.ts'
import type { HostTensor } from '../../tensor/types.ts'

const seed = 17

describe('benchmarks/lists', () => {
  for (const tile of [5, 3, 100])
    it(`scores the last place of each row, in tiles of ${tile} (seed ${seed})`, () => {
      const stream = rng(seed)
      const [batch, length, width, items] = [35, 3, 2, 11] // 11 items are no multiple of four
      const states = tensor([batch, length, width], () => stream.normal())
      const catalog = tensor([items, width], () => stream.normal())
      const score = openScores(tile)({ states, catalog })
      for (const [from, count] of [
        [0, 32],
        [32, 1], // an odd number of rows
        [7, 5],
      ] as const) {
        const found = Array.from({ length: count }, () => [] as number[])
        score(from, count, (i, scores, first) => {
          assert.equal(first, found[i]!.length + 1)
          found[i]!.push(...scores)
        })
        for (const [i, row] of found.entries()) {
          const at = ((from + i) * length + length - 1) * width
          assert.equal(row.length, items)
          for (let j = 0; j < items; j++) {
            const sum =
              states.data[at]! * catalog.data[j * width]! +
              states.data[at + 1]! * catalog.data[j * width + 1]!
            assert.equal(row[j], sum)
          }
        }
      }
    })

  it(`takes one output after another, of any size (seed ${seed})`, () => {
    const stream = rng(seed, 'again')
    const scoresOf = openScores(8)
    for (const [items, width] of [
      [9, 3],
      [9, 3], // other numbers in the same place
      [17, 3],
      [5, 2],
    ] as const) {
      const states = tensor([1, 1, width], () => stream.normal())
      const catalog = tensor([items, width], () => stream.normal())
      const found: number[] = []
      scoresOf({ states, catalog })(0, 1, (_, scores) => found.push(...scores))
      const row = (j: number) => (catalog.data as Float32Array).subarray(j * width, (j + 1) * width)
      const sum = (j: number) => row(j).reduce((all, x, d) => all + states.data[d]! * x, 0)
      assert.deepEqual(
        found,
        Array.from({ length: items }, (_, j) => sum(j)),
      )
    }
  })

  it(`lists by product what it lists by score (seed ${seed})`, () => {
    const stream = rng(seed, 'both')
    const [users, width, items] = [131, 3, 130] // more than a block
    const rounded = () => Math.round(2 * stream.normal()) // many ties
    const output = { states: tensor([users, 1, width], rounded), catalog: tensor([items, width], rounded) }
    const popularity = Float64Array.from({ length: items + 1 }, () => stream.integer(4))
    const histories = Array.from({ length: users }, () => Int32Array.of(1 + stream.integer(items), 2))
    const ids = Int32Array.from({ length: users }, (_, u) => u)
    const scoresOf = (r: number) =>
      Float64Array.from({ length: items + 1 }, (_, item) => {
        let sum = 0
        for (let d = 0; d < width; d++)
          sum += output.states.data[r * width + d]! * (output.catalog.data[(item - 1) * width + d] ?? 0)
        return sum
      })
    const found = openProductLists(popularity)(ids, histories, output)
    assert.deepEqual(found, listsOf(ids, histories, popularity, scoresOf))
  })

  it('fills one list per user', () => {
    const scores = [Float64Array.of(0, 1, 2), Float64Array.of(0, 2, 1)]
    const histories = [new Int32Array(0), Int32Array.of(1)]
    const lists = listsOf(Int32Array.of(8, 9), histories, new Float64Array(3), (r) => scores[r]!)
    assert.equal(lists.rows, 2)
    const items = lists.data.items as Int32Array
    assert.deepEqual([...items.subarray(0, 3)], [2, 1, 0])
    assert.deepEqual([...items.subarray(LIST, LIST + 2)], [2, 0])
  })

  it('names the user of a flawed list', () => {
    const flaw = (...list: number[]) => {
      const items = new Int32Array(2 * LIST)
      items.set([1, 2, 3])
      items.set(list, LIST)
      return listFlaw({ rows: 2, data: { user: Int32Array.of(7, 41), items } }, 60)
    }
    assert.equal(flaw(5, 60, 1), null)
    assert.equal(flaw(), null) // who has seen all of the catalog gets an empty list
    assert.equal(flaw(5, 61), 'user 41: item 61 is not in the catalog (1 to 60)')
    assert.equal(flaw(5, -1), 'user 41: item -1 is not in the catalog (1 to 60)')
    assert.equal(flaw(5, 6, 5), 'user 41: item 5 is listed twice')
    assert.equal(flaw(5, 0, 6), 'user 41: item 6 stands at place 3, after a 0, which ends a list')
  })
})

function tensor(shape: readonly number[], value: () => number): HostTensor {
  const length = shape.reduce((a, b) => a * b)
  return { shape, dtype: 'float32', data: Float32Array.from({ length }, value) }
}
