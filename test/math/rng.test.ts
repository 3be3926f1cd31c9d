import assert from 'node:assert/strict'
import fc from 'fast-check'
import { uniformOf } from '../../math/philox.ts'
import { philox4x32, rng } from '../../math/rng.ts'

const SEED = 7

describe('math/philox', () => {
  it('gives the vectors published with Random123', () => {
    assert.equal(words([0, 0, 0, 0], 0, 0), '6627e8d5 e169c58d bc57ac4c 9b00dbd8')
    const ones = 0xffffffff
    assert.equal(words([ones, ones, ones, ones], ones, ones), '408f276d 41c83b0e a20bc7c6 6d5451fd')
    const pi = [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344]
    assert.equal(words(pi, 0xa4093822, 0x299f31d0), 'd16cfe09 94fdcceb 5001e420 24126ea1')
  })

  it('agrees with 64-bit integer arithmetic on any counter and key', () => {
    const word = fc.nat(0xffffffff)
    const check = fc.property(
      fc.array(word, { minLength: 4, maxLength: 4 }),
      word,
      word,
      (counter, k0, k1) => {
        assert.equal(words(counter, k0, k1), wide(counter, k0, k1))
      },
    )
    fc.assert(check, { seed: SEED, numRuns: 300 })
  })

  it('turns 64 bits into a uniform number strictly inside (0, 1), exactly', () => {
    assert.equal(uniformOf(0, 0), 2 ** -53)
    assert.equal(uniformOf(0xffffffff, 0xffffffff), 1 - 2 ** -53)
    assert.equal(uniformOf(0x80000000, 0), 0.5 + 2 ** -53)
    assert.equal(uniformOf(0, 0x1000) - uniformOf(0, 0), 2 ** -52)
    assert.equal(uniformOf(-1, 0), uniformOf(0xffffffff, 0)) // signed words mean the same
  })
})

describe(`math/rng (seed ${SEED})`, () => {
  it('repeats itself under one name and differs under any other', () => {
    const first = (...name: (string | number)[]) => rng(SEED, ...name).uniform()
    assert.equal(first('a', 1), first('a', 1))
    const others = [first('a'), first('a', 1), first('a', '1'), first('a1'), first(), rng(8, 'a').uniform()]
    assert.equal(new Set(others).size, others.length)
  })

  it('reads the words of its stream in order: a uniform takes two of a block of four', () => {
    const stream = rng(SEED, 'order')
    const values = Array.from({ length: 9 }, () => stream.uniform())
    const again = rng(SEED, 'order')
    again.normal() // two uniforms, and its partner is kept for the next call
    assert.equal(again.uniform(), values[2])
    again.normal()
    assert.equal(again.uniform(), values[3])
  })

  it('is uniform: mean, variance and a chi-square over 16 bins', () => {
    const stream = rng(SEED, 'uniform')
    const count = 64000
    const bins = new Array<number>(16).fill(0)
    let sum = 0
    for (let i = 0; i < count; i++) {
      const u = stream.uniform()
      assert.ok(u > 0 && u < 1)
      bins[Math.floor(16 * u)]!++
      sum += u
    }
    // standard error of the mean: 1/√12/√count
    assert.ok(Math.abs(sum / count - 0.5) < 4 / Math.sqrt(12 * count))
    assert.ok(chiSquare(bins, count / 16) < 44.3, 'P(χ²₁₅ > 44.3) = 1e-4')
  })

  it('is normal: the first four moments within 4 standard errors', () => {
    const stream = rng(SEED, 'normal')
    const count = 100000
    const moments = [0, 0, 0, 0]
    for (let i = 0; i < count; i++) {
      const z = stream.normal()
      for (let m = 0; m < 4; m++) moments[m]! += z ** (m + 1) / count
    }
    // expected 0 1 0 3; variances of z, z², z³, z⁴: 1, 2, 15, 96
    const expected = [0, 1, 0, 3]
    const variance = [1, 2, 15, 96]
    moments.forEach((moment, m) => {
      const error = Math.abs(moment - expected[m]!) / Math.sqrt(variance[m]! / count)
      assert.ok(error < 4, `moment ${m + 1} is ${moment}, ${error} standard errors off`)
    })
  })

  it('draws integers below any limit without bias', () => {
    const stream = rng(SEED, 'integer')
    for (const below of [1, 2, 6, 10]) {
      const bins = new Array<number>(below).fill(0)
      for (let i = 0; i < 10000; i++) bins[stream.integer(below)]!++
      assert.ok(chiSquare(bins, 10000 / below) < 34, `below ${below}: P(χ²₉ > 34) = 1e-4`)
    }
    // 3 · 2³⁰: the remainder of a 32-bit word alone would fall below 2³⁰ in half of all cases
    let low = 0
    for (let i = 0; i < 9000; i++) if (stream.integer(3 * 2 ** 30) < 2 ** 30) low++
    assert.ok(Math.abs(low - 3000) < 4 * Math.sqrt(2000), `${low} of 9000 in the lowest third`)
    // 3 · 2⁵¹: the same for 53 bits
    low = 0
    for (let i = 0; i < 9000; i++) if (stream.integer(3 * 2 ** 51) < 2 ** 51) low++
    assert.ok(Math.abs(low - 3000) < 4 * Math.sqrt(2000), `${low} of 9000 in the lowest third`)
    assert.ok(Number.isSafeInteger(stream.integer(2 ** 53)))
  })

  it('refuses what is no limit and no seed', () => {
    for (const below of [0, -1, 1.5, NaN, 2 ** 53 + 2])
      assert.throws(() => rng(1).integer(below), /whole number/)
    assert.throws(() => rng(NaN), /not a number/)
  })

  it('gives the numbers it always gave', () => {
    const stream = rng(42, 'golden', 0)
    assert.deepEqual([stream.uniform(), stream.normal(), stream.integer(1000)], GOLDEN)
  })
})

const GOLDEN = [0.032764726264916555, 1.6858019495787318, 994]

function words(counter: readonly number[], key0: number, key1: number): string {
  const out = new Uint32Array(4)
  philox4x32(counter, key0, key1, out)
  return hex(out)
}

function hex(values: Iterable<number>): string {
  return Array.from(values, (word) => word.toString(16).padStart(8, '0')).join(' ')
}

/** Philox written with products of 64 bits. */
function wide(counter: readonly number[], key0: number, key1: number): string {
  let c = counter.map(BigInt) as [bigint, bigint, bigint, bigint]
  let [k0, k1] = [BigInt(key0), BigInt(key1)]
  const low = 0xffffffffn
  for (let round = 0; round < 10; round++) {
    const [p, q] = [0xd2511f53n * c[0], 0xcd9e8d57n * c[2]]
    c = [(q >> 32n) ^ c[1] ^ k0, q & low, (p >> 32n) ^ c[3] ^ k1, p & low]
    k0 = (k0 + 0x9e3779b9n) & low
    k1 = (k1 + 0xbb67ae85n) & low
  }
  return hex(c.map(Number))
}

function chiSquare(bins: readonly number[], expected: number): number {
  return bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
}
