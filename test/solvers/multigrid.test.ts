import assert from 'node:assert/strict'
import { Worker } from 'node:worker_threads'
import type { Field, Params, Solution, Stencil } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { compileKernel, loadKernel } from '../../kernels/load.ts'
import cholesky from '../../solvers/cholesky.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'
import { MOST_SIDE } from '../../solvers/multigrid/kernel.ts'
import { solveReduced } from '../../solvers/multigrid/reduced-cg.ts'
import multigrid from '../../solvers/multigrid.ts'
import { impossible, join } from './multigrid/impossible.ts'
import { honest, lognormal, noise, pick, pickField, twoPhase } from './multigrid/systems.ts'

const PRECISIONS = ['mixed', 'double'] as const

describe('solvers/multigrid', () => {
  for (const precision of PRECISIONS) {
    it(`leaves a residual of at most 1e-10 at every side, in at most 13 steps (17 in f32): ${precision}`, async () => {
      for (const n of [...Array.from({ length: 38 }, (_, i) => i + 3), 63, 64, 65, 96]) {
        const batch = n <= 40 ? 5 : 2
        const covariance = (['cubic', 'exponential', 'gaussian'] as const)[n % 3]!
        const matrix = lognormal({ n, batch, variance: 2, covariance })
        const rhs = noise(n, batch)
        const { x, status, iterations, residual } = await solve(matrix, rhs, { precision })
        for (let b = 0; b < batch; b++) {
          const true_ = honest(matrix, x, rhs, b)
          assert.equal(status[b], 'converged')
          assert.ok(true_.residual <= 1e-10, `n ${n}: ${true_.residual}`)
          // two sums of the same squares: rounding of the residuals themselves
          assert.ok(Math.abs(true_.residual - residual[b]!) <= true_.floor)
          assert.ok(iterations[b]! <= (precision === 'mixed' ? 17 : 13), `n ${n}: ${iterations[b]} steps`)
        }
      }
    })
  }

  it('takes the steps of its readable form in f64, one more or less', async () => {
    for (const n of [16, 33]) {
      const matrix = lognormal({ n, batch: 2, variance: 2 })
      const rhs = noise(n, 2)
      const { iterations } = await solve(matrix, rhs, { precision: 'double' })
      for (const b of [0, 1]) {
        const f = rhs.data.subarray(b * n * n, (b + 1) * n * n)
        const readable = solveReduced(matrix, f, { tolerance: 0.7e-10, limit: 50 }, b)
        assert.ok(Math.abs(iterations[b]! - readable.iterations) <= 1)
      }
    }
  })

  it('takes at most 22 steps up to a contrast of 1e10, and 40 in f32', async () => {
    // cubic fields: islands, which a V-cycle takes 27 steps to tell apart, and up to 51 in f32
    const n = 128
    const some = (variance: number) => lognormal({ n, batch: 2, variance, covariance: 'cubic' })
    const matrix = join(some(6), some(8))
    const rhs = noise(n, matrix.batch)
    for (const precision of PRECISIONS) {
      const { x, status, iterations } = await solve(matrix, rhs, { precision })
      for (let b = 0; b < matrix.batch; b++) {
        assert.equal(status[b], 'converged')
        assert.ok(honest(matrix, x, rhs, b).residual <= 1e-10)
        assert.ok(iterations[b]! <= (precision === 'mixed' ? 40 : 22), `${precision}: ${iterations[b]} steps`)
      }
    }
  })

  it('agrees with banded Cholesky, which shares no line with it', async () => {
    for (const [n, variance] of [
      [11, 0.1],
      [24, 2],
      [33, 1],
    ] as const) {
      const matrix = lognormal({ n, batch: 4, variance })
      const rhs = noise(n, 4)
      const direct = await cholesky.solve(
        await cholesky.setup(matrix, cholesky.defaults),
        rhs,
        cholesky.defaults,
      )
      const { x } = await solve(matrix, rhs, {})
      const size = Math.hypot(...direct.x.data)
      const gap = Math.hypot(...direct.x.data.map((value, p) => value - x.data[p]!))
      // a residual of 1e-10 times a condition number below 1e5 of rows that white noise does not excite alone
      assert.ok(gap < 1e-6 * size, `n ${n}: ${gap / size}`)
    }
  })

  it('is of order 2 on manufactured solutions, of constant and of variable k', async () => {
    // u = sin πx sin 2πy; k = 1 + xy or 1; −div(k ∇u) = 5π² k u − kₓ uₓ − k_y u_y
    for (const variable of [0, 1]) {
      const errors: number[] = []
      for (const n of [15, 31, 63, 127]) errors.push(await manufactured(n, variable))
      for (let at = 1; at < errors.length; at++) {
        const order = Math.log2(errors[at - 1]! / errors[at]!)
        assert.ok(Math.abs(order - 2) < 0.1, `k ${variable}: order ${order} of ${errors}`)
      }
    }
  })

  it('gives the errors of ConDiff’s own scheme at k = 1 + xy', async () => {
    // relative l2 errors computed with the published assembly, five digits
    for (const [n, error] of [
      [31, 2.7458e-3],
      [63, 6.8565e-4],
    ] as const) {
      assert.ok(Math.abs((await manufactured(n, 1)) / error - 1) < 1e-4)
    }
  })

  it('gives a row the same bytes in any lane, beside any others, alone, and with any number of threads', async () => {
    for (const precision of PRECISIONS) {
      const [n, batch] = [21, 11]
      const easy = lognormal({ n, batch, variance: 0.1 })
      const hard = lognormal({ n, batch, variance: 8 })
      const matrix = pick(join(easy, hard), [0, 12, 1, 13, 2, 14, 3, 15, 4, 16, 5]) // who is done early waits for who is not
      const rhs = noise(n, batch)
      const together = await solve(matrix, rhs, { precision })
      assert.ok(new Set(together.iterations).size > 1)
      const order = [7, 2, 9, 0, 4, 10, 1, 8, 3, 6, 5]
      for (const threads of [1, 2, 3]) {
        const shuffled = await solve(pick(matrix, order), pickField(rhs, order), { precision }, threads)
        assert.deepEqual(
          shuffled.x.data,
          pickField(together.x, order).data,
          `${precision}, ${threads} threads`,
        )
      }
      for (const b of [0, 5]) {
        const alone = await solve(pick(matrix, [b]), pickField(rhs, [b]), { precision })
        assert.deepEqual(alone.x.data, pickField(together.x, [b]).data)
        assert.deepEqual(alone.residual[0], together.residual[b])
      }
    }
  })

  it('says what is wrong with an impossible sample, and changes no bit of its neighbors', async () => {
    for (const precision of PRECISIONS) {
      for (const n of [8, 13]) {
        const batch = 4
        const clean = lognormal({ n, batch, variance: 2 })
        const rhs = noise(n, batch)
        const expected = await solve(clean, rhs, { precision })
        for (const [harm, status] of impossible(n)) {
          const [matrix, f] = [pick(clean, [0, 1, 2, 3]), pickField(rhs, [0, 1, 2, 3])]
          harm(matrix, f)
          const found = await solve(matrix, f, { precision })
          assert.ok(status.includes(found.status[1]!), `${harm.name}: ${found.status[1]}`)
          assert.ok(found.x.data.every(Number.isFinite))
          for (const b of [0, 2, 3]) {
            assert.deepEqual(pickField(found.x, [b]), pickField(expected.x, [b]), `${harm.name}, row ${b}`)
            assert.equal(found.iterations[b], expected.iterations[b])
          }
        }
        assert.deepEqual(await solve(clean, rhs, { precision }), expected) // nothing stays in the memory
      }
    }
  })

  it('calls an x beyond f64 what it is, and gives 0', async () => {
    const matrix = lognormal({ n: 9, batch: 3, variance: 1 })
    for (const part of [matrix.center, matrix.west, matrix.east, matrix.south, matrix.north])
      for (let p = 81; p < 162; p++) part[p]! *= 2 ** -600
    const rhs = noise(9, 3)
    for (let p = 81; p < 162; p++) rhs.data[p]! *= 2 ** 600
    for (const precision of PRECISIONS) {
      const { x, status, residual } = await solve(matrix, rhs, { precision })
      assert.deepEqual(status, ['converged', 'non-finite', 'converged'])
      assert.ok(pickField(x, [1]).data.every((value) => value === 0))
      assert.equal(residual[1], 1)
    }
  })

  it('refuses a matrix that is not symmetric in a thread as it does here', async () => {
    const [matrix, rhs] = [lognormal({ n: 7, batch: 9, variance: 1 }), noise(7, 9)]
    matrix.west[6 * 49 + 3]! += 1
    const [here, there] = [await solve(matrix, rhs, {}, 1), await solve(matrix, rhs, {}, 2)]
    assert.deepEqual(there, here)
    assert.deepEqual(
      here.status.map((status) => status === 'breakdown'),
      here.status.map((_, b) => b === 6),
    )
    assert.ok(here.x.data.subarray(6 * 49, 7 * 49).every((value) => value === 0))
  })

  it('opens a team anew after a thread of it has ended', async () => {
    const threads = new Set<Worker>()
    const { postMessage } = Worker.prototype
    Worker.prototype.postMessage = function (this: Worker, message: unknown) {
      threads.add(this)
      postMessage.call(this, message)
    }
    try {
      const [matrix, rhs] = [lognormal({ n: 7, batch: 8, variance: 1 }), noise(7, 8)]
      const expected = await solve(matrix, rhs, {}, 2)
      assert.ok(threads.size > 0)
      await Promise.all([...threads].map((thread) => thread.terminate()))
      await assert.rejects(solve(matrix, rhs, {}, 2), /a thread ended/)
      assert.deepEqual(await solve(matrix, rhs, {}, 2), expected)
    } finally {
      Worker.prototype.postMessage = postMessage
    }
  })

  it('asks for whole groups: one without threads, with them many, fewer where grids are large', () => {
    const { batch, defaults } = multigrid
    assert.equal(batch!(64, defaults, 1), 4)
    assert.equal(batch!(64, { ...defaults, precision: 'double' }, 1), 2)
    assert.equal(batch!(64, defaults, 2), 64)
    assert.equal(batch!(128, defaults, 2), 20)
    assert.equal(batch!(1024, defaults, 2), 4)
  })

  it('says how large a grid may be, and keeps the memory of that below 1 GiB', async () => {
    const empty = new Float64Array(0)
    const sides = { center: empty, west: empty, east: empty, south: empty, north: empty }
    await assert.rejects(
      multigrid.setup({ batch: 0, n: MOST_SIDE + 1, ...sides }, multigrid.defaults),
      (error) =>
        error instanceof UserError && /at most 1650 nodes a side .* \(got 1651\)/.test(error.message),
    )
    const file = new URL('../../kernels/built/multigrid.wasm', import.meta.url)
    const bytes = loadKernel(compileKernel(file), 0).call('bytesOf', MOST_SIDE)
    assert.ok(bytes > 2 ** 29 && bytes < 2 ** 30 - 2 ** 17, `${bytes} bytes`)
  })

  it('accepts two-phase media of contrast 1e9 at the floor of rounding', async () => {
    for (const n of [16, 33]) {
      const matrix = twoPhase({ n, batch: 4, variance: 1, covariance: 'gaussian', length: 0.15 }, 1e9)
      const rhs = noise(n, 4)
      const { x, status } = await solve(matrix, rhs, {})
      for (let b = 0; b < 4; b++) {
        const { residual, floor } = honest(matrix, x, rhs, b)
        assert.equal(status[b], 'converged')
        assert.ok(residual <= Math.max(1e-10, 1.01 * floor), `n ${n}: ${residual}, floor ${floor}`)
      }
    }
  })

  it('solves to other tolerances', async () => {
    const matrix = lognormal({ n: 30, batch: 3, variance: 2 })
    const rhs = noise(30, 3)
    const steps: number[] = []
    for (const tolerance of [1e-3, 1e-6, 1e-10, 1e-13]) {
      const { x, status, residual, iterations } = await solve(matrix, rhs, { tolerance })
      assert.deepEqual([...new Set(status)], ['converged'])
      for (const [b, value] of residual.entries())
        assert.ok(value <= Math.max(tolerance, 1.01 * honest(matrix, x, rhs, b).floor))
      steps.push(iterations[0]!)
    }
    assert.ok(
      steps.every((count, at) => at === 0 || count > steps[at - 1]!),
      `${steps}`,
    )
  })

  it('refuses a matrix that is not symmetric, and knows its precisions', async () => {
    const matrix = lognormal({ n: 6, batch: 2, variance: 1 })
    matrix.west[10]! *= 1.01
    assert.deepEqual((await solve(matrix, noise(6, 2), {})).status, ['breakdown', 'converged'])
    await assert.rejects(
      async () => solve(matrix, noise(6, 2), { precision: 'duoble' }),
      (error) =>
        error instanceof UserError && /'duoble' not found.*Did you mean 'double'/.test(error.message),
    )
  })
})

