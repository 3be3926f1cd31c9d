/** Metrics that look at neighbors: cases on 1 × 1, 2 × 2 and 3 × 3 nodes worked out by hand, identities, and solvers/ as the independent twin. */
import assert from 'node:assert/strict'
import type { Columns } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import { applyAt, energyOf, facesOf, nodeOf } from '../../metrics/diffusion.ts'
import boundary from '../../metrics/operators/boundary.ts'
import energyError from '../../metrics/operators/energy-error.ts'
import h1 from '../../metrics/operators/h1.ts'
import relativeL2 from '../../metrics/operators/relative-l2.ts'
import residual from '../../metrics/operators/residual.ts'
import high from '../../metrics/operators/spectrum-high.ts'
import low from '../../metrics/operators/spectrum-low.ts'
import mid from '../../metrics/operators/spectrum-mid.ts'
import { bandOf } from '../../metrics/spectrum.ts'
import { apply, assemble } from '../../solvers/diffusion/stencil.ts'

const SEED = 8
const near = (found: number, right: number, relative = 1e-14) =>
  assert.ok(Math.abs(found - right) <= relative * Math.abs(right), `${found}, expected ${right}`)
const fields = (rows: number, data: Record<string, number[]>): Columns => ({
  rows,
  data: Object.fromEntries(Object.entries(data).map(([name, values]) => [name, Float64Array.from(values)])),
})

describe(`metrics of operators that see neighbors (seed ${SEED})`, () => {
  // One node between four walls, h = 1/2, cells 1, 2, 3, 4: A = 4 (1 + 2 + 3 + 4) = 40.
  const one = { k: [1, 2, 3, 4], rhs: [80], x: [2] }

  it('residual by hand: A = 40, rhs = 80, x̂ = 3 misses it by 40', () => {
    near(residual.measure(fields(1, { x: [3] }), fields(1, one), {}).value, 0.5)
  })

  it('energy and H¹ on one node are its relative error', () => {
    for (const metric of [energyError, h1])
      near(metric.measure(fields(1, { x: [3] }), fields(1, one), {}).value, 0.5)
  })

  // Four nodes, h = 1/3, k = 1. A field (a, b; c, d) has 8 wall faces, each value seen by two, and 4 inner ones.
  it('h1 by hand: error (1, 0; 0, 0), truth (1, 1; 1, 1)', () => {
    // error: values 1, slopes 9 (2 walls × 1 + 2 inner × 1) = 36; truth: values 4, slopes 9 (8 walls × 1) = 72
    const truth = fields(1, { x: [1, 1, 1, 1] })
    near(h1.measure(fields(1, { x: [2, 1, 1, 1] }), truth, {}).value, Math.sqrt(37 / 76))
  })

  it('energy-error by hand: the same with k = 2 in the first row of cells', () => {
    // faces across the first axis: row 0 has 2, the others 1; across the second (2 + 1)/2 for row 0, 1 for row 1.
    // error: 2 + 1 + 1.5 + 1.5 = 6; truth: first axis 2 × 2 + 2 × 1 = 6, second 2 × 1.5 + 2 × 1 = 5
    const truth = fields(1, { x: [1, 1, 1, 1], k: [2, 2, 2, 1, 1, 1, 1, 1, 1] })
    near(energyError.measure(fields(1, { x: [2, 1, 1, 1] }), truth, {}).value, Math.sqrt(6 / 11))
  })

  it('boundary by hand: the middle of 3 × 3 does not count', () => {
    const truth = fields(1, { x: [1, 1, 1, 1, 7, 1, 1, 1, 1] })
    near(boundary.measure(fields(1, { x: [2, 1, 1, 1, 9, 1, 1, 1, 2] }), truth, {}).value, 0.5)
    assert.equal(boundary.measure(fields(1, { x: [1, 1, 1, 1, 9, 1, 1, 1, 1] }), truth, {}).value, 0)
  })

  it('A and its energy are those of solvers/', () => {
    const [n, stream] = [6, rng(SEED, 'stencil')]
    const k = Float64Array.from({ length: 2 * (n + 1) ** 2 }, () => Math.exp(stream.normal()))
    const u = Float64Array.from({ length: n * n }, () => stream.normal())
    const matrix = assemble({ batch: 2, n: n + 1, data: k })
    for (const row of [0, 1]) {
      const expected = new Float64Array(n * n)
      apply(matrix, u, expected, row)
      const faces = facesOf(k, row, n)
      const scale = Math.max(...expected.map(Math.abs))
      // the same few terms in another order
      for (const [at, value] of expected.entries())
        assert.ok(
          Math.abs(applyAt(nodeOf(u, 0, n), faces, n, Math.floor(at / n), at % n) - value) <= 1e-14 * scale,
        )
      const product = expected.reduce((sum, value, at) => sum + value * u[at]!, 0)
      near(energyOf(nodeOf(u, 0, n), faces, n), product, 1e-13)
    }
  })

  it('bands cover the plane once: 1, 3 and 5 ninths of it', () => {
    const counts = { low: 0, mid: 0, high: 0 }
    for (let p = 1; p <= 9; p++) for (let q = 1; q <= 9; q++) counts[bandOf(p, q, 9)]++
    assert.deepEqual(counts, { low: 9, mid: 27, high: 45 })
    assert.equal(bandOf(9, 9, 9), 'high')
  })

  it('an error of one wave lies in its band alone, with the norm of the wave', () => {
    const n = 6
    const wave = (p: number, q: number) =>
      Array.from({ length: n * n }, (_, at) => {
        const angle = (frequency: number, i: number) => (Math.PI * frequency * (i + 1)) / (n + 1)
        return Math.sin(angle(p, Math.floor(at / n))) * Math.sin(angle(q, at % n))
      })
    const truth = fields(1, { x: wave(1, 1) }) // all sine waves have one norm
    for (const [p, q, band] of [
      [2, 1, low],
      [1, 4, mid],
      [5, 1, high],
      [6, 6, high],
    ] as const) {
      const error = wave(p, q)
      const predicted = fields(1, { x: wave(1, 1).map((value, i) => value + 0.25 * error[i]!) })
      for (const metric of [low, mid, high]) {
        const { value } = metric.measure(predicted, truth, {})
        assert.ok(Math.abs(value - (metric === band ? 0.25 : 0)) < 1e-14, `${p}, ${q}: ${value}`)
      }
    }
  })

  it('squares of the bands add up to that of relative-l2 (Parseval)', () => {
    const stream = rng(SEED, 'bands')
    for (const n of [3, 4, 7, 16]) {
      const random = () => Array.from({ length: 2 * n * n }, () => stream.normal())
      const [predicted, truth] = [fields(2, { x: random() }), fields(2, { x: random() })]
      const whole = relativeL2.measure(predicted, truth, {}).perRow!
      const bands = [low, mid, high].map((metric) => metric.measure(predicted, truth, {}).perRow!)
      for (const row of [0, 1]) {
        const sum = bands.reduce((total, band) => total + band[row]! ** 2, 0)
        near(sum, whole[row]! ** 2, 1e-13)
      }
    }
  })

  it('asks for the columns it needs', () => {
    const bare = fields(1, { x: [1] })
    assert.throws(() => residual.measure(bare, bare, {}), /column k is missing/)
  })
})
