import assert from 'node:assert/strict'
import type { Stencil } from '../../../contracts.ts'
import { draw } from '../../../math/bandits/draw.ts'
import { tsallisInf } from '../../../math/bandits/tsallis-inf.ts'
import { rng } from '../../../math/rng.ts'
import { mean, standardError } from '../../../math/statistics.ts'
import { bestOmega, overRelax } from '../../../solvers/diffusion/over-relaxation.ts'
import { difference, norm } from '../../../solvers/diffusion/stencil.ts'

const SEED = 65
const LIMITS = { tolerance: 1e-8, iterations: 10000 }

describe(`solvers/diffusion/over-relaxation (seed ${SEED})`, () => {
  it('takes the sweeps of two nodes as on paper', () => {
    // 4 x − y = 3, 4 y − x = 3 (x = y = 1) from 0 with ω = 1: x = ¾, y = (3 + ¾) / 4; each sweep then errs by 1/16 of the last
    const two = laplacian(2, 0)
    const f = Float64Array.of(3, 3, 0, 0)
    two.south.fill(0)
    two.north.fill(0)
    const { x } = overRelax(two, 0, f, 1, { tolerance: 0, iterations: 1 })
    assert.deepEqual([...x], [0.75, 0.9375, 0, 0])
    const { status, iterations } = overRelax(two, 0, f, 1, { tolerance: 1e-3, iterations: 99 })
    // ‖r‖ / ‖f‖ is (15/16) / √18 after the first sweep, and a 16th of that after each: 2.2e-1, 1.4e-2, 8.6e-4
    assert.deepEqual([status, iterations], ['converged', 3])
  })

  it('solves, and says when it does not', () => {
    const { normal } = rng(SEED, 'solves')
    const matrix = laplacian(10, 0)
    const f = Float64Array.from({ length: 100 }, normal)
    const { x } = overRelax(matrix, 0, f, 1.5, LIMITS)
    assert.ok(norm(difference(matrix, x, f)) <= 1e-8 * norm(f))
    assert.equal(overRelax(matrix, 0, f, 1.5, { tolerance: 1e-8, iterations: 3 }).status, 'max-iterations')
    assert.equal(overRelax(matrix, 0, f, 2.5, LIMITS).status, 'non-finite') // it diverges
  })

  it('knows the best ω of the Laplacian: 2 / (1 + sin πh)', () => {
    const h = 1 / 11
    assert.ok(Math.abs(bestOmega(Math.cos(Math.PI * h)) - 2 / (1 + Math.sin(Math.PI * h))) < 1e-14)
  })

  // Mean iterations and their standard errors over 300 and 150 draws, and those of the instance-optimal ω, whose error is not known
  const REFERENCE = [
    {
      name: 'high',
      beta: [0.5, 1.5],
      draws: 300,
      optimal: 53.8,
      means: { 1.2: [372, 25], 1.4: [235, 16], 1.6: [140, 9], 1.8: [100.2, 2] },
    },
    {
      name: 'low',
      beta: [2, 6],
      draws: 150,
      optimal: 40.2,
      means: { 1: [242, 11], 1.2: [158, 7], 1.4: [97, 4], 1.6: [54, 2], 1.8: [85.5, 0] },
    },
  ] as const
  for (const { name, beta, draws, optimal, means } of REFERENCE) {
    it(`takes the iterations of Learning to Relax, offsets of ${name} variance`, function () {
      this.timeout(120_000)
      const systems = Array.from({ length: draws }, (_, t) => system(beta, `${name}${t}`))
      for (const [omega, [known, error]] of Object.entries(means)) {
        const counts = Float64Array.from(systems, (one) => costAt(one, Number(omega)))
        // two means of as many draws: three standard errors of their difference, and half a step for a rounded 0
        const allowed = 3 * Math.hypot(error, standardError(counts)) + 0.5
        assert.ok(Math.abs(mean(counts) - known) <= allowed, `ω ${omega}: ${mean(counts)}, known ${known}`)
      }
      const best = Float64Array.from(systems, (one) => costAt(one, bestOmega(one.rho)))
      const allowed = 3 * Math.SQRT2 * standardError(best)
      assert.ok(Math.abs(mean(best) - optimal) <= allowed, `ω*: ${mean(best)}, known ${optimal} ± ${allowed}`)
    })
  }

  it('costs a bandit what it is known to cost: 191 in 600 rounds, less than chance', function () {
    this.timeout(120_000)
    const omegas = Array.from({ length: 20 }, (_, i) => 1 + (0.95 * i) / 19)
    const bandit = tsallisInf(20)
    const { uniform } = rng(SEED, 'bandit')
    const [costs, chance] = [new Float64Array(600), new Float64Array(600)]
    for (let t = 0; t < 600; t++) {
      const one = system([0.5, 1.5], `bandit${t}`)
      const arm = draw(bandit.probabilities(), uniform())
      costs[t] = costAt(one, omegas[arm]!)
      chance[t] = costAt(one, omegas[Math.floor(20 * uniform())]!)
      bandit.learn(arm, costs[t]! - 1)
    }
    // one seed there, another here, of costs from 30 to 3000
    const allowed = 3 * Math.SQRT2 * standardError(costs)
    assert.ok(Math.abs(mean(costs) - 191) <= allowed, `${mean(costs)}, known 191 ± ${allowed}`)
    assert.ok(mean(costs) < mean(chance), `${mean(costs)}, by chance ${mean(chance)}`)
  })
})

interface System {
  matrix: Stencil
  f: Float64Array
  rho: number // of its Jacobi iteration
}

/** A + c I, A with 4 on the diagonal and −1 beside it on 10 × 10 nodes, c = −0.15 + 0.6 Beta; b normal with ‖b‖ ≤ √n. */
function system([a, b]: readonly [number, number], name: string): System {
  const { uniform, normal } = rng(SEED, 'system', name)
  const c = -0.15 + 0.6 * betaOf(a, b, uniform)
  let f = Float64Array.from({ length: 100 }, normal)
  while (norm(f) > 10) f = Float64Array.from({ length: 100 }, normal)
  return { matrix: laplacian(10, c), f, rho: (4 * Math.cos(Math.PI / 11)) / (4 + c) }
}

/** Jöhnk's: x = U^(1/a), y = V^(1/b), and x / (x + y) where x + y ≤ 1. */
function betaOf(a: number, b: number, uniform: () => number): number {
  for (;;) {
    const [x, y] = [uniform() ** (1 / a), uniform() ** (1 / b)]
    if (x + y <= 1) return x / (x + y)
  }
}

function costAt({ matrix, f }: System, omega: number): number {
  return overRelax(matrix, 0, f, omega, LIMITS).iterations
}

function laplacian(n: number, offset: number): Stencil {
  const part = (value: (i: number, j: number) => number) =>
    Float64Array.from({ length: n * n }, (_, p) => value(Math.floor(p / n), p % n))
  return {
    batch: 1,
    n,
    center: part(() => 4 + offset),
    west: part((_, j) => (j > 0 ? -1 : 0)),
    east: part((_, j) => (j < n - 1 ? -1 : 0)),
    south: part((i) => (i > 0 ? -1 : 0)),
    north: part((i) => (i < n - 1 ? -1 : 0)),
  }
}
