import assert from 'node:assert/strict'
import type { Params, Split } from '../../contracts.ts'
import { addressOf, indexOf, keyOf, splitOf } from '../../generators/fields/address.ts'
import { type Covariance, covariances } from '../../generators/fields/covariance.ts'
import { embed, type FieldLaw } from '../../generators/fields/embedding.ts'
import { drawPair, inWindow } from '../../generators/fields/grf.ts'
import { normals } from '../../generators/fields/normals.ts'
import { UserError } from '../../io/errors.ts'
import { sha256 } from '../../io/files.ts'
import { exp, log } from '../../math/elementary.ts'
import { fft2 } from '../../math/fft.ts'
import { philox4x32 } from '../../math/rng.ts'

const SEED = 3
const LAW = { variance: 1, length: 0.05, grid: 64 }

describe('generators/fields/address', () => {
  it('numbers the rows of each split from its own start', () => {
    assert.equal(addressOf('train', 5), 5)
    assert.equal(addressOf('valid', 5), 1073741829)
    assert.equal(addressOf('test', 0), 2147483648)
    for (const split of ['train', 'valid', 'test'] as const) {
      for (const index of [0, 7, 2 ** 30 - 1]) {
        const address = addressOf(split, index)
        assert.deepEqual([splitOf(address), indexOf(address)], [split, index])
      }
    }
  })

  it('has no address for anything else', () => {
    for (const index of [-1, 0.5, 2 ** 30, NaN])
      assert.throws(() => addressOf('test', index), /not in \[0, 2\^30\)/)
    assert.throws(() => addressOf('all' as Split, 0), /of no split/)
    for (const address of [-1, 3 * 2 ** 30, 1.5]) {
      assert.throws(() => splitOf(address), /of no split/)
      assert.throws(() => indexOf(address), /of no split/)
    }
  })

  it('takes the set from the canonical JSON of the law, whatever the order of its keys', () => {
    const law: Params = { grid: 64, generator: 'poisson' }
    const set = Number.parseInt(sha256('{"generator":"poisson","grid":64}').slice(0, 8), 16)
    assert.deepEqual(keyOf(9, law), { seed: 9, set })
    assert.notEqual(keyOf(9, { ...law, grid: 128 }).set, set)
    for (const seed of [-1, 2 ** 32, 0.5]) assert.throws(() => keyOf(seed, law), UserError)
  })
})

describe('generators/fields/covariance', () => {
  it('has the values worked out by hand', () => {
    // cubic at ½: 1 − 7/4 + 8.75/8 − 3.5/32 + 0.75/128 = 0.240234375, exact in binary
    assert.equal(covariances.cubic(0.5), 0.240234375)
    assert.equal(covariances.cubic(1), 0)
    assert.equal(covariances.cubic(3), 0)
    assert.ok(Math.abs(covariances.cubic(0.999)) < 1e-5) // it meets 0 smoothly
    assert.ok(Math.abs(covariances.exponential(1) - 1 / Math.E) < 1e-16)
    assert.ok(Math.abs(covariances.gaussian(2) - Math.E ** -4) < 1e-17)
    for (const rho of Object.values(covariances)) assert.equal(rho(0), 1)
  })
})

describe('generators/fields/embedding', () => {
  it('has the periods that the published sets are made with', () => {
    const period = (covariance: Covariance, grid: number) => embed({ ...LAW, covariance, grid }).period
    assert.deepEqual(
      (['cubic', 'gaussian', 'exponential'] as const).map((c) => period(c, 64)),
      [80, 80, 160],
    )
    assert.deepEqual(
      (['cubic', 'gaussian', 'exponential'] as const).map((c) => period(c, 128)),
      [160, 160, 256],
    )
  })

  it('takes the smallest smooth period of at least 2n for any other law, and doubles it where that fails', () => {
    const period = (law: Partial<FieldLaw>) => embed({ ...LAW, covariance: 'exponential', ...law }).period
    assert.equal(period({ grid: 16 }), 32)
    assert.equal(period({ grid: 17 }), 36) // 34 and 35 have factors 17 and 7
    assert.equal(period({ length: 0.06 }), 128) // a published grid with another length
    assert.equal(period({ grid: 32, length: 0.3 }), 128) // 64 has negative eigenvalues
    assert.throws(() => period({ grid: 16, length: 1 }), /at period 128 its smallest eigenvalue is -9\.6e-6/)
  })

  it('says that a period is too large for the memory of a kernel before it makes it', () => {
    assert.throws(
      () => embed({ ...LAW, covariance: 'exponential', grid: 3000 }),
      (error) =>
        error instanceof UserError &&
        /grid 3000 and length 0\.05 need an embedding of period 6000, 1\.9 times what/.test(error.message),
    )
  })

  for (const covariance of ['cubic', 'exponential', 'gaussian'] as const) {
    it(`reproduces the ${covariance} covariance at every distance in the window`, () => {
      const { period, amplitude } = embed({ ...LAW, covariance, variance: 2 })
      // Σ amplitude² e^{2πi k·x/M} is the covariance that fields have, exactly
      const power = amplitude.map((a) => a * a)
      const made = fft2({ re: power, im: new Float64Array(power.length) }, period, 65).re
      let worst = 0
      for (let y = 0; y < 65; y++) {
        for (let x = 0; x < 65; x++) {
          const expected = 2 * covariances[covariance](Math.sqrt(x * x + y * y) / (65 * 0.05))
          worst = Math.max(worst, Math.abs(made[y * 65 + x]! - expected))
        }
      }
      // rounding, and for gaussian e^{−(16/65/0.05)²} = 3e-11 of the variance across the seam of period 80
      assert.ok(worst < 1e-10, `off by ${worst}`)
    })
  }
})

