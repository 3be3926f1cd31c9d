import assert from 'node:assert/strict'
import { pairedBootstrap } from '../../math/bootstrap.ts'
import { rng } from '../../math/rng.ts'
import { leastVisible, studentCdf, studentQuantile } from '../../math/student.ts'

describe('math/student', () => {
  it('is the closed form for one and two degrees of freedom', () => {
    for (const t of [-3, -0.5, 0, 0.1, 2, 40]) {
      // Rounding of a handful of f64 operations on numbers of order one.
      assert.ok(Math.abs(studentCdf(t, 1) - (0.5 + Math.atan(t) / Math.PI)) < 1e-15, `${t}`)
      assert.ok(Math.abs(studentCdf(t, 2) - (0.5 + t / (2 * Math.sqrt(2 + t * t)))) < 1e-15, `${t}`)
    }
  })

  it('is the tables', () => {
    // Abramowitz & Stegun, table 26.10, three decimals.
    for (const [p, freedom, t] of [
      [0.975, 4, 2.776],
      [0.975, 9, 2.262],
      [0.975, 30, 2.042],
      [0.995, 15, 2.947],
      [0.8, 5, 0.92],
    ] as const)
      assert.equal(studentQuantile(p, freedom).toFixed(3), t.toFixed(3))
    assert.equal(studentQuantile(0.975, 5000).toFixed(3), '1.962') // t of 1000
    assert.ok(Math.abs(studentQuantile(0.2, 7) + studentQuantile(0.8, 7)) < 1e-9) // halving stops at 1e-12
  })

  it('has the integral of its density (7 degrees, Simpson)', () => {
    // Γ(4) / (√(7π) Γ(7/2)), Γ(7/2) = 15 √π / 8
    const c = 6 / (Math.sqrt(7 * Math.PI) * ((15 * Math.sqrt(Math.PI)) / 8))
    const density = (t: number) => c * (1 + (t * t) / 7) ** -4
    const [steps, to] = [2000, 1.7]
    let total = 0
    for (let i = 0; i <= steps; i++)
      total += density((i * to) / steps) * (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2)
    // Simpson's error is (to/steps)⁴ of order one: 1e-12.
    assert.ok(Math.abs(studentCdf(to, 7) - 0.5 - (total * to) / steps / 3) < 1e-11)
  })

  it('says nothing of one row, and 0 of rows without spread', () => {
    assert.equal(leastVisible([1]), null)
    assert.equal(leastVisible([2, 2, 2]), 0)
  })

  const [rows, trials, seed] = [24, 250, 5]
  it(`is a difference that our test finds in 80 % of samples (${rows} rows, seed ${seed})`, () => {
    let found = 0
    for (let trial = 0; trial < trials; trial++) {
      const stream = rng(seed, 'power', trial)
      const noise = Float64Array.from({ length: rows }, () => stream.normal())
      // s = 1 is known here: (t₀.₉₇₅ + t₀.₈₀) / √n
      const shift = (studentQuantile(0.975, rows - 1) + studentQuantile(0.8, rows - 1)) / Math.sqrt(rows)
      const p = pairedBootstrap([noise.map((value) => value + shift), new Float64Array(rows)], 400, stream)
      found += p[0]! <= 0.05 ? 1 : 0
    }
    // Three standard errors of a share of 250 at 80 %, and 2 % for the bootstrap and the approximation.
    const tolerance = 3 * Math.sqrt((0.8 * 0.2) / trials) + 0.02
    assert.ok(Math.abs(found / trials - 0.8) < tolerance, `${found} of ${trials}`)
  })
})
