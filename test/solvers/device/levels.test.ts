import assert from 'node:assert/strict'
import { DIRECTIONS, levelsOf, OFFSETS } from '../../../solvers/device/levels.ts'

describe('solvers/device/levels', () => {
  it('orders 3 × 3 points as on paper', () => {
    //  center  column  center        5 3 6
    //  row     coarse  row           1 0 2
    //  center  column  center        7 4 8
    const [level, last] = levelsOf(3)
    assert.deepEqual([...level!.place], [5, 3, 6, 1, 0, 2, 7, 4, 8])
    assert.deepEqual(level!.transfer!.counts, { coarse: 1, row: 2, column: 2, center: 4 })
    assert.deepEqual([last!.n, last!.transfer], [1, null])
    // all nine hear of the one coarse point, each through the slot that looks towards it
    assert.deepEqual(new Set(level!.transfer!.children), new Set([0, 1, 2, 3, 4, 5, 6, 7, 8]))
  })

  it('halves down to one point, odd or even', () => {
    assert.deepEqual(
      levelsOf(13).map(({ n }) => n),
      [13, 6, 3, 1],
    )
  })

  for (const n of [1, 2, 3, 4, 7, 10])
    it(`numbers every point of ${n} × ${n} once, and coarse points as the coarser level does`, () => {
      const [fine, coarse] = levelsOf(n)
      assert.deepEqual(
        [...fine!.place].sort((a, b) => a - b),
        [...Array(n * n).keys()],
      )
      for (let i = 1; i < n; i += 2)
        for (let j = 1; j < n; j += 2)
          assert.equal(fine!.place[i * n + j], coarse!.place[((i - 1) / 2) * coarse!.n + (j - 1) / 2])
    })

  it('finds the neighbor of every direction, and the point itself beyond a wall', () => {
    for (const { n, points, place, neighbors, directions } of levelsOf(6))
      for (const [d, direction] of directions.entries())
        for (let i = 0; i < n; i++)
          for (let j = 0; j < n; j++) {
            const [di, dj] = OFFSETS[direction]
            const inside = i + di >= 0 && i + di < n && j + dj >= 0 && j + dj < n
            const there = inside ? place[(i + di) * n + j + dj] : place[i * n + j]
            assert.equal(neighbors[d * points + place[i * n + j]!], there)
          }
    assert.equal(levelsOf(6)[1]!.directions, DIRECTIONS)
  })
})
