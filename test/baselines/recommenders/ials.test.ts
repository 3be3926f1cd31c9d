import assert from 'node:assert/strict'
import ials, { solverOf } from '../../../baselines/recommenders/ials.ts'
import { rng } from '../../../math/rng.ts'
import { scoresOf, tastes } from '../asked.ts'

const settings = { dim: 4, epochs: 30, unobserved: 0.2, regularization: 0.05, power: 0.5, seed: 0 }

describe('baseline ials', () => {
  it('one user and one item as on paper', () => {
    // dim 1: v = w/(w² + αw² + λ(1 + α)^ν) back and forth; at the fixed point (1 + α) v² + λ(1 + α)^ν = 1
    const { unobserved: a, regularization: l, power: nu } = settings
    const square = (1 - l * (1 + a) ** nu) / (1 + a)
    const [score] = scoresOf(ials, { items: 1, sequences: [[1]] }, [1], { ...settings, dim: 1, epochs: 200 })
    assert.ok(Math.abs(score! - square) < 1e-12, `${score}, expected ${square}`)
  })

  it('a vector is the least of its part of the objective (seed 7)', () => {
    const random = rng(7, 'ials')
    const { dim } = settings
    const other = Array.from({ length: 12 }, () => Array.from({ length: dim }, () => random.normal()))
    const joined = [1, 4, 10]
    const found = new Float64Array(dim)
    solverOf(Float64Array.from(other.flat()), settings)(Int32Array.from(joined), found)
    const least = objective([...found], other, joined)
    for (let f = 0; f < dim; f++)
      for (const step of [1e-3, -1e-3]) {
        const moved = [...found].map((entry, g) => (g === f ? entry + step : entry))
        assert.ok(objective(moved, other, joined) > least, `direction ${f}, step ${step}`)
      }
  })

  it('finds the tastes: items of the user’s group above all others (seed 8)', () => {
    const log = tastes(8, { users: 90 })
    const scores = scoresOf(ials, log, [2, 5, 8], settings)
    const group = (residue: number) => scores.filter((_, i) => i % 3 === residue)
    assert.ok(Math.min(...group(1)) > Math.max(...group(0), ...group(2)))
  })

  it('repeats itself under one seed, and ignores order and repeats of a history', () => {
    const log = tastes(9)
    assert.deepEqual(scoresOf(ials, log, [3, 9], settings), scoresOf(ials, log, [9, 3, 3], settings))
  })

  it('scores nothing after nothing', () => {
    assert.deepEqual(scoresOf(ials, tastes(9), [], settings), Array(24).fill(0))
  })
})

/** What u = the vector of somebody joined to rows of `items` minimizes. */
function objective(u: readonly number[], items: readonly number[][], joined: readonly number[]): number {
  const { unobserved, regularization, power } = settings
  const dot = (v: readonly number[]) => v.reduce((total, value, f) => total + value * u[f]!, 0)
  const seen = joined.reduce((total, row) => total + (dot(items[row]!) - 1) ** 2, 0)
  const all = items.reduce((total, v) => total + dot(v) ** 2, 0)
  const size = u.reduce((total, value) => total + value * value, 0)
  return (
    seen + unobserved * all + regularization * (joined.length + unobserved * items.length) ** power * size
  )
}
