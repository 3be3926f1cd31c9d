import assert from 'node:assert/strict'
import coarseSolve from '../../../baselines/operators/coarse-solve.ts'
import mean from '../../../baselines/operators/mean.ts'
import nearest from '../../../baselines/operators/nearest.ts'
import zero from '../../../baselines/operators/zero.ts'
import type { Field, Predictor, Systems } from '../../../contracts.ts'
import { load, namesIn } from '../../../io/lookup.ts'
import { rng } from '../../../math/rng.ts'
import { eliminate, fivePoint } from '../../contracts/dense.ts'

const SEED = 4
const field = (batch: number, n: number, values: ArrayLike<number>): Field => ({
  batch,
  n,
  data: Float64Array.from(values),
})

// Two training rows of 1 node and 4 cells, then three to be asked.
const train = {
  k: field(2, 2, [1, 1, 1, 1, 8, 8, 8, 8]),
  rhs: field(2, 1, [4, 64]),
  x: field(2, 1, [0.25, 0.75]),
}
const asked: Systems = { k: field(3, 2, [2, 2, 2, 2, 4, 4, 4, 4, 9, 9, 9, 9]), rhs: field(3, 1, [1, 1, 1]) }

describe(`baselines/operators (seed ${SEED})`, () => {
  const predict = async (method: Predictor) => [...(await method.fit(train, method.defaults)(asked)).data]

  it('zero', async () => assert.deepEqual(await predict(zero), [0, 0, 0]))
  it('mean: (0.25 + 0.75) / 2', async () => assert.deepEqual(await predict(mean), [0.5, 0.5, 0.5]))
  it('nearest in log k: 2 is a factor 2 from 1 and 4 from 8; 4 and 9 are nearer to 8', async () => {
    assert.deepEqual(await predict(nearest), [0.25, 0.75, 0.75])
    const equal = {
      ...asked,
      k: field(1, 2, [8 ** 0.5, 8 ** 0.5, 8 ** 0.5, 8 ** 0.5]),
      rhs: field(1, 1, [1]),
    }
    const once = await nearest.fit({ ...train, k: field(2, 2, Array(8).fill(1)) }, {})(equal)
    assert.deepEqual([...once.data], [0.25]) // of equals the first
  })

  it('coarse-solve with the factor 1 is the solution', async () => {
    const { systems, x } = problem(6, 2)
    const { data } = await coarseSolve.fit(train, { factor: 1 })(systems)
    // elimination and Cholesky in f64, condition number about 100
    for (const [i, value] of data.entries()) assert.ok(Math.abs(value - x[i]!) < 1e-13)
  })

  for (const factor of [0, 0.5, -4, Number.NaN])
    it(`coarse-solve refuses the factor ${factor}`, () =>
      assert.throws(() => coarseSolve.fit(train, { factor }), /coarse-solve: factor must be a number from 1/))

  it('coarse-solve by hand: 3 × 3 nodes from one, k = 1: x_c = f_c / 16', async () => {
    // h = 1/4, H = 1/2. rhs 1 in the middle: f_c = (1/2)² · 1; A_H = 4 · 4 = 16, so x_c = 1/64; hats 1/2 and 1/4 around
    const rhs = field(1, 3, [0, 0, 0, 0, 1, 0, 0, 0, 0])
    const { data } = await coarseSolve.fit(train, { factor: 2 })({ k: field(1, 4, Array(16).fill(1)), rhs })
    const expected = [1, 2, 1, 2, 4, 2, 1, 2, 1].map((quarters) => quarters / 4 / 64)
    for (const [i, value] of data.entries()) assert.ok(Math.abs(value - expected[i]!) < 1e-16)
  })

  it('coarse-solve errs by O(H²) on a smooth problem: four times less on twice the grid', async () => {
    const errors: number[] = []
    for (const n of [31, 63]) {
      const wave = Array.from({ length: n * n }, (_, at) => {
        return (
          Math.sin((Math.PI * (Math.floor(at / n) + 1)) / (n + 1)) *
          Math.sin((Math.PI * ((at % n) + 1)) / (n + 1))
        )
      })
      const lambda = 8 * (n + 1) ** 2 * Math.sin(Math.PI / (2 * (n + 1))) ** 2
      const systems = {
        k: field(1, n + 1, Array((n + 1) ** 2).fill(1)),
        rhs: field(
          1,
          n,
          wave.map((v) => v * lambda),
        ),
      }
      const { data } = await coarseSolve.fit(train, { factor: 4 })(systems)
      errors.push(Math.hypot(...data.map((v, i) => v - wave[i]!)) / Math.hypot(...wave))
    }
    // Hats take (πH)²/12 off a sine along each axis, once in the load and once in the solution: 0.0514 in all at H = 1/8,
    // of which the coarse eigenvalue, too small by (πH)²/12, gives some back.
    assert.ok(errors[0]! < 0.0514 && errors[0]! > 0.0514 - 2 * 0.0129, `${errors}`)
    assert.ok(Math.abs(errors[0]! / errors[1]! - 4) < 0.2, `${errors}`) // the next order is H⁴: (1/8)² of it
  })

  for (const name of namesIn('baselines/operators'))
    describe(`baseline ${name}`, () => {
      it('says what it is, gives finite fields, and treats each row alone', async () => {
        const method = await load<Predictor>('baseline', 'baselines/operators', name)
        assert.ok(method.about.length > 0 && method.about.length < 120)
        const [n, rows] = [5, 3]
        const { systems, x } = problem(n, rows)
        const fitted = method.fit({ ...systems, x: field(rows, n, x) }, method.defaults)
        const whole = await fitted(systems)
        assert.deepEqual([whole.batch, whole.n, whole.data.length], [rows, n, rows * n * n])
        assert.ok(whole.data.every(Number.isFinite))
        const part = ({ n: side, data }: Field) => field(1, side, data.subarray(side * side, 2 * side * side))
        const alone = await fitted({ k: part(systems.k), rhs: part(systems.rhs) })
        assert.deepEqual([...alone.data], [...whole.data.subarray(n * n, 2 * n * n)])
      })
    })
})

function problem(n: number, rows: number) {
  const stream = rng(SEED, 'problem', n)
  const k = Float64Array.from({ length: rows * (n + 1) ** 2 }, () => Math.exp(0.5 * stream.normal()))
  const rhs = Float64Array.from({ length: rows * n * n }, () => stream.normal())
  const x = new Float64Array(rhs.length)
  for (let r = 0; r < rows; r++) {
    const matrix = fivePoint(k.subarray(r * (n + 1) ** 2), n)
    x.set(eliminate(matrix, rhs.slice(r * n * n, (r + 1) * n * n)), r * n * n)
  }
  return { systems: { k: field(rows, n + 1, k), rhs: field(rows, n, rhs) }, x }
}
