import assert from 'node:assert/strict'
import { type Complex, fft, fft2, smoothAtLeast } from '../../math/fft.ts'
import { rng } from '../../math/rng.ts'

const SEED = 11
const LENGTHS = [
  1, 2, 3, 4, 5, 6, 8, 9, 10, 12, 15, 16, 18, 20, 25, 27, 30, 32, 36, 45, 60, 64, 75, 80, 125, 160, 256,
]

describe(`math/fft (seed ${SEED})`, () => {
  it('works out four numbers as on paper', () => {
    // X = [1+2+3+4, (1−3) + i(4−2), 1−2+3−4, (1−3) − i(4−2)]
    const x = { re: Float64Array.of(1, 2, 3, 4), im: new Float64Array(4) }
    fft(x)
    assert.deepEqual([...x.re], [10, -2, -2, -2])
    assert.deepEqual(
      [...x.im].map((v) => v + 0),
      [0, 2, 0, -2],
    )
  })

  it('agrees with the sum that defines it, at every radix and mixture', () => {
    for (const n of LENGTHS) {
      const x = random(n, 'naive', n)
      const expected = naive(x)
      fft(x)
      // both sides round at 1e-16 per operation; the naive sum dominates with √n of them
      assert.ok(distance(x, expected) <= 1e-15 * Math.sqrt(n) * size(expected), `n = ${n}`)
    }
  })

  it('keeps the energy: Σ|X|² = n Σ|x|²', () => {
    for (const n of LENGTHS) {
      const x = random(n, 'energy', n)
      const before = n * size(x) ** 2
      fft(x)
      assert.ok(Math.abs(size(x) ** 2 / before - 1) < 1e-14, `n = ${n}`) // relative rounding, log₂ n of 1e-16
    }
  })

  it('is linear, and a shift is a phase', () => {
    const n = 60
    const [a, b] = [random(n, 'a'), random(n, 'b')]
    const sum = { re: a.re.map((v, j) => 3 * v - b.im[j]!), im: a.im.map((v, j) => 3 * v + b.re[j]!) } // 3a + ib
    const shifted = { re: a.re.map((_, j) => a.re[(j + 7) % n]!), im: a.im.map((_, j) => a.im[(j + 7) % n]!) }
    for (const x of [a, b, sum, shifted]) fft(x)
    const expected = { re: a.re.map((v, j) => 3 * v - b.im[j]!), im: a.im.map((v, j) => 3 * v + b.re[j]!) }
    assert.ok(distance(sum, expected) < 1e-14 * size(expected))
    const turned = zeros(n)
    for (let k = 0; k < n; k++) {
      const angle = (2 * Math.PI * ((7 * k) % n)) / n
      turned.re[k] = a.re[k]! * Math.cos(angle) - a.im[k]! * Math.sin(angle)
      turned.im[k] = a.re[k]! * Math.sin(angle) + a.im[k]! * Math.cos(angle)
    }
    assert.ok(distance(shifted, turned) < 1e-14 * size(turned))
  })

  it('is undone by itself with the parts exchanged', () => {
    const x = random(160, 'inverse')
    const back = { re: x.re.slice(), im: x.im.slice() }
    fft(back)
    fft({ re: back.im, im: back.re })
    for (let j = 0; j < 160; j++) {
      back.re[j]! /= 160
      back.im[j]! /= 160
    }
    assert.ok(distance(back, x) < 1e-15 * size(x) * Math.log2(160))
  })

  it('does rows and columns in two dimensions, in their places', () => {
    const side = 12
    const x = random(side * side, 'plane')
    const full = fft2(x, side)
    const expected = planes(x, side)
    assert.ok(distance(full, expected) < 1e-14 * size(expected))
  })

  it('a corner is the corner of the whole, bit for bit, whatever is kept', () => {
    for (const [side, keep] of [
      [20, 13],
      [30, 1],
      [80, 65],
    ] as const) {
      const x = random(side * side, 'corner', side)
      const full = fft2(x, side)
      const corner = fft2(x, side, keep)
      for (let i = 0; i < keep; i++) {
        assert.deepEqual(
          corner.re.subarray(i * keep, (i + 1) * keep),
          full.re.subarray(i * side, i * side + keep),
        )
        assert.deepEqual(
          corner.im.subarray(i * keep, (i + 1) * keep),
          full.im.subarray(i * side, i * side + keep),
        )
      }
    }
  })

  it('leaves the input of fft2 as it was', () => {
    const x = random(36, 'input')
    const before = x.re.slice()
    fft2(x, 6)
    assert.deepEqual(x.re, before)
  })

  it('knows which lengths are smooth', () => {
    assert.deepEqual([1, 7, 11, 31, 126, 257].map(smoothAtLeast), [1, 8, 12, 32, 128, 270])
    assert.throws(() => fft(zeros(7)), /length 7/)
    assert.throws(() => fft2(zeros(4), 3), /expected 3²/)
    assert.throws(() => fft2(zeros(9), 3, 4), /cannot keep 4 of 3/)
  })
})

function random(n: number, ...name: (string | number)[]): Complex {
  const { normal } = rng(SEED, ...name)
  return { re: Float64Array.from({ length: n }, normal), im: Float64Array.from({ length: n }, normal) }
}

function zeros(n: number): Complex {
  return { re: new Float64Array(n), im: new Float64Array(n) }
}

function naive({ re, im }: Complex): Complex {
  const n = re.length
  const out = zeros(n)
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n
      out.re[k]! += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle)
      out.im[k]! += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle)
    }
  }
  return out
}

/** Rows, then columns, each by the naive sum. */
function planes(x: Complex, side: number): Complex {
  const out = { re: x.re.slice(), im: x.im.slice() }
  for (const [step, jump] of [
    [1, side],
    [side, 1],
  ] as const) {
    for (let line = 0; line < side; line++) {
      const at = (j: number) => line * jump + j * step
      const one = zeros(side)
      for (let j = 0; j < side; j++) [one.re[j], one.im[j]] = [out.re[at(j)]!, out.im[at(j)]!]
      const done = naive(one)
      for (let j = 0; j < side; j++) [out.re[at(j)], out.im[at(j)]] = [done.re[j]!, done.im[j]!]
    }
  }
  return out
}

function size({ re, im }: Complex): number {
  return Math.sqrt(re.reduce((sum, v, j) => sum + v * v + im[j]! ** 2, 0))
}

function distance(a: Complex, b: Complex): number {
  return size({ re: a.re.map((v, j) => v - b.re[j]!), im: a.im.map((v, j) => v - b.im[j]!) })
}
