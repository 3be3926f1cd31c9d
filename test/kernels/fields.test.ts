import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Key } from '../../generators/fields/address.ts'
import { embed, type FieldLaw } from '../../generators/fields/embedding.ts'
import { drawPair, inWindow, type Window } from '../../generators/fields/grf.ts'
import { makerOf } from '../../generators/fields/lognormal.ts'
import { normals } from '../../generators/fields/normals.ts'
import { PLACES } from '../../kernels/fields.ts'
import { exp } from '../../math/elementary.ts'
import { rng } from '../../math/rng.ts'
import { closure } from '../../pipelines/code-hash.ts'

const SEED = 11
const KEY: Key = { seed: SEED, set: 0xdeadbeef }
const LAW: FieldLaw = { covariance: 'exponential', variance: 2, length: 0.05, grid: 12 }
const signal = new AbortController().signal

interface Asked {
  law?: Partial<FieldLaw>
  contrast?: Window
  attempts?: number
  workers?: number
  key?: Key
}
const open = ({ law, contrast = null, attempts = 1000, workers = 1, key = KEY }: Asked = {}) =>
  makerOf({ field: { ...LAW, ...law }, contrast, attempts }, key, { signal, workers })

/** The row by the TypeScript twin. */
function twinRow(field: FieldLaw, contrast: Window, attempts: number, address: number) {
  const { grid } = field
  for (let attempt = 0; attempt < attempts; attempt++) {
    const pair = drawPair(embed(field), KEY, { attempt, address }, grid + 1)
    const half = pair.findIndex((phi) => inWindow(phi, contrast))
    if (half < 0) continue
    const rhs = new Float32Array(normals(KEY, { attempt: 0, address, purpose: 'rhs' }, grid * grid))
    return { row: { k: new Float32Array(pair[half]!.map(exp)), rhs, attempts: attempt + 1 }, half }
  }
  return null
}

/** Equal in every bit but the sign of a zero, which the kernel may have otherwise (kernels/parts/butterflies.as.ts). */
function assertSame(made: ArrayLike<number>, twin: ArrayLike<number>, what: string): void {
  assert.equal(made.length, twin.length)
  for (let i = 0; i < twin.length; i++) {
    if (made[i] !== twin[i]) assert.fail(`${what}: number ${i} is ${made[i]}, its twin has ${twin[i]}`)
  }
}

