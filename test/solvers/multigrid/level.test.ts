import assert from 'node:assert/strict'
import { rng } from '../../../math/rng.ts'
import { assemble } from '../../../solvers/diffusion/stencil.ts'
import { hierarchy, type Level, neighbors, nodes } from '../../../solvers/multigrid/level.ts'
import { lognormal } from './systems.ts'

const SEED = 61

describe(`solvers/multigrid/level (seed ${SEED})`, () => {
  it('makes one node of three by three as on paper', () => {
    // k = 1, h = 1/4: A = 16 (4; −1 …). An edge: 1 / (4 − 2) of the coarse node; a center: (½ + ½) / 4.
    // Rows of A P: coarse node 4 − 4 · ½ = 2; an edge 4 · ½ − 1 − 2 · ¼ = ½. Pᵀ A P = 2 + 4 · ½ · ½ = 3.
    const [fine, coarse] = hierarchy(assemble({ batch: 1, n: 4, data: new Float64Array(16).fill(1) }))
    const weights = [1, 2, 3].flatMap((j) =>
      [1, 2, 3].map((i) => fine!.parents(j * 5 + i).map(([, weight]) => weight)),
    )
    assert.deepEqual(weights.flat(), [0.25, 0.5, 0.25, 0.5, 1, 0.5, 0.25, 0.5, 0.25])
    assert.deepEqual([coarse!.side, coarse!.center[4]], [1, 48])
  })

  it('has levels of half the side, rounded down, to a single node', () => {
    for (const [n, sides] of [
      [1, [1]],
      [3, [3, 1]],
      [8, [8, 4, 2, 1]],
      [13, [13, 6, 3, 1]],
    ] as const) {
      const levels = hierarchy(lognormal({ n, batch: 1, variance: 1 }))
      assert.deepEqual(
        levels.map(({ side }) => side),
        sides,
      )
    }
  })

  it('keeps a constant away from the walls, and loses some of it beside them', () => {
    for (const level of hierarchy(lognormal({ n: 17, batch: 1, variance: 2 })).slice(0, 2)) {
      for (const p of all(level)) {
        const sum = level.parents(p).reduce((total, [, weight]) => total + weight, 0)
        const [i, j] = [p % level.width, Math.floor(p / level.width)]
        const inside = [i, j].every((at) => at > 2 && at < level.side - 1)
        // a sum of at most four weights of size 1, each the end of some ten roundings
        if (inside) assert.ok(Math.abs(sum - 1) < 1e-14, `${level.side}: (${i}, ${j}) ${sum}`)
        else assert.ok(sum <= 1 + 1e-14 && sum > 0, `${level.side}: (${i}, ${j}) ${sum}`)
      }
    }
  })

  it('has coarse operators with the energy of the fine ones: eᵀ A_c e = (P e)ᵀ A (P e)', () => {
    for (const n of [2, 3, 6, 9, 12]) {
      const levels = hierarchy(lognormal({ n, batch: 1, variance: 2 }))
      for (let k = 0; k + 1 < levels.length; k++) {
        const [fine, coarse] = [levels[k]!, levels[k + 1]!]
        const e = randomOn(coarse, `${n} ${k}`)
        const energy = inner(e, apply(coarse, e))
        const prolonged = prolong(fine, e)
        const ratio = inner(prolonged, apply(fine, prolonged)) / energy
        assert.ok(energy > 0 && Math.abs(ratio - 1) < 1e-12, `n ${n}, level ${k}: ${ratio}`)
      }
    }
  })

  it('interpolates so that the equations of centers hold', () => {
    const levels = hierarchy(lognormal({ n: 13, batch: 1, variance: 2 }))
    for (const [k, fine] of levels.slice(0, -1).entries()) {
      const e = randomOn(levels[k + 1]!, `centers ${k}`)
      const x = prolong(fine, e)
      const residual = apply(fine, x)
      for (const p of nodes(fine, 1, 1)) assert.ok(Math.abs(residual[p]!) < 1e-13 * fine.center[p]!)
    }
  })
})

function all(level: Level): number[] {
  return [0, 1].flatMap((i) => [0, 1].flatMap((j) => nodes(level, i, j)))
}

function apply(level: Level, x: Float64Array): Float64Array {
  const out = new Float64Array(x.length)
  for (const p of all(level))
    out[p] = neighbors(level, p).reduce((sum, [q, a]) => sum - a * x[q]!, level.center[p]! * x[p]!)
  return out
}

function prolong(level: Level, e: Float64Array): Float64Array {
  const x = new Float64Array(level.center.length)
  for (const p of all(level))
    x[p] = level.parents(p).reduce((sum, [node, weight]) => sum + weight * e[node]!, 0)
  return x
}

function randomOn(level: Level, name: string): Float64Array {
  const { normal } = rng(SEED, name)
  const x = new Float64Array(level.center.length)
  for (const p of all(level)) x[p] = normal()
  return x
}

function inner(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, p) => sum + value * b[p]!, 0)
}
