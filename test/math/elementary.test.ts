import assert from 'node:assert/strict'
import { exp, log, sincos2pi } from '../../math/elementary.ts'
import { rng } from '../../math/rng.ts'

const SEED = 20240607

/** Fixed-point numbers of 300 bits after the point: an arithmetic that shares nothing with the one under test. */
const BITS = 300
const ONE = 1n << BigInt(BITS)
const LN2 = twiceAtanh(ONE / 3n)
const PI = 16n * arctanInverse(5n) - 4n * arctanInverse(239n)

describe(`math/elementary (seed ${SEED})`, () => {
  it('log is within 1 ulp of the true value from subnormals to the largest numbers', () => {
    const { uniform } = rng(SEED, 'log')
    for (let i = 0; i < 400; i++) {
      // a third of the points near 1, where the answer cancels
      const x = i % 3 === 0 ? 1 + (uniform() - 0.5) / 2 ** (i % 40) : 2 ** (2090 * uniform() - 1070)
      if (x === 1) continue
      assert.ok(ulps(log(x), trueLog(x), 0) <= 1, `log(${x}) is off by ${ulps(log(x), trueLog(x), 0)} ulp`)
    }
  })

  it('exp is within 1 ulp of the true value', () => {
    const { uniform } = rng(SEED, 'exp')
    for (let i = 0; i < 400; i++) {
      const x = i % 3 === 0 ? (uniform() - 0.5) / 2 ** (i % 40) : 1400 * uniform() - 700
      const k = Math.round(x / Math.LN2)
      const error = ulps(exp(x), taylorExp(fixed(x) - BigInt(k) * LN2), k)
      assert.ok(error <= 1, `exp(${x}) is off by ${error} ulp`)
    }
  })

  it('sine and cosine are within 2 ulp of the true values', () => {
    const { uniform } = rng(SEED, 'sincos')
    const pair = new Float64Array(2)
    for (let i = 0; i < 400; i++) {
      // near quarter turns too, where one of the two vanishes
      const u = i % 3 === 0 ? (i % 8) / 4 + (uniform() - 0.5) / 2 ** (i % 40) : 20 * (uniform() - 0.5)
      sincos2pi(u, pair)
      const { sine, cosine } = taylorSincos((2n * PI * fixed(u - Math.round(u))) / ONE)
      const [s, c] = [ulps(pair[0]!, sine, 0), ulps(pair[1]!, cosine, 0)]
      assert.ok(s <= 2 && c <= 2, `sincos2pi(${u}) is off by ${s} and ${c} ulp`)
    }
  })

  it('agrees with Math to 2 ulp: both are within 1', () => {
    const { uniform } = rng(SEED, 'Math')
    for (let i = 0; i < 50000; i++) {
      const x = 2 ** (200 * uniform() - 100)
      assert.ok(Math.abs(log(x) - Math.log(x)) <= 2 * ulpOf(Math.log(x)), `log(${x})`)
      const y = 1400 * uniform() - 700
      assert.ok(Math.abs(exp(y) - Math.exp(y)) <= 2 * ulpOf(Math.exp(y)), `exp(${y})`)
    }
  })

  it('knows the edges', () => {
    assert.equal(log(1), 0)
    assert.equal(log(0), -Infinity)
    assert.equal(log(-0), -Infinity)
    assert.equal(log(Infinity), Infinity)
    assert.ok(Number.isNaN(log(-1)) && Number.isNaN(log(NaN)))
    assert.equal(exp(0), 1)
    assert.equal(exp(-Infinity), 0)
    assert.equal(exp(-746), 0)
    assert.equal(exp(-745.13), 5e-324)
    assert.equal(exp(Infinity), Infinity)
    assert.equal(exp(710), Infinity)
    assert.ok(exp(709.782712893384) < Infinity)
    assert.ok(Number.isNaN(exp(NaN)))
  })

  it('is exact at quarter turns and never gives a negative zero there', () => {
    const at = (u: number) => Array.from(sincos(u))
    for (const turns of [0, 3, -5, 2 ** 40, 2 ** 60]) {
      assert.deepEqual(at(turns), [0, 1])
    }
    assert.deepEqual(at(0.25), [1, 0])
    assert.deepEqual(at(0.5), [0, -1])
    assert.deepEqual(at(0.75), [-1, 0])
    assert.deepEqual(at(-0.25), [-1, 0])
    assert.deepEqual(at(2 ** 40 + 0.25), [1, 0])
    assert.ok(at(Infinity).every(Number.isNaN))
    assert.ok(at(NaN).every(Number.isNaN))
  })
})

function sincos(u: number): Float64Array {
  const pair = new Float64Array(2)
  sincos2pi(u, pair)
  return pair
}

/** x · 2^BITS, exactly (what lies below the last bit is cut, 2^-300 of a number above 2^-240). */
function fixed(x: number, power = 0): bigint {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, x)
  const bits = view.getBigUint64(0)
  const biased = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & ((1n << 52n) - 1n)
  const mantissa = biased === 0 ? fraction : fraction | (1n << 52n)
  const shift = BITS + power + Math.max(1, biased) - 1075
  const size = shift >= 0 ? mantissa << BigInt(shift) : mantissa >> BigInt(-shift)
  return x < 0 ? -size : size
}

/** |actual − truth · 2^power| in units of the last place of `actual`. */
function ulps(actual: number, truth: bigint, power: number): number {
  const error = fixed(actual, -power) - truth
  const unit = fixed(ulpOf(actual), -power)
  return Number((1000n * (error < 0n ? -error : error)) / unit) / 1000
}

function ulpOf(x: number): number {
  const exponent = Math.max(-1022, Math.floor(Math.log2(Math.abs(x))))
  return 2 ** (exponent - 52)
}

function trueLog(x: number): bigint {
  const e = Math.floor(Math.log2(x))
  const m = fixed(x, -e)
  return BigInt(e) * LN2 + twiceAtanh(((m - ONE) * ONE) / (m + ONE))
}

/** 2 (z + z³/3 + z⁵/5 + …) = log((1 + z)/(1 − z)) */
function twiceAtanh(z: bigint): bigint {
  let sum = 0n
  let term = z
  for (let j = 1n; term !== 0n; j += 2n) {
    sum += term / j
    term = (((term * z) / ONE) * z) / ONE
  }
  return 2n * sum
}

function arctanInverse(q: bigint): bigint {
  let sum = 0n
  let term = ONE / q
  for (let j = 1n; term !== 0n; j += 2n) {
    sum += j % 4n === 1n ? term / j : -term / j
    term /= q * q
  }
  return sum
}

function taylorExp(r: bigint): bigint {
  let sum = 0n
  let term = ONE
  for (let j = 1n; term !== 0n && term !== -1n; j++) {
    sum += term
    term = (term * r) / ONE / j
  }
  return sum
}

function taylorSincos(theta: bigint): { sine: bigint; cosine: bigint } {
  const parts = [0n, 0n]
  let term = ONE
  for (let j = 1; term !== 0n && term !== -1n; j++) {
    parts[(j - 1) % 2]! += (j - 1) % 4 < 2 ? term : -term
    term = (term * theta) / ONE / BigInt(j)
  }
  return { cosine: parts[0]!, sine: parts[1]! }
}