describe(`generators/fields/normals (seed ${SEED})`, () => {
  it('are Box–Muller pairs of the words at their address', () => {
    const key = { seed: SEED, set: 77 }
    const draw = { attempt: 4, address: 2 ** 31 + 1, purpose: 'rhs' } as const
    const made = normals(key, draw, 7)
    const words = new Uint32Array(4)
    for (let block = 0; block < 4; block++) {
      philox4x32([block, 4, 2 ** 31 + 1, 1], SEED, 77, words)
      const [u, v] = [0, 2].map(
        (w) => (words[w]! * 2 ** 20 + Math.floor(words[w + 1]! / 2 ** 12) + 0.5) / 2 ** 52,
      )
      const radius = Math.sqrt(-2 * Math.log(u!))
      // Math's log, cosine and the rounding of 2πv: a few units of 1e-16 on numbers below 9
      assert.ok(Math.abs(made[2 * block]! - radius * Math.cos(2 * Math.PI * v!)) < 2e-14)
      const sine = made[2 * block + 1] ?? radius * Math.sin(2 * Math.PI * v!) // the eighth was not asked for
      assert.ok(Math.abs(sine - radius * Math.sin(2 * Math.PI * v!)) < 2e-14)
    }
    assert.equal(made.length, 7)
  })

  it('share nothing between purposes, attempts, rows, seeds and sets', () => {
    const base = { key: { seed: 1, set: 2 }, draw: { attempt: 0, address: 0, purpose: 'field' } } as const
    const first = [
      normals(base.key, base.draw, 1),
      normals(base.key, { ...base.draw, purpose: 'rhs' }, 1),
      normals(base.key, { ...base.draw, attempt: 1 }, 1),
      normals(base.key, { ...base.draw, address: 1 }, 1),
      normals({ seed: 2, set: 2 }, base.draw, 1),
      normals({ seed: 1, set: 1 }, base.draw, 1),
    ].map((values) => values[0])
    assert.equal(new Set(first).size, first.length)
  })
})

describe(`generators/fields/grf (seed ${SEED})`, () => {
  it('is the inverse transform of amplitudes times normals, summed by hand', () => {
    const law = { covariance: 'gaussian', variance: 1, length: 0.3, grid: 3 } as const
    const { period, amplitude } = embed(law)
    const [key, address] = [{ seed: SEED, set: 1 }, 12] as const
    const z = normals(key, { attempt: 2, address, purpose: 'field' }, 2 * period * period)
    const [first, second] = drawPair({ period, amplitude }, key, { attempt: 2, address }, 4)
    for (const [y, x] of [
      [0, 0],
      [1, 2],
      [3, 3],
      [0, 3],
    ] as const) {
      let [re, im] = [0, 0]
      for (let b = 0; b < period * period; b++) {
        const angle = (2 * Math.PI * (Math.floor(b / period) * y + (b % period) * x)) / period
        const [a, c] = [amplitude[b]! * z[2 * b]!, amplitude[b]! * z[2 * b + 1]!]
        re += a * Math.cos(angle) - c * Math.sin(angle)
        im += a * Math.sin(angle) + c * Math.cos(angle)
      }
      // sums of about a hundred terms of size 1, rounded
      assert.ok(
        Math.abs(first[y * 4 + x]! - re) < 1e-13 && Math.abs(second[y * 4 + x]! - im) < 1e-13,
        `(${y}, ${x})`,
      )
    }
  })

  it('makes two fields of the same law that know nothing of each other', () => {
    const embedding = embed({ ...LAW, covariance: 'exponential', grid: 16 })
    const means = Array.from({ length: 200 }, (_, address) => {
      const [a, b] = drawPair(embedding, { seed: SEED, set: 2 }, { attempt: 0, address }, 17)
      const mean = (f: (p: number) => number) => a.reduce((sum, _v, p) => sum + f(p), 0) / a.length
      return [mean((p) => a[p]! * b[p]!), mean((p) => a[p]! ** 2 - 1), mean((p) => b[p]! ** 2 - 1)] // all 0 on average
    })
    for (const which of [0, 1, 2]) {
      const values = means.map((row) => row[which]!)
      const mean = values.reduce((sum, v) => sum + v, 0) / values.length
      const error = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0)) / values.length
      assert.ok(Math.abs(mean) < 4 * error, `${which}: ${mean} ± ${error} over independent draws`)
    }
  })

  it('counts the bounds of a window in', () => {
    const high = log(5)
    const phi = Float64Array.of(0, high, high / 2)
    assert.equal(inWindow(phi, [5, 9]), true)
    assert.equal(inWindow(phi, [2, 5]), true)
    assert.equal(inWindow(phi, [2, 4.999]), false)
    assert.equal(inWindow(phi, [exp(high) * (1 + 1e-15), 9]), false)
    assert.equal(inWindow(Float64Array.of(-1, 2), null), true)
  })
})
