import assert from 'node:assert/strict'
import { type MultigridEngine, openEngine } from '../../../solvers/device/engine.ts'
import { packMatrix } from '../../../solvers/device/lanes.ts'
import { assemble } from '../../../solvers/diffusion/stencil.ts'

const N = 3
const LIMIT = 20

describe('solvers/device/engine, on the CPU provider', () => {
  let engine: MultigridEngine
  before(async () => {
    engine = await openEngine(N, 2, 'cpu', 1)
    const matrix = assemble({ batch: 1, n: N + 1, data: new Float64Array((N + 1) ** 2).fill(1) })
    const lane = { entry: 0, scale: 64, failed: null } // the diagonal is 4 (n + 1)²
    const { off, excess } = packMatrix(matrix, [lane, lane], engine)
    await engine.prepare(off, excess)
  })
  after(() => engine.dispose())

  /** r of both lanes, points in the order of the device. */
  const solve = (first: number, second: number) => {
    const r = Float32Array.from({ length: 2 * N * N }, (_, i) => (i % 2 === 0 ? first : second))
    return engine.solve(r, new Float32Array(2).fill(1e-8), new Float32Array(2).fill(LIMIT))
  }

  it('solves what is the same in both lanes alike', async () => {
    const { x, used, sound } = await solve(1, 1)
    assert.deepEqual(sound, [true, true])
    assert.ok(used[0]! > 0 && used[0]! < LIMIT && used[0] === used[1])
    for (let i = 0; i < x.length; i += 2) assert.equal(x[i], x[i + 1])
  })

  it('ends where a number is none, and says of which lane', async () => {
    const alone = await solve(1, 1)
    const { x, sound } = await solve(1, NaN)
    assert.deepEqual(sound, [true, false])
    for (let i = 0; i < x.length; i += 2) assert.equal(x[i], alone.x[i])
  })
})
