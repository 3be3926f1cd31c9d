import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import type { Columns } from '../../contracts.ts'
import condiff from '../../generators/condiff.ts'
import { keyOf } from '../../generators/fields/address.ts'
import { covariances } from '../../generators/fields/covariance.ts'
import { embed } from '../../generators/fields/embedding.ts'
import { drawPair, inWindow } from '../../generators/fields/grf.ts'
import { UserError } from '../../io/errors.ts'
import { exp } from '../../math/elementary.ts'
import { logarithm, meanOf, meanProduct } from './fields/sample-statistics.ts'

const SEED = 20406
const WINDOWS = [
  [0.1, [5, 15]],
  [0.4, [50, 250]],
  [1, [600, 1000]],
  [2, [80000, 100000]],
] as const

describe(`generators/condiff (seed ${SEED})`, () => {
  for (const [covariance, n] of [
    ['cubic', 64],
    ['exponential', 32],
    ['gaussian', 64],
  ] as const) {
    it(`has the variance and the ${covariance} covariance it claims, on grid ${n}`, async () => {
      const variance = 0.4
      const fields = (await rows({ covariance, variance, grid: n }, 0, 100)).map(logarithm)
      for (const [dy, dx] of [
        [0, 0],
        [0, 1],
        [1, 0],
        [0, 3],
        [3, 0],
        [2, 2],
      ] as const) {
        // One number per field: the mean product over the window; fields are independent, so their spread is the standard
        // error. log k carries the f32 rounding of k, 6e-8: nothing.
        const products = fields.map((phi) => meanProduct(phi, n + 1, dy, dx))
        const expected = variance * covariances[covariance](Math.sqrt(dy * dy + dx * dx) / ((n + 1) * 0.05))
        const { mean, error } = meanOf(products)
        assert.ok(
          Math.abs(mean - expected) <= 4 * error,
          `lag (${dy}, ${dx}): ${mean} ± ${error}, expected ${expected}`,
        )
      }
      const { mean, error } = meanOf(fields.map((phi) => phi.reduce((sum, v) => sum + v, 0) / phi.length))
      assert.ok(Math.abs(mean) <= 4 * error, `mean ${mean} ± ${error}`)
    })
  }

  it('has one correlation length along i and another along j of k[i][j]', async () => {
    const lengths = [0.15, 0.04] as const
    const fields = (await rows({ covariance: 'exponential', lengths, grid: 32 }, 0, 200)).map(logarithm)
    for (const [di, dj] of [
      [0, 0],
      [1, 0],
      [3, 0],
      [0, 1],
      [0, 3],
      [2, 2],
    ] as const) {
      const products = fields.map((phi) => meanProduct(phi, 33, di, dj))
      const distance = Math.sqrt((di / 33 / lengths[0]) ** 2 + (dj / 33 / lengths[1]) ** 2)
      const expected = 0.4 * Math.exp(-distance)
      const { mean, error } = meanOf(products)
      assert.ok(
        Math.abs(mean - expected) <= 4 * error,
        `lag (${di}, ${dj}): ${mean} ± ${error}, expected ${expected}`,
      )
    }
  })

  it('fills the share of the square that its level says with the harder of two phases', async () => {
    for (const [level, share] of [
      [0, 0.5],
      [1, 0.15865525393145707], // Q(1) = ½ erfc(1/√2), from a table
    ] as const) {
      const params = { medium: 'two-phase', covariance: 'exponential', level, jump: 1e9, grid: 32 }
      const made = await rows(params, 0, 100)
      const shares = made.map(({ data }) => {
        const k = data.k as Float32Array
        assert.ok(k.every((value) => value === 1 || value === 1e9)) // 1e9 is a number of f32
        assert.equal(data.contrast![0], 1e9)
        return k.filter((value) => value === 1e9).length / k.length
      })
      const { mean, error } = meanOf(shares)
      assert.ok(Math.abs(mean - share) <= 4 * error, `level ${level}: ${mean} ± ${error}, expected ${share}`)
    }
  })

  it('takes the level of a field of variance 1, the first of attempt 0', async () => {
    const law = { covariance: 'cubic', length: 0.2, grid: 9 } as const
    const key = keyOf(SEED, { generator: 'condiff', medium: 'two-phase', ...law, jump: 7, level: -0.5 })
    const [row] = await rows({ medium: 'two-phase', ...law, jump: 7, level: -0.5 }, 4, 5)
    const [phi] = drawPair(embed({ ...law, variance: 1 }), key, { attempt: 0, address: 4 }, 10)
    assert.deepEqual(row!.data.k, new Float32Array(phi.map((value) => (value > -0.5 ? 7 : 1))))
  })

  it('lays layers across i: as many as asked, cut anywhere alike, log-uniform between 1 and jump', async () => {
    const params = { medium: 'layered', layers: 4, jump: 1e9, grid: 9 }
    const cuts = new Array(10).fill(0)
    const exponents: number[] = []
    const count = 600
    for (const { data } of await rows(params, 0, count)) {
      const k = data.k as Float32Array
      const line = Array.from({ length: 10 }, (_, i) => k[10 * i]!)
      for (let i = 0; i < 10; i++)
        assert.ok(k.subarray(10 * i, 10 * i + 10).every((value) => value === line[i]))
      const at = line.flatMap((value, i) => (i > 0 && value !== line[i - 1] ? [i] : []))
      assert.equal(at.length, 3)
      for (const i of at) cuts[i]++
      for (const i of [0, ...at]) exponents.push(Math.log(line[i]!) / Math.log(1e9))
    }
    // each of 9 inner borders is cut with probability 3/9: counts are binomial
    for (const times of cuts.slice(1)) {
      assert.ok(Math.abs(times - count / 3) < 4 * Math.sqrt((count * 2) / 9), `cuts ${cuts}`)
    }
    assert.ok(exponents.every((u) => u >= 0 && u <= 1))
    const { mean, error } = meanOf(exponents)
    assert.ok(Math.abs(mean - 0.5) < 4 * error, `${mean} ± ${error}`)
    const square = meanOf(exponents.map((u) => u * u))
    assert.ok(Math.abs(square.mean - 1 / 3) < 4 * square.error, `${square.mean} ± ${square.error}`)
    const [all] = await rows({ ...params, layers: 10 }, 0, 1)
    assert.equal(new Set(all!.data.k as Float32Array).size, 10)
  })

  it('has white noise on the right', async () => {
    const sides = (await rows({ grid: 32 }, 0, 60)).map(({ data }) => data.rhs as Float32Array)
    // 61440 independent numbers: standard errors 1/√N of the mean, √2/√N of the square, 1/√N of neighbors' products
    const all = sides.flatMap((rhs) => [...rhs])
    const unit = 1 / Math.sqrt(all.length)
    const average = (f: (z: number, i: number) => number) =>
      all.reduce((sum, z, i) => sum + f(z, i), 0) / all.length
    const mean = average((z) => z)
    const square = average((z) => z * z)
    const neighbors = average((z, i) => z * (all[i + 1] ?? 0))
    assert.ok(Math.abs(mean) < 4 * unit, `mean ${mean}`)
    assert.ok(Math.abs(square - 1) < 4 * Math.SQRT2 * unit, `mean square ${square}`)
    assert.ok(Math.abs(neighbors) < 4 * unit, `mean product of neighbors ${neighbors}`)
  })

  for (const [variance, contrast] of WINDOWS) {
    it(`keeps the contrast of variance ${variance} in [${contrast}] on grid 64`, async () => {
      const count = variance === 2 ? 1 : 4
      for (const { data } of await rows({ variance, contrast, attempts: 2000 }, 0, count)) {
        const k = data.k as Float32Array
        const ratio = Math.max(...k) / Math.min(...k)
        assert.equal((data.contrast as Float64Array)[0], ratio)
        // accepted in f64, then rounded to f32: each of max and min moved by at most 2^-24 of itself
        const slack = 2 ** -22
        assert.ok(
          ratio >= contrast[0] * (1 - slack) && ratio <= contrast[1] * (1 + slack),
          `contrast ${ratio}`,
        )
        assert.ok((data.attempts as Int32Array)[0]! >= 1)
      }
    })
  }

  it('tries the real part, then the imaginary part, of one attempt after another', async () => {
    const contrast = [10, 18] as const
    const params = { ...condiff.defaults, grid: 8, contrast }
    const { covariance, variance, length, grid } = params
    const embedding = embed({ covariance: 'gaussian', variance, length, grid })
    const key = keyOf(SEED, { generator: 'condiff', covariance, variance, length, grid, contrast })
    let second = 0
    for (const [address, { data }] of (await rows(params, 0, 20)).entries()) {
      const candidates = Array.from({ length: 20 }, (_, attempt) =>
        drawPair(embedding, key, { attempt, address }, 9),
      ).flat()
      const at = candidates.findIndex((phi) => inWindow(phi, contrast))
      assert.deepEqual(data.k, new Float32Array(candidates[at]!.map(exp)))
      assert.equal((data.attempts as Int32Array)[0], Math.floor(at / 2) + 1)
      second += at % 2
    }
    assert.ok(second > 0 && second < 20, `${second} of 20 rows are imaginary parts: both kinds should occur`)
  })

  it('makes the same bytes in two child processes as in one', async () => {
    const here = (await rows({ grid: 12, contrast: [20, 40] }, 3, 9)).map(digest)
    const [low, high] = await Promise.all([elsewhere(3, 6), elsewhere(6, 9)])
    assert.deepEqual([...low, ...high], here)
  })

  it('says in one sentence what cannot be', async () => {
    const fails = async (params: object, message: RegExp) => {
      const go = rows(params, 0, 1)
      await assert.rejects(go, (error) => error instanceof UserError && message.test(error.message))
    }
    await fails(
      { covariance: 'gausian' },
      /covariance 'gausian' not found \(cubic.*Did you mean 'gaussian'\?/,
    )
    await fails({ grid: 2.5 }, /param 'grid' must be a whole number from 3 to 2048 \(got 2.5\)/)
    await fails({ grid: 2049 }, /param 'grid' must be a whole number from 3 to 2048 \(got 2049\)/)
    await fails({ variance: 0 }, /param 'variance' must be a number above 0 \(got 0\)/)
    await fails({ length: -1 }, /param 'length'/)
    await fails({ attempts: 0 }, /param 'attempts'/)
    await fails({ contrast: [5, 5] }, /param 'contrast' must be null or \[low, high\]/)
    await fails({ contrast: 7 }, /param 'contrast'/)
    await fails(
      { grid: 16, length: 2 },
      /cannot be embedded on grid 16: at period 128 .* smallest eigenvalue is -/,
    )
    await fails({ grid: 8, variance: 5000 }, /row 0 of train: k leaves the range of f32/)
    const narrow = { grid: 8, contrast: [1e6, 2e6], attempts: 3 }
    await fails(
      narrow,
      /row 0 of train has no field with contrast in \[1000000,2000000\] among 3 attempts\. Widen/,
    )
    assert.throws(() => condiff.schema({ ...condiff.defaults, grid: -1 }), UserError)
    await fails({ medium: 'layerd' }, /medium 'layerd' not found.*Did you mean 'layered'\?/)
    await fails(
      { medium: 'two-phase', contrast: [5, 15] },
      /param 'contrast' says nothing of a two-phase coefficient \(covariance, length, lengths, jump, level do\)/,
    )
    await fails({ medium: 'layered', variance: 2 }, /param 'variance' says nothing of a layered coefficient/)
    await fails({ jump: 10 }, /param 'jump' says nothing of a lognormal coefficient/)
    await fails(
      { medium: 'layered', grid: 8, layers: 10 },
      /param 'layers' must be a whole number from 2 to 9/,
    )
    await fails({ medium: 'two-phase', jump: 1e10 }, /param 'jump' must be a number above 1, at most 1e9/)
    await fails(
      { medium: 'two-phase', level: null },
      /param 'level' must be a number from -4 to 4 \(got null\)/,
    )
    await fails({ medium: null }, /medium 'null' not found/)
    await fails({ attempts: 2 ** 31 }, /param 'attempts' must be a whole number from 1 to 2\^30/)
    await fails({ lengths: [0.1] }, /param 'lengths' must be null or \[along i, along j\]/)
    await fails({ lengths: [0.1, 0.2], length: 0.1 }, /'length' and 'lengths' are two ways/)
  })

  it('makes the bytes it always made', async () => {
    for (const [covariance, expected] of Object.entries(GOLDEN)) {
      const made = await rows({ covariance, grid: 64 }, 0, 2)
      assert.deepEqual(made.map(digest), expected, covariance)
    }
    const selected = await rows({ grid: 16, contrast: [20, 30] }, 2 * 2 ** 30 + 5, 2 * 2 ** 30 + 7)
    assert.deepEqual(selected.map(digest), SELECTED)
  })
})

/** SHA-256 of k, then rhs, of rows 0 and 1 of train under SEED. A change here is a new version of every dataset. */
const GOLDEN: { readonly [covariance: string]: readonly string[] } = {
  cubic: [
    '38981670c113e718cece37346c5ba38b0052169deb4ffbe3630336ec4a57e9a2',
    'ab00761fb99ea6ce09ca92e4b8afb000c09da6242749713e65230ebc7847b89c',
  ],
  exponential: [
    '76f4c7289eb237e33db1b40f45a68122ffd9e984f7e15ecd263bbafb3aaf0312',
    'f1e99af9196868d4cf24addd82ba2542db1e01c04fb55bb9122b0310d88951a1',
  ],
  gaussian: [
    '9f2c89c6a7337303e50be9b50285bb7d39e738999532a3484e7387791f8545a6',
    'ace836c1afa2e908ef71e778d7629fbe6be1f88f53f5286b75a947c6828347b4',
  ],
}
const SELECTED: readonly string[] = [
  '8985818b31464bef70b1a8a1966019536e9e08f1f9f59f96a0a1908ae714c7e8',
  '048795fce9ee9a042828c0538cacbc8aeba60355cf3fc4d2c13dc25c46fa908f',
]

async function rows(params: object, from: number, to: number): Promise<Columns[]> {
  const all = { ...condiff.defaults, ...params }
  const ctx = { seed: SEED, signal: new AbortController().signal }
  const out: Columns[] = []
  for await (const row of condiff.rows(all, { from, to }, ctx)) out.push(row)
  return out
}

function digest({ data }: Columns): string {
  const [k, rhs] = [data.k as Float32Array, data.rhs as Float32Array]
  const hash = createHash('sha256')
  for (const part of [k, rhs]) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
  return hash.digest('hex')
}

/** The digests of rows from ≤ i < to, made by a process of its own. */
async function elsewhere(from: number, to: number): Promise<string[]> {
  const script = `
    import { createHash } from 'node:crypto'
    import condiff from ${JSON.stringify(new URL('../../generators/condiff.ts', import.meta.url).href)}
    const params = { ...condiff.defaults, grid: 12, contrast: [20, 40] }
    const ctx = { seed: ${SEED}, signal: new AbortController().signal }
    for await (const { data } of condiff.rows(params, { from: ${from}, to: ${to} }, ctx)) {
      const hash = createHash('sha256')
      for (const part of [data.k, data.rhs]) hash.update(new Uint8Array(part.buffer, part.byteOffset, part.byteLength))
      console.log(hash.digest('hex'))
    }`
  const flags = ['--import', 'tsx', '--input-type=module', '--eval', script]
  const { stdout } = await promisify(execFile)(process.execPath, flags)
  return stdout.trim().split('\n')
}
