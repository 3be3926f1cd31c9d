import assert from 'node:assert/strict'
import { rng } from '../../math/rng.ts'
import { openNearest, TILE } from '../../tensor/nearest.ts'
import { drawNoise } from '../../tensor/noise.ts'
import type { HostTensor } from '../../tensor/types.ts'

const seed = 5
const cpu = { device: 'cpu', threads: 1 } as const

describe('tensor/nearest', () => {
  it('finds the rows by hand', async () => {
    const tensor = (shape: number[], ...data: number[]): HostTensor => ({
      shape,
      dtype: 'float32',
      data: Float32Array.from(data),
    })
    const nearest = await openNearest({ centers: 2, rows: 4, width: 2, each: 2 }, cpu)
    const table = tensor([4, 2], 1, 0, /**/ 0, 1, /**/ 3, -5, /**/ -1, 2)
    const found = await nearest.run(tensor([2, 2], 1, 0, /**/ 0, 1), table)
    assert.deepEqual(
      found.map((rows) => [...rows].sort()),
      [
        [0, 2],
        [1, 3],
      ],
    )
    await nearest.dispose()
  })

  // 2 TILE + 5 rows: the third tile begins among rows that the second has shown
  for (const rows of [7, TILE, 2 * TILE + 5])
    it(`finds those of a sort of all products, ${rows} rows (seed ${seed})`, async () => {
      const [centers, width, each] = [3, 4, 6]
      const table = drawNoise([rows, width], 'normal', rng(seed, 'table', rows))
      const asked = drawNoise([centers, width], 'normal', rng(seed, 'centers', rows))
      const nearest = await openNearest({ centers, rows, width, each }, cpu)
      const found = await nearest.run(asked, table)
      for (const [c, names] of found.entries()) {
        const product = (row: number) => {
          let sum = 0
          for (let d = 0; d < width; d++) sum += asked.data[c * width + d]! * table.data[row * width + d]!
          return sum
        }
        const order = [...Array(rows).keys()].sort((a, b) => product(b) - product(a))
        assert.equal(new Set(names).size, each)
        // float32 products: two that differ in the seventh digit may change places at the border
        const border = product(order[each - 1]!)
        for (const row of names) assert.ok(product(row) >= border - 1e-5, `${row} of center ${c}`)
      }
      await nearest.dispose()
    })
})
