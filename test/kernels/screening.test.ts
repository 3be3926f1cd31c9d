import assert from 'node:assert/strict'
import type { Key } from '../../generators/fields/address.ts'
import { embed, type FieldLaw } from '../../generators/fields/embedding.ts'
import { drawPair } from '../../generators/fields/grf.ts'
import { makeFields } from '../../kernels/fields.ts'
import { compileKernel, layOut, loadKernel } from '../../kernels/load.ts'
import { screeningOf } from '../../kernels/screening.ts'
import { log, sincos2pi } from '../../math/elementary.ts'
import { rootsOf } from '../../math/fft.ts'
import { uniformOf } from '../../math/philox.ts'
import { rng } from '../../math/rng.ts'

const SEED = 29
const KEY: Key = { seed: SEED, set: 5 }

const makerFor = (law: FieldLaw, range: readonly [number, number], limit = 1000) => {
  const { period, amplitude } = embed(law)
  const plan = { period, keep: law.grid + 1, amplitude, roots: rootsOf(period), key: KEY, range, limit }
  return { maker: makeFields(plan, 1), screening: screeningOf(period, amplitude, range) }
}
const rangeOf = (phi: Float64Array) => Math.max(...phi) - Math.min(...phi)
const rangesOf = (law: FieldLaw, address: number, attempt: number) =>
  drawPair(embed(law), KEY, { attempt, address }, law.grid + 1).map(rangeOf) as [number, number]

describe(`kernels/screening (seed ${SEED})`, () => {
  it('has normal pairs within 12 ε ρ of the true ones, also at the ends', () => {
    const { memory, heap, call } = loadKernel(
      compileKernel(new URL('../../kernels/built/fields.wasm', import.meta.url)),
      1e6,
    )
    const rows = 2500
    const { at } = layOut(heap, { words: 128 * rows, amplitude: 32, re: 32 * rows, im: 32 * rows })
    const words = new Uint32Array(memory.buffer, at.words, 32 * rows)
    rng(SEED, 'words').words(new Int32Array(memory.buffer, at.words, 32 * rows))
    // every pair of these as upper and lower word: 0, 1 and their neighbors, ½, √½, the quarter turns
    const corners = [0, 1, 4095, 4096, 2 ** 31, 0xb504f333, 0xb504f334, 2 ** 29, 2 ** 30, 0xe0000000].flatMap(
      (w) => [w, ~w >>> 0],
    )
    const pairs = corners.flatMap((upper) => corners.map((lower) => [upper, lower] as const))
    for (const [i, [upper, lower]] of pairs.entries()) {
      const [mine, other] = [place(i), place(i + pairs.length)]
      words[mine] = words[other + 16] = upper
      words[mine + 8] = words[other + 24] = lower
    }
    new Float32Array(memory.buffer, at.amplitude, 8).fill(1)
    call('spectrum32', at.words, rows, at.amplitude, 0, at.re, at.im)
    const [re, im] = [at.re, at.im].map((from) => new Float32Array(memory.buffer, from, 8 * rows))
    const pair = new Float64Array(2)
    let worst = 0
    for (let i = 0; i < 8 * rows; i++) {
      const [w0, w1, w2, w3] = [0, 8, 16, 24].map((j) => words[place(i) + j]!) as [
        number,
        number,
        number,
        number,
      ]
      const radius = Math.sqrt(-2 * log(uniformOf(w0, w1)))
      sincos2pi(uniformOf(w2, w3), pair)
      const error = Math.hypot(re![i]! - radius * pair[0]!, im![i]! - radius * pair[1]!)
      worst = Math.max(worst, error / radius)
    }
    assert.ok(worst < 12 * 2 ** -24, `${worst * 2 ** 24} ε`)
  })

  for (const [covariance, grid, variance] of [
    ['exponential', 7, 2], // period 15
    ['gaussian', 16, 2],
    ['cubic', 37, 1], // period 75
    ['cubic', 64, 2],
    ['gaussian', 64, 2],
    ['exponential', 64, 2],
    ['gaussian', 128, 2], // four fifths of the frequencies are left out
  ] as const) {
    it(`is within its margin for the ${covariance} covariance on grid ${grid}`, async () => {
      const law = { covariance, grid, variance, length: 0.05 }
      const { maker, screening } = makerFor(law, [log(8e4), log(1e5)])
      let worst = 0
      for (let attempt = 0; attempt < (grid > 64 ? 5 : 20); attempt++) {
        const made = await maker.screen(9, attempt)
        for (const [half, range] of rangesOf(law, 9, attempt).entries()) {
          worst = Math.max(worst, Math.abs(range - made[half]!))
        }
      }
      assert.ok(worst > 0 && worst <= screening!.margin, `off by ${worst}, margin ${screening!.margin}`)
      await maker.close()
    })
  }

  it('leaves out nothing where all frequencies count, and much of a smooth field', () => {
    const shareOf = (covariance: 'cubic' | 'gaussian') => {
      const { period, amplitude } = embed({ covariance, grid: 128, variance: 2, length: 0.05 })
      const { bands } = screeningOf(period, amplitude, [log(8e4), log(1e5)])!
      return bands.reduce((sum, end, i) => sum + (i % 2 === 0 ? -end : end), 0) / ((period * period) / 8)
    }
    assert.equal(shareOf('cubic'), 0)
    assert.ok(shareOf('gaussian') > 0.7)
  })

  it('is not done without a window, nor with one narrower than the margin', () => {
    const { period, amplitude } = embed({ covariance: 'cubic', grid: 64, variance: 2, length: 0.05 })
    assert.equal(screeningOf(period, amplitude, [-Infinity, Infinity]), null)
    assert.equal(screeningOf(period, amplitude, [11, 11.001]), null)
    assert.notEqual(screeningOf(period, amplitude, [11, 11.5]), null)
  })

  it('takes fields that lie on a bound of the window, as f64 does', async () => {
    const law = { covariance: 'exponential', grid: 8, variance: 2, length: 0.05 } as const
    const count = 40
    const ranges = Array.from({ length: count }, (_, attempt) => rangesOf(law, 3, attempt)).flat()
    let later = 0
    for (let at = 2; at < 2 * count; at += 5) {
      const edge = ranges[at]!
      for (const bounds of [
        [edge, edge + 0.3],
        [edge - 0.3, edge],
      ] as const) {
        const { maker, screening } = makerFor(law, bounds)
        assert.notEqual(screening, null)
        const [row] = await maker.rows(3, 1)
        const first = ranges.findIndex((range) => range >= bounds[0] && range <= bounds[1])
        assert.equal(row!.attempts, Math.floor(first / 2) + 1, `window [${bounds}]`)
        if (first === at) later++
        await maker.close()
      }
    }
    assert.ok(later > 0, 'no field on a bound was the one taken')
  })
})

/** Where the first word of block i lies: eight blocks together, all their words 0, then 1, 2 and 3. */
function place(i: number): number {
  return 32 * Math.floor(i / 8) + (i % 8)
}
