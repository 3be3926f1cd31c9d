/** What every file in baselines/preconditioners/ must do, and what is special to some. */
import assert from 'node:assert/strict'
import type { Preconditioner, Preconditioning, Status, Systems } from '../../../contracts.ts'
import { load, namesIn } from '../../../io/lookup.ts'
import { rng } from '../../../math/rng.ts'
import { assemble, norm } from '../../../solvers/diffusion/stencil.ts'
import { countSteps } from '../../../solvers/diffusion/step-counts.ts'

const SEED = 67
const N = 12
const ROWS = 24
const train = systems(ROWS, 'train')
const matrix = assemble(systems(2, 'test').k)

for (const name of namesIn('baselines/preconditioners')) {
  describe(`baseline ${name} of preconditioners (seed ${SEED})`, () => {
    const ready = load<Preconditioning>('baseline', 'baselines/preconditioners', name).then((method) => {
      const precondition = method.fit(train, method.defaults)
      return { method, made: [0, 1].map((b) => usable(precondition(matrix, b))), precondition }
    })

    it('says what it is', async () => {
      const { about } = (await ready).method
      assert.ok(about.length > 0 && about.length < 120)
    })

    it('is symmetric and positive, and linear', async () => {
      for (const [b, made] of (await ready).made.entries()) {
        const { normal } = rng(SEED, 'vectors', b)
        const [u, v] = [normals(N * N, normal), normals(N * N, normal)]
        const [mu, mv] = [of(made, u), of(made, v)]
        const size = norm(u) * norm(mv) // of the terms of either sum
        assert.ok(Math.abs(dot(u, mv) - dot(v, mu)) < 1e-12 * size)
        assert.ok(dot(u, mu) > 0 && dot(v, mv) > 0)
        const sum = of(
          made,
          u.map((value, p) => 2 * value - 3 * v[p]!),
        )
        for (const [p, value] of sum.entries())
          assert.ok(Math.abs(value - (2 * mu[p]! - 3 * mv[p]!)) < 1e-12 * norm(sum))
      }
    })

    it('takes no more steps than none, and to the same x', async () => {
      const f = normals(N * N, rng(SEED, 'f').normal)
      const plain = steps((r, z) => z.set(r), 0, f)
      const own = steps((await ready).made[0]!, 0, f)
      assert.ok(own.count > 0 && own.count <= plain.count, `${own.count}, none ${plain.count}`)
      const gap = norm(own.x.map((value, p) => value - plain.x[p]!))
      assert.ok(gap < 1e-6 * norm(plain.x), `${gap}`) // residuals of 1e-9, and a condition of some hundreds
    })

    it('says breakdown or non-finite of what is no such matrix, but for none', async () => {
      const { precondition } = await ready
      if (name === 'none') return assert.equal(typeof precondition(matrix, 0), 'function')
      const broken = { ...matrix, center: matrix.center.map((value, p) => (p === 70 ? -value : value)) }
      assert.equal(precondition(broken, 0), 'breakdown')
      const lost = { ...matrix, center: matrix.center.map((value, p) => (p === 70 ? Number.NaN : value)) }
      assert.equal(precondition(lost, 0), 'non-finite')
      assert.equal(typeof precondition(broken, 1), 'function')
    })
  })
}

describe('baselines of preconditioners, one by one', () => {
  const fitted = async (name: string, params = {}) => {
    const method = await load<Preconditioning>('baseline', 'baselines/preconditioners', name)
    return method.fit(train, { ...method.defaults, ...params })
  }
  const count = (precondition: ReturnType<Preconditioning['fit']>) =>
    steps(usable(precondition(matrix, 0)), 0, normals(N * N, rng(SEED, 'count').normal)).count

  it('come in the order of their fill: ssor, ic0, ict1, ict, cholesky', async () => {
    const counts = await Promise.all(
      ['ssor', 'ic0', 'ict1', 'ict', 'cholesky'].map(async (n) => count(await fitted(n))),
    )
    assert.deepEqual(
      counts.toSorted((a, b) => b - a),
      counts,
    )
    assert.equal(counts.at(-1), 1)
  })

  it('sor-bandit finds an ω no worse than that of ssor, by either policy', async () => {
    const plain = count(await fitted('ssor'))
    for (const policy of ['tsallis-inf', 'cheb-cb']) {
      const learned = count(await fitted('sor-bandit', { policy, passes: 10 }))
      assert.ok(learned <= plain, `${policy}: ${learned}, ${plain}`)
    }
  })

  it('refuse what is no parameter in a sentence', async () => {
    await assert.rejects(fitted('ssor', { omega: 2 }), /omega must be a number between 0 and 2 \(got 2\)$/)
    await assert.rejects(fitted('ict', { fill: -1 }), /fill must be a whole number from 0 \(got -1\)$/)
    await assert.rejects(fitted('ict', { drop: 1 }), /drop must be a number from 0 to below 1 \(got 1\)$/)
    await assert.rejects(fitted('sor-bandit', { policy: 'cheb' }), /Did you mean 'cheb-cb'\?$/)
    await assert.rejects(
      fitted('sor-bandit', { passes: 0 }),
      /passes must be a whole number from 1 \(got 0\)$/,
    )
  })
})

function systems(rows: number, name: string): Systems {
  const { normal } = rng(SEED, 'systems', name)
  const k = Float64Array.from({ length: rows * (N + 1) ** 2 }, () => Math.exp(normal()))
  return {
    k: { batch: rows, n: N + 1, data: k },
    rhs: { batch: rows, n: N, data: normals(rows * N * N, normal) },
  }
}

function usable(made: Preconditioner | Status): Preconditioner {
  assert.ok(typeof made !== 'string', String(made))
  return made
}

function of(made: Preconditioner, r: Float64Array): Float64Array {
  const z = new Float64Array(r.length)
  made(r, z)
  return z
}

function steps(precondition: Preconditioner, b: number, f: Float64Array): { count: number; x: Float64Array } {
  const counted = countSteps(
    { matrix, b, precondition, f },
    new Float64Array(f.length),
    [1e-9 * norm(f)],
    1000,
  )
  return { count: counted.steps[0]!, x: counted.x }
}

function normals(length: number, normal: () => number): Float64Array {
  return Float64Array.from({ length }, normal)
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, p) => sum + value * b[p]!, 0)
}