describe(`kernels/fields (seed ${SEED})`, () => {
  // periods 6, 8, 10, …: every radix, odd lengths (15, 27, 45, 75), windows that end within a vector and within a strip
  for (const grid of [3, 4, 5, 6, 7, 8, 9, 13, 16, 22, 31, 37]) {
    it(`makes fields and sides equal to the bit to those of the twin on grid ${grid}`, async () => {
      const field = { ...LAW, grid }
      const maker = open({ law: { grid } })
      const address = 2 ** 31 + 5
      const { fields, rhs } = await maker.draw(address, 3)
      const twin = drawPair(embed(field), KEY, { attempt: 3, address }, grid + 1)
      for (const half of [0, 1] as const) assertSame(fields[half], twin[half], `field ${half}`)
      const draw = { attempt: 0, address, purpose: 'rhs' } as const
      assertSame(rhs, new Float32Array(normals(KEY, draw, grid * grid)), 'rhs')
      await maker.close()
    })
  }

  for (const [covariance, grid] of [
    ['cubic', 64],
    ['exponential', 64],
    ['gaussian', 128],
    ['exponential', 128],
  ] as const) {
    it(`does so on the published ${covariance} embedding of grid ${grid}`, async () => {
      const law = { covariance, grid }
      const maker = open({ law })
      const { fields } = await maker.draw(77, 0)
      const twin = drawPair(embed({ ...LAW, ...law }), KEY, { attempt: 0, address: 77 }, grid + 1)
      for (const half of [0, 1] as const) assertSame(fields[half], twin[half], `field ${half}`)
      await maker.close()
    })
  }

  it('does so for any seed, set, attempt and address', async () => {
    const word = fc.integer({ min: 0, max: 0xffffffff })
    const place = fc.record({ seed: word, set: word, attempt: fc.nat(1e6), address: fc.nat(3 * 2 ** 30 - 1) })
    const law = { grid: 5, length: [0.1, 0.03] as const }
    const check = async ({ seed, set, attempt, address }: Key & { attempt: number; address: number }) => {
      const key = { seed, set }
      const maker = open({ law, key })
      const { fields } = await maker.draw(address, attempt)
      const twin = drawPair(embed({ ...LAW, ...law }), key, { attempt, address }, 6)
      for (const half of [0, 1] as const) assertSame(fields[half], twin[half], `field ${half}`)
      await maker.close()
    }
    await fc.assert(fc.asyncProperty(place, check), { seed: SEED, numRuns: 60 })
  })

  it('finds the rows that the twin finds, at the same attempt and half', async () => {
    const contrast = [800, 1200] as const
    const field = { ...LAW, grid: 16 }
    const maker = open({ law: { grid: 16 }, contrast })
    const rows = await maker.rows(40, PLACES)
    const halves = new Set<number>()
    let most = 0
    for (const [i, row] of rows.entries()) {
      const twin = twinRow(field, contrast, 1000, 40 + i)!
      assertSame(row!.k, twin.row.k, `k of row ${i}`)
      assertSame(row!.rhs, twin.row.rhs, `rhs of row ${i}`)
      assert.equal(row!.attempts, twin.row.attempts)
      halves.add(twin.half)
      most = Math.max(most, twin.row.attempts)
    }
    assert.equal(rows.length, PLACES)
    assert.ok(
      halves.size === 2 && most > 5,
      `halves ${[...halves]}, at most ${most} attempts: both should vary`,
    )
    await maker.close()
  })

  it('gives a row up after its attempts, and none before', async () => {
    const contrast = [800, 1200] as const
    const maker = open({ law: { grid: 16 }, contrast, attempts: 5 })
    const rows = await maker.rows(40, PLACES)
    const twins = Array.from({ length: PLACES }, (_, i) => twinRow({ ...LAW, grid: 16 }, contrast, 5, 40 + i))
    const first = twins.indexOf(null)
    assert.ok(first >= 0, 'no row of these is in vain: the test needs other numbers')
    assert.deepEqual(
      rows.map((row) => row?.attempts ?? null),
      [...twins.slice(0, first).map((twin) => twin!.row.attempts), null],
    )
    await maker.close()
  })

  it('rounds k as the twin does where e^φ leaves the range of f32', async () => {
    const maker = open({ law: { variance: 1e5, grid: 8 } })
    const [row] = await maker.rows(3, 1)
    const twin = twinRow({ ...LAW, variance: 1e5, grid: 8 }, null, 1, 3)!.row.k
    assertSame(row!.k, twin, 'k')
    assert.ok(twin.includes(0) && twin.includes(Infinity) && twin.some((k) => k > 0 && k < Infinity))
    await maker.close()
  })

  it('makes a thousand random addresses in any order with 1, 2 and 3 workers: the same bytes', async () => {
    const { integer } = rng(SEED, 'addresses')
    const addresses = Array.from({ length: 1000 }, () => integer(3 * 2 ** 30))
    const shuffled = addresses.map((_, i) => i)
    for (let i = 999; i > 0; i--) {
      const j = integer(i + 1)
      ;[shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!]
    }
    const contrast = [800, 1200] as const // one field in twenty
    const byOrder = await Promise.all(
      [1, 2, 3].map(async (workers) => {
        const maker = open({ contrast, workers })
        const order =
          workers === 1 ? addresses.map((_, i) => i) : workers === 2 ? shuffled : [...shuffled].reverse()
        const made = await Promise.all(
          order.map(async (i) => ({ i, row: (await maker.rows(addresses[i]!, 1))[0]! })),
        )
        await maker.close()
        return made.sort((a, b) => a.i - b.i).map(({ row }) => row)
      }),
    )
    assert.ok(byOrder[0]!.some(({ attempts }) => attempts > 1))
    for (const rows of byOrder.slice(1)) {
      for (const [i, row] of rows.entries()) {
        const one = byOrder[0]![i]!
        const same =
          Buffer.compare(Buffer.from(row.k.buffer), Buffer.from(one.k.buffer)) === 0 &&
          Buffer.compare(Buffer.from(row.rhs.buffer), Buffer.from(one.rhs.buffer)) === 0
        assert.ok(same && row.attempts === one.attempts, `address ${addresses[i]}`)
      }
    }
  })

  it('is part of the key of every stage that makes fields', () => {
    const generator = new URL('../../generators/condiff.ts', import.meta.url).pathname
    const kernels = [...closure(generator)].filter((file) => file.endsWith('.wasm'))
    assert.deepEqual(
      kernels.map((file) => file.slice(file.lastIndexOf('/kernels/'))),
      ['/kernels/built/fields.wasm'],
    )
  })
})
