import assert from 'node:assert/strict'
import fc from 'fast-check'
import { rng } from '../../../math/rng.ts'
import cholesky from '../../../solvers/cholesky.ts'
import { type Certificate, certify, poissonEigenvalue } from '../../../solvers/diffusion/certificate.ts'
import { apply, assemble } from '../../../solvers/diffusion/stencil.ts'
import { layeredSquare, poissonSquare } from './closed-forms.ts'
import { energy, errorSquare, nestedError, onCells, onNodes, type Row } from './references.ts'

const SEED = 61
/** The references solve to 1e-9 and sum in f64; they may exceed the truth by this share. */
const ROUNDING = 1 + 1e-9

type Normal = () => number
type Cell = (i: number, j: number, normal: Normal) => number

describe(`solvers/diffusion/certificate (seed ${SEED})`, () => {
  it('one node, k = 1, x = 1, rhs = 16: √2, as on paper', () => {
    const { majorant, algebraic } = certified({
      n: 1,
      k: Float64Array.of(1, 1, 1, 1),
      x: Float64Array.of(1),
      rhs: Float64Array.of(16),
    })
    // A = 16, r = 0, ∫ |∇v|² = 4, mismatch 2 (fluxes.test.ts). Slack: 16 ε (2 + √2) + C h 6 ε · 16, and 16 · 9 ε of all
    const ulp = Number.EPSILON
    const slack =
      16 * ulp * (2 + Math.SQRT2) + (6 * ulp * 16) / 2 / (Math.PI * Math.SQRT2) + 144 * ulp * Math.SQRT2
    assert.ok(
      Math.abs(majorant - Math.SQRT2 - slack) <= 2 * ulp,
      `${(majorant - Math.SQRT2) / ulp}, ${slack / ulp} ulps`,
    )
    assert.ok(algebraic > 0 && algebraic <= (1.01 * 6 * Number.EPSILON * 16) / 2 / 4)
  })

  it('knows the smallest eigenvalue of the Poisson matrix', () => {
    // the mode sin πs sin πt: A m = λ m
    for (const n of [1, 3, 8]) {
      const mode = onNodes(n, (i, j) => Math.sin((Math.PI * i) / (n + 1)) * Math.sin((Math.PI * j) / (n + 1)))
      const out = new Float64Array(n * n)
      apply(assemble({ batch: 1, n: n + 1, data: onCells(n, () => 1) }), mode, out)
      for (const [p, value] of out.entries())
        assert.ok(Math.abs(value - poissonEigenvalue(n) * mode[p]!) < 1e-12 * poissonEigenvalue(n))
    }
  })

  it('algebraic is sharp on that mode: x off by m, k = 2, energy of m', () => {
    const n = 6
    const m = onNodes(n, (i, j) => Math.sin((Math.PI * i) / (n + 1)) * Math.sin((Math.PI * j) / (n + 1)))
    const row: Row = { n, k: onCells(n, () => 2), x: m, rhs: new Float64Array(n * n) } // the solution is 0
    const truth = Math.sqrt(energy(row.k, n, m))
    const { algebraic } = certified(row)
    assert.ok(algebraic >= truth && algebraic < truth * (1 + 1e-11), `${algebraic}, truth ${truth}`)
  })

  it('algebraic is never below the error of any x, contrast to 1e9 (Cholesky knows the solution)', async () => {
    for (const [tag, spread] of [0, 1, 3, 5].entries()) {
      const row = await solved(8, (_i, _j, normal) => Math.exp(spread * normal()), 'algebraic')
      const { normal } = rng(SEED, 'perturb', tag)
      for (const size of [1, 1e-4, 1e-8]) {
        const error = onNodes(8, () => size * normal())
        const { algebraic } = certified({ ...row, x: row.x.map((value, p) => value + error[p]!) })
        assert.ok(algebraic >= Math.sqrt(energy(row.k, 8, error)), `spread ${spread}, size ${size}`)
      }
    }
  })

  it('majorant is above the error of the series, k = 1', async () => {
    for (const n of [3, 4, 7, 15]) {
      const row = await solved(n, () => 1, 'poisson')
      const [least, most] = poissonSquare(row, 60 * (n + 1)).map((square) =>
        Math.sqrt(errorSquare(row, square)),
      )
      assert.ok(most! - least! < 1e-4 * least!, 'the series says enough')
      const { majorant } = certified(row)
      assert.ok(majorant >= most!, `n = ${n}: ${majorant}, error ${most}`)
      assert.ok(majorant < 1.2 * least!, `n = ${n}: effectivity ${majorant / least!}`) // 1.08 to 1.12 seen
      const nested = await nestedError(row, 4)
      assert.ok(nested <= most! * ROUNDING && nested > 0.95 * least!, `nested ${nested}, series ${least}`)
    }
  })

  for (const [name, contrast, loose] of [
    ['one interface', 100, 10],
    ['contrast 1e5', 1e5, 1000],
  ] as const) {
    it(`majorant is above the closed form of layers: ${name}, along either axis`, async () => {
      const n = 7
      const layer = (i: number) => (i < 3 ? 1 : contrast)
      const row = await solved(n, layer, 'layers', (i) => 1 + (i % 3))
      const turned = await solved(
        n,
        (_i, j) => layer(j),
        'layers',
        (_i, j) => 1 + (j % 3),
      )
      const [least, most] = layeredSquare(row, 2001).map((square) => Math.sqrt(errorSquare(row, square)))
      assert.ok(most! - least! < 1e-4 * least!, 'the series says enough')
      const [one, other] = [certified(row), certified(turned)]
      assert.ok(one.majorant >= most! && one.majorant < loose * least!, `${one.majorant}, error ${least}`)
      // the same sums in another order, x solved in another order: 1e-8 of the flux may differ
      assert.ok(Math.abs(one.majorant - other.majorant) < 1e-8 * one.majorant)
      assert.ok((await nestedError(row, 4)) <= most! * ROUNDING)
    })
  }

  const fields: readonly [string, number, Cell, number][] = [
    ['lognormal', 7, (_i, _j, normal) => Math.exp(normal()), 4],
    ['lognormal, contrast 1e5', 7, (_i, _j, normal) => Math.exp(Math.log(1e5) * uniform(normal)), 30],
    ['two phases, contrast 1e6', 7, (_i, _j, normal) => (normal() > 0 ? 1e6 : 1), 3000],
    ['two phases, contrast 1e-6', 6, (_i, _j, normal) => (normal() > 1 ? 1e-6 : 1), 3000],
    ['three nodes a side', 3, (_i, _j, normal) => Math.exp(2 * normal()), 10],
  ]
  for (const [name, n, cell, loose] of fields) {
    it(`majorant is above nested references: ${name}`, async () => {
      for (const draw of [0, 1, 2]) {
        const row = await solved(n, cell, `${name} ${draw}`)
        const { majorant } = certified(row)
        const errors: number[] = []
        for (const m of [2, 4, 8]) errors.push(await nestedError(row, m))
        const [e2, e4, e8] = errors as [number, number, number]
        assert.ok(e2 <= e4 * ROUNDING && e4 <= e8 * ROUNDING, 'references rise to the truth')
        // what is beyond the last reference: as much again as the last step is more than a geometric rest of ratio ½
        const extrapolated = Math.sqrt(e8 * e8 + (e8 * e8 - e4 * e4))
        assert.ok(majorant >= extrapolated, `${majorant}, error ${errors}`)
        assert.ok(majorant <= loose * e8, `effectivity ${majorant / e8}`)
      }
    })
  }

  it('majorant is above the error of an x that solves nothing', async () => {
    const { normal } = rng(SEED, 'any')
    for (const size of [1e-3, 1e-1, 10]) {
      const row = await solved(5, (_i, _j, more) => Math.exp(more()), 'any')
      const x = row.x.map((value) => value + size * normal())
      assert.ok(certified({ ...row, x }).majorant >= (await nestedError({ ...row, x }, 4)))
    }
  })

  it('majorant has the right constant: v = sin πs sin πt, the worst function, and f = 0', () => {
    // C ‖div ∇v‖ is then the error itself; the constant published with Astral gives 0.71 of it. The mismatch adds O(h).
    for (const n of [15, 63]) {
      const mode = onNodes(n, (i, j) => Math.sin((Math.PI * i) / (n + 1)) * Math.sin((Math.PI * j) / (n + 1)))
      const row: Row = { n, k: onCells(n, () => 5), x: mode, rhs: new Float64Array(n * n) }
      const share = certified(row).majorant / Math.sqrt(energy(row.k, n, mode))
      assert.ok(share >= 1 && share < 1 + 4 / n, `n = ${n}: ${share} times the error`)
    }
  })

  it('majorant falls with h as the error of linear elements does, first order', async () => {
    const smooth = async (n: number) => {
      const h = 1 / (n + 1)
      const cell = (i: number, j: number) => 1 + (i + 0.5) * h * (j + 0.5) * h
      return certified(
        await solved(n, cell, 'smooth', (i, j) => Math.sin(Math.PI * i * h) * Math.sin(2 * Math.PI * j * h)),
      )
    }
    const bounds: number[] = []
    for (const n of [7, 15, 31, 63]) bounds.push((await smooth(n)).majorant)
    const orders = bounds.slice(1).map((bound, b) => Math.log2(bounds[b]! / bound))
    assert.ok(
      orders.every((order) => order > 0.95 && order < 1.05),
      `orders ${orders}`,
    )
  })

  it('scales: c k and c rhs give √c times both bounds, to the bit for c = 4', async () => {
    const row = await solved(5, (_i, _j, normal) => Math.exp(normal()), 'scale')
    const times = (values: Float64Array) => values.map((value) => 4 * value)
    const [one, four] = [certified(row), certified({ ...row, k: times(row.k), rhs: times(row.rhs) })]
    assert.deepEqual(four, { algebraic: 2 * one.algebraic, majorant: 2 * one.majorant })
  })

  it('covers its own rounding: in exact arithmetic of integers, the residual that f64 hides', () => {
    // k and x are integers of 26 bits, so every flux is exact as a BigInt; in f64 it is rounded
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 2 ** 26 }), { minLength: 25, maxLength: 25 }),
        (numbers) => {
          const [k, x] = [numbers.slice(0, 16), numbers.slice(16)]
          const exact = productOf(k.map(BigInt), x.map(BigInt))
          const rhs = Float64Array.from(exact, Number) // A x, rounded: r is that rounding
          const r = Math.sqrt(exact.reduce((sum, value, p) => sum + Number(value - BigInt(rhs[p]!)) ** 2, 0))
          const { algebraic } = certified({ n: 3, k: Float64Array.from(k), x: Float64Array.from(x), rhs })
          const bound = r / 4 / Math.sqrt(Math.min(...k) * poissonEigenvalue(3))
          assert.ok(algebraic >= bound, `${algebraic}, hidden ${bound}`)
        },
      ),
      { seed: SEED },
    )
  })

  it('gives an entry the same bytes alone and in a batch', async () => {
    const rows = [
      await solved(4, (_i, _j, normal) => Math.exp(normal()), 'one'),
      await solved(4, () => 3, 'two'),
    ]
    const join = (part: 'k' | 'x' | 'rhs') => Float64Array.from(rows.flatMap((row) => [...row[part]]))
    const field = (part: 'k' | 'x' | 'rhs', n: number) => ({ batch: 2, n, data: join(part) })
    assert.deepEqual(certify(field('k', 5), field('x', 4), field('rhs', 4)), rows.map(certified))
  })

  it('is 0 for nothing, and ∞ where nothing can be said', () => {
    const n = 3
    const row: Row = { n, k: onCells(n, () => 1), x: new Float64Array(9), rhs: new Float64Array(9) }
    const unknown = { algebraic: Infinity, majorant: Infinity }
    assert.deepEqual(certified(row), { algebraic: 0, majorant: 0 })
    assert.deepEqual(certified({ ...row, k: onCells(n, (i, j) => (i + j === 3 ? 0 : 1)) }), unknown)
    assert.deepEqual(certified({ ...row, k: onCells(n, (i, j) => (i + j === 3 ? NaN : 1)) }), unknown)
    assert.deepEqual(
      certified({ ...row, k: onCells(n, (i, j) => (i + j === 3 ? Infinity : 1)), x: row.x.map(() => 1) }),
      unknown,
    )
    assert.deepEqual(certified({ ...row, x: row.x.map(() => NaN) }), unknown)
    assert.deepEqual(certified({ ...row, rhs: row.x.map(() => Infinity) }), unknown)
    assert.deepEqual(certified({ ...row, x: row.x.map(() => 1e-200) }), unknown) // squares are lost
    assert.throws(
      () =>
        certify(
          { batch: 1, n: 3, data: row.x },
          { batch: 1, n: 3, data: row.x },
          { batch: 1, n: 3, data: row.x },
        ),
      /certify: k 9/,
    )
  })
})

