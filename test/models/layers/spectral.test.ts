import assert from 'node:assert/strict'
import type { Init } from '../../../contracts.ts'
import { rng } from '../../../math/rng.ts'
import { modesOf, spectral } from '../../../models/layers/spectral.ts'
import { tf } from '../../../tensor/index.ts'
import { apart, drawn, initOf, normal } from '../values.ts'

const SEED = 13
const [BATCH, C] = [2, 3]
type Complex = [number, number]

describe(`spectral convolution (seed ${SEED})`, () => {
  before(() => tf.engine().startScope())
  after(() => tf.engine().endScope())

  it('keeps modes 0…m−1 and −(m−1)…−1 once each', () => {
    assert.deepEqual(modesOf(8, 3), { first: [0, 1, 2, -2, -1], second: [0, 1, 2] })
    assert.deepEqual(modesOf(5, 99), { first: [0, 1, 2, -2, -1], second: [0, 1, 2] })
    assert.deepEqual(modesOf(6, 99), { first: [0, 1, 2, 3, -2, -1], second: [0, 1, 2, 3] }) // −3 is 3
  })

  for (const n of [5, 6])
    it(`gives back its input for R = 1 and all modes, n = ${n}`, () => {
      const build = (init: Init) => spectral(init, 's', { channels: C, grid: n, modes: n })
      const weights = drawn(build, SEED)
      weights.get('s/mixing')!.data.set(mixing(n, n, () => identity()))
      const x = normal([BATCH, n, n, C], SEED)
      const y = build(initOf(weights))(x)
      assert.ok(apart(y.dataSync(), x.dataSync()) < 2e-6) // float32 sums of n² terms near 1
    })

  for (const [n, modes] of [
    [5, 2],
    [6, 3],
    [6, 4],
    [7, 7],
  ] as [number, number][])
    it(`is the naive transform, mixing and inverse, n = ${n}, modes = ${modes}`, () => {
      const stream = rng(SEED, 'R', n, modes)
      const R = new Map<string, Complex[][]>()
      const build = (init: Init) => spectral(init, 's', { channels: C, grid: n, modes })
      const weights = drawn(build, SEED)
      const fill = mixing(n, modes, (k1, k2) => {
        const matrix = square(() => [stream.normal(), stream.normal()])
        R.set(`${k1},${k2}`, matrix)
        return matrix
      })
      weights.get('s/mixing')!.data.set(fill)
      const x = normal([BATCH, n, n, C], SEED)
      const y = build(initOf(weights))(x).dataSync()
      const exact = naive(n, x.dataSync(), R)
      assert.ok(apart(y, exact) < 1e-5) // float32, values up to about 5
    })

  it('passes the gradient of plain sums', () => {
    const n = 4
    const build = (init: Init) => spectral(init, 's', { channels: C, grid: n, modes: 2 })
    const layer = build(initOf(drawn(build, SEED)))
    const [x, weight, along] = [normal([1, n, n, C], 1), normal([1, n, n, C], 2), normal([1, n, n, C], 3)]
    const slope = tf
      .grad((v) => layer(v).mul(weight).sum())(x)
      .mul(along)
      .sum()
      .dataSync()[0]!
    // the layer is linear: its slope along a is its value at a
    const exact = layer(along).mul(weight).sum().dataSync()[0]!
    assert.ok(Math.abs(slope - exact) < 1e-5)
  })
})

function square(entry: (i: number, o: number) => Complex): Complex[][] {
  return Array.from({ length: C }, (_, i) => Array.from({ length: C }, (_, o) => entry(i, o)))
}
function identity(): Complex[][] {
  return square((i, o) => [i === o ? 1 : 0, 0])
}

/** R by mode in the layer's own order: [K m, (Re over Im, in), out]. */
function mixing(n: number, modes: number, matrix: (k1: number, k2: number) => Complex[][]): number[] {
  const { first, second } = modesOf(n, modes)
  const flat: number[] = []
  for (const k1 of first)
    for (const k2 of second) {
      const R = matrix(k1, k2)
      for (const part of [0, 1] as const) for (const row of R) flat.push(...row.map((entry) => entry[part]))
    }
  return flat
}

/**
 * The three equations of the file, one sum after the other, over all n × n modes: missing ones are 0, negative
 * k₂ conjugate.
 */
function naive(n: number, x: ArrayLike<number>, R: Map<string, Complex[][]>): Float64Array {
  const y = new Float64Array(BATCH * n * n * C)
  const at = (b: number, p: number, q: number, c: number) => ((b * n + p) * n + q) * C + c
  for (let b = 0; b < BATCH; b++)
    for (const [key, matrix] of R) {
      const [k1, k2] = key.split(',').map(Number) as [number, number]
      const Y = mixed(
        coefficients(n, k1, k2, (p, q, c) => x[at(b, p, q, c)]!),
        matrix,
      )
      const weight = k2 === 0 || 2 * k2 === n ? 1 : 2
      for (let p = 0; p < n; p++)
        for (let q = 0; q < n; q++) {
          const angle = (2 * Math.PI * (k1 * p + k2 * q)) / n
          Y.forEach(([re, im], c) => {
            y[at(b, p, q, c)]! += (weight * (re * Math.cos(angle) - im * Math.sin(angle))) / n
          })
        }
    }
  return y
}

function coefficients(
  n: number,
  k1: number,
  k2: number,
  x: (p: number, q: number, c: number) => number,
): Complex[] {
  return Array.from({ length: C }, (_, c) => {
    let [re, im] = [0, 0]
    for (let p = 0; p < n; p++)
      for (let q = 0; q < n; q++) {
        const angle = (2 * Math.PI * (k1 * p + k2 * q)) / n
        re += (x(p, q, c) * Math.cos(angle)) / n
        im -= (x(p, q, c) * Math.sin(angle)) / n
      }
    return [re, im]
  })
}

function mixed(X: Complex[], R: Complex[][]): Complex[] {
  return Array.from({ length: C }, (_, o) => {
    let [re, im] = [0, 0]
    X.forEach(([a, b], i) => {
      const [c, d] = R[i]![o]!
      re += a * c - b * d
      im += a * d + b * c
    })
    return [re, im]
  })
}
