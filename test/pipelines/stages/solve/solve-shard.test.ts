import assert from 'node:assert/strict'
import { setTimeout } from 'node:timers/promises'
import type { Columns, Solver } from '../../../../contracts.ts'
import { solveShard } from '../../../../pipelines/stages/solve/solve-shard.ts'
import cholesky from '../../../../solvers/cholesky.ts'

const ROWS = 12
const fields: Columns = {
  rows: ROWS,
  data: {
    row: Int32Array.from({ length: ROWS }, (_, row) => row),
    k: new Float32Array(16 * ROWS).fill(1),
    rhs: Float32Array.from({ length: 9 * ROWS }, (_, p) => Math.floor(p / 9) + 1), // row r: r + 1 everywhere
    contrast: new Float64Array(ROWS).fill(1),
  },
}
const params = { ...cholesky.defaults, tolerance: 1e-10 }

/** Cholesky that takes the longer the earlier the row is, and fails at row `bad`. */
function slow(bad = -1) {
  const heard = { begun: 0, open: 0 }
  const solver: Solver<typeof params, unknown> = {
    about: 'x',
    defaults: params,
    batch: () => 1,
    setup: (matrix) => cholesky.setup(matrix, params),
    async solve(state, rhs, own) {
      const row = Math.round(rhs.data[0]!) - 1
      heard.begun++
      heard.open++
      await setTimeout(3 * (ROWS - row))
      heard.open--
      if (row === bad) throw new Error(`row ${row} fell`)
      return cholesky.solve(state as never, rhs, own)
    },
  }
  return { solver: solver as unknown as Solver, heard }
}

describe('pipelines/stages/solve/solve-shard', () => {
  it('puts each x where its row is, whichever is done first', async () => {
    const { columns, failures } = await solveShard(slow().solver, params, fields, { workers: 2, tick() {} })
    assert.deepEqual(failures, [])
    const x = columns.data.x as Float64Array
    // linear: row r has r + 1 times the x of row 0
    for (let p = 0; p < x.length; p++) {
      const expected = (Math.floor(p / 9) + 1) * x[p % 9]!
      assert.ok(Math.abs(x[p]! - expected) <= 1e-14 * expected)
    }
  })

  it('begins nothing after an error, and throws it when all that was begun has ended', async () => {
    const { solver, heard } = slow(1)
    await assert.rejects(solveShard(solver, params, fields, { workers: 2, tick() {} }), /row 1 fell/)
    const { begun, open } = heard
    assert.equal(open, 0)
    assert.ok(begun < ROWS, `${begun} rows were begun`)
    await setTimeout(60)
    assert.equal(heard.begun, begun)
  })

  it('stops where tick throws', async () => {
    const { solver, heard } = slow()
    const tick = () => {
      throw new Error('called off')
    }
    await assert.rejects(solveShard(solver, params, fields, { workers: 2, tick }), /called off/)
    assert.deepEqual(heard, { begun: 2, open: 0 })
  })
})