function certified({ n, k, x, rhs }: Row): Certificate {
  const [certificate] = certify(
    { batch: 1, n: n + 1, data: k },
    { batch: 1, n, data: x },
    { batch: 1, n, data: rhs },
  )
  return certificate!
}

/** k of the cells, rhs of the nodes (normal numbers unless said), x by Cholesky. */
async function solved(
  n: number,
  cell: Cell,
  name: string,
  source?: (i: number, j: number) => number,
): Promise<Row> {
  const { normal } = rng(SEED, name)
  const k = onCells(n, (i, j) => cell(i, j, normal))
  const rhs = onNodes(n, source ?? normal)
  const matrix = assemble({ batch: 1, n: n + 1, data: k })
  const state = await cholesky.setup(matrix, cholesky.defaults)
  const { x, status } = await cholesky.solve(state, { batch: 1, n, data: rhs }, cholesky.defaults)
  assert.deepEqual(status, ['converged'])
  return { n, k, rhs, x: x.data }
}

/** In (0, 1), from a normal number. */
function uniform(normal: Normal): number {
  return 1 / (1 + Math.exp(-1.7 * normal()))
}

/** A x on 3 × 3 nodes in integers, faces written out from the paper; twice the product, halved at the end: all faces are halves. */
function productOf(k: readonly bigint[], x: readonly bigint[]): bigint[] {
  const K = (i: number, j: number) => k[i * 4 + j]!
  const U = (i: number, j: number) => (i < 0 || j < 0 || i > 2 || j > 2 ? 0n : x[i * 3 + j]!)
  return Array.from({ length: 9 }, (_, p) => {
    const [i, j] = [Math.floor(p / 3), p % 3]
    const twice =
      (K(i + 1, j) + K(i + 1, j + 1)) * (U(i, j) - U(i + 1, j)) +
      (K(i, j) + K(i, j + 1)) * (U(i, j) - U(i - 1, j)) +
      (K(i, j + 1) + K(i + 1, j + 1)) * (U(i, j) - U(i, j + 1)) +
      (K(i, j) + K(i + 1, j)) * (U(i, j) - U(i, j - 1))
    return 8n * twice // (n+1)² / 2
  })
}