async function solve(matrix: Stencil, rhs: Field, params: Params, threads = 1): Promise<Solution> {
  const all = { ...multigrid.defaults, ...params }
  return multigrid.solve(await multigrid.setup(matrix, all, threads), rhs, all)
}

async function manufactured(n: number, variable: number): Promise<number> {
  const h = 1 / (n + 1)
  const k = Float64Array.from({ length: (n + 1) * (n + 1) }, (_, p) => {
    return 1 + variable * (Math.floor(p / (n + 1)) + 0.5) * h * ((p % (n + 1)) + 0.5) * h
  })
  const at = (p: number) => [(Math.floor(p / n) + 1) * h, ((p % n) + 1) * h] as const
  const u = Float64Array.from({ length: n * n }, (_, p) => {
    const [x, y] = at(p)
    return Math.sin(Math.PI * x) * Math.sin(2 * Math.PI * y)
  })
  const f = u.map((value, p) => {
    const [x, y] = at(p)
    const ux = Math.PI * Math.cos(Math.PI * x) * Math.sin(2 * Math.PI * y)
    const uy = 2 * Math.PI * Math.sin(Math.PI * x) * Math.cos(2 * Math.PI * y)
    return 5 * Math.PI ** 2 * (1 + variable * x * y) * value - variable * (y * ux + x * uy)
  })
  const { x } = await solve(assemble({ batch: 1, n: n + 1, data: k }), { batch: 1, n, data: f }, {})
  const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0))
  return norm(x.data.map((value, p) => value - u[p]!)) / norm(u)
}
