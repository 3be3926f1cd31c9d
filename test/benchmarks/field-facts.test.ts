import assert from 'node:assert/strict'
import { fieldFacts } from '../../benchmarks/field-facts.ts'

describe('benchmarks/field-facts', () => {
  it('by hand: two rows of one node', () => {
    const k = Float32Array.of(1, 1, 1, 1, 4, 4, 4, 4)
    const [rhs, x] = [Float32Array.of(3, 4), Float64Array.of(1, 7)]
    const facts = fieldFacts({ rows: 2, data: { k, rhs, x } }, 1, 'nodes')
    // log k: 0 and log 4, about log 2 by log 2; ⟨rhs, x⟩ = 3 + 28 over 2 rows × 4 faces
    assert.deepEqual([facts.grid, facts.reading, facts.channels], [1, 'nodes', {}])
    const near = (found: number, right: number) =>
      assert.ok(Math.abs(found - right) < 1e-15 * 10, `${found}, ${right}`)
    near(facts.logK.mean, Math.LN2)
    near(facts.logK.deviation, Math.LN2)
    near(facts.rhs, Math.sqrt(12.5))
    near(facts.x, 5)
    near(facts.flux, Math.sqrt(31 / 8))
  })

  it('k = 1 has no deviation; of no rows every scale is 1', () => {
    const ones = { k: new Float32Array(4).fill(1), rhs: Float32Array.of(0), x: Float64Array.of(0) }
    const flat = fieldFacts({ rows: 1, data: ones }, 1, 'nodes')
    assert.deepEqual([flat.logK, flat.rhs, flat.x, flat.flux], [{ mean: 0, deviation: 0 }, 1, 1, 1])
    const none = { k: new Float32Array(0), rhs: new Float32Array(0), x: new Float64Array(0) }
    assert.deepEqual(fieldFacts({ rows: 0, data: none }, 1, 'nodes'), flat)
  })
})
