import assert from 'node:assert/strict'
import { chebCb } from '../../../math/bandits/cheb-cb.ts'
import { draw } from '../../../math/bandits/draw.ts'
import { tsallisInf } from '../../../math/bandits/tsallis-inf.ts'
import { rng } from '../../../math/rng.ts'

const SEED = 66

describe(`math/bandits (seed ${SEED})`, () => {
  it('draws the arm in whose share the number lies', () => {
    const p = Float64Array.of(0.25, 0, 0.5, 0.25)
    assert.deepEqual(
      [0.1, 0.25, 0.7, 0.8, 1 - 1e-16].map((uniform) => draw(p, uniform)),
      [0, 2, 2, 3, 3],
    )
  })

  describe('tsallis-inf', () => {
    it('begins even, and has the shares of two arms as on paper', () => {
      const bandit = tsallisInf(2)
      assert.deepEqual([...bandit.probabilities()], [0.5, 0.5])
      // cost 3 of arm 0: k = (6, 0), s = 3: sums 2 and 0, η = √2. p = 2 / (2 − x)² + 2 / x² = 1 has the root x = −1.5942…
      bandit.learn(0, 3)
      const [p0, p1] = bandit.probabilities()
      const x = -Math.sqrt(2 / p1!)
      assert.ok(Math.abs(2 / (2 - x) ** 2 - p0!) < 1e-12)
      assert.ok(Math.abs(p0! + p1! - 1) < 1e-12)
      assert.ok(p0! < p1!)
    })

    it('sums to one, and finds x however far the sums are', () => {
      const bandit = tsallisInf(20)
      const { uniform } = rng(SEED, 'far')
      for (let t = 0; t < 3000; t++) {
        const p = bandit.probabilities()
        assert.ok(Math.abs(p.reduce((sum, one) => sum + one, 0) - 1) < 1e-12)
        assert.ok(p.every((one) => one > 0 && one < 1))
        const arm = draw(p, uniform())
        bandit.learn(arm, 1000 * (1 + arm) * (0.5 + uniform()))
      }
      const p = bandit.probabilities()
      assert.ok(p[0]! > 0.5 && p[0]! > 20 * p[19]!, `${p}`)
    })

    it('does not care for the scale of costs', () => {
      const [one, thousand] = [tsallisInf(3), tsallisInf(3)]
      for (const [arm, cost] of [
        [0, 2],
        [1, 5],
        [2, 1],
        [0, 3],
      ] as const) {
        one.learn(arm, cost)
        thousand.learn(arm, 1000 * cost)
      }
      const [a, b] = [one.probabilities(), thousand.probabilities()]
      for (const [i, p] of a.entries()) assert.ok(Math.abs(p - b[i]!) < 1e-12)
    })
  })

  describe('cheb-cb', () => {
    it('begins even, and fits what it saw: a parabola to rounding of its ridge', () => {
      const bandit = chebCb(2, { from: 1, to: 3 })
      assert.deepEqual([...bandit.probabilities(2)], [0.5, 0.5])
      const cost = (c: number) => 5 + (c - 2) ** 2
      for (let t = 0; t <= 40; t++) bandit.learn(0, 1 + t / 20, cost(1 + t / 20))
      for (const c of [1, 1.3, 2, 2.9]) {
        const found = bandit.costs(c)[0]!
        assert.ok(Math.abs(found - cost(c)) < 1e-3, `${c}: ${found}, ${cost(c)}`) // descent ends at 1e-9 of a step
      }
    })

    it('keeps to its box', () => {
      const bandit = chebCb(1, { from: 0, to: 1 }, 2)
      // two points 0.01 apart, costs 1 and 2: the line through them has slope 100 in c, θ_1 = 50; the box says 2 (2 − 1)
      bandit.learn(0, 0.5, 1)
      bandit.learn(0, 0.51, 2)
      assert.ok(Math.abs(bandit.costs(1)[0]! - bandit.costs(0)[0]!) <= 4 + 1e-9)
    })

    it('learns which arm is good where', () => {
      const bandit = chebCb(3, { from: 0, to: 1 })
      const { uniform } = rng(SEED, 'where')
      const cost = (arm: number, c: number) => 10 + 50 * Math.abs(c - arm / 2)
      const late: number[] = []
      for (let t = 0; t < 1500; t++) {
        const c = uniform()
        const p = bandit.probabilities(c)
        assert.ok(Math.abs(p.reduce((sum, one) => sum + one, 0) - 1) < 1e-9 && p.every((one) => one >= 0))
        const arm = draw(p, uniform())
        bandit.learn(arm, c, cost(arm, c) * (0.9 + 0.2 * uniform()))
        if (t >= 1000) late.push(cost(arm, c) - Math.min(...[0, 1, 2].map((other) => cost(other, c))))
      }
      const regret = late.reduce((sum, one) => sum + one, 0) / late.length
      // an arm by chance regrets 12.5 (⅓ · 25/2 + … by integration); a good policy little
      assert.ok(regret < 3, `${regret}`)
      for (const [arm, c] of [0.05, 0.5, 0.95].entries())
        assert.equal(bandit.costs(c).indexOf(Math.min(...bandit.costs(c))), arm)
    })
  })
})
