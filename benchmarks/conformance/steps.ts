/**
 * Metrics of the track `preconditioners` with answers in closed form: k = 1, 4 × 4 nodes, rhs = λ φ for φ a wave of the five-point matrix.
 * The iterate (1 − r) φ leaves r of rhs, relative; with rhs of norm s it leaves r s, absolute.
 */
import type { Schema } from '../../contracts.ts'
import type { Case } from './case.ts'

const N = 4
const SHAPE = [2, 4]
const LIMIT = 40 * N

/** Of one row: the norm of rhs, and by protocol what is claimed and which part of rhs the iterates leave. */
interface Row {
  size: number
  published?: readonly Claim[]
  ours?: readonly Claim[]
}
type Claim = readonly [steps: number, left: number]

const claims = (...all: Claim[]) => all
const honest = claims([5, 9e-4], [8, 9e-7], [11, 9e-10], [14, 9e-13])

export function stepCases(): Case[] {
  const three: Row[] = [
    { size: 2, ours: honest },
    { size: 2, ours: claims([6, 2e-3], [9, 2e-6], [13, 2e-9], [16, 2e-10]) }, // claims more than it has
    { size: 2, ours: claims([7, 5e-4], [-1, 0], [-1, 0], [-1, 0]) },
  ]
  // left × size is what counts: 4e-4 · 2 is below 1e-3, 9e-4 · 2 is not
  const absolute: Row[] = [
    { size: 2, published: claims([20, 4e-4], [30, 4e-7], [40, 4e-10], [50, 4e-13]) },
    { size: 2, published: claims([22, 9e-4], [33, 9e-7], [44, 9e-10], [55, 1e-9]) },
  ]
  return [
    of('iterations@3', 'three', '(5 + 40 n + 7) / 3', (5 + LIMIT + 7) / 3, three),
    of('iterations@6', 'three', '(8 + 2 · 40 n) / 3', (8 + 2 * LIMIT) / 3, three),
    of('iterations@9', 'three', '(11 + 2 · 40 n) / 3', (11 + 2 * LIMIT) / 3, three),
    of('iterations@12', 'three', '(14 + 2 · 40 n) / 3', (14 + 2 * LIMIT) / 3, three),
    of('reached@3', 'three', '2 / 3', 2 / 3, three),
    of('reached@6', 'three', '1 / 3: what is not reached may not say 0 steps', 1 / 3, three),
    of('iterations-published@3', 'absolute', '(20 + 40 n) / 2', (20 + LIMIT) / 2, absolute),
    of('iterations-published@6', 'absolute', '(30 + 40 n) / 2', (30 + LIMIT) / 2, absolute),
    of('iterations-published@9', 'absolute', '(40 + 40 n) / 2', (40 + LIMIT) / 2, absolute),
    of('iterations-published@12', 'absolute', '(50 + 40 n) / 2', (50 + LIMIT) / 2, absolute),
  ]
}

/** φ₁₁ of norm 1, and its eigenvalue. */
const wave = Float64Array.from({ length: N * N }, (_, at) => {
  const of = (i: number) => Math.sin((Math.PI * (i + 1)) / (N + 1))
  return (2 / (N + 1)) * of(Math.floor(at / N)) * of(at % N)
})
const EIGENVALUE = 8 * (N + 1) ** 2 * Math.sin(Math.PI / (2 * (N + 1))) ** 2

/** Predicted rows are stored last first. */
function of(metric: string, name: string, about: string, value: number, rows: readonly Row[]): Case {
  const none = claims([-1, 0], [-1, 0], [-1, 0], [-1, 0])
  const scaled = (factor: number) => [...wave.map((one) => factor * one)]
  const row = Int32Array.from(rows.keys())
  const claimed = rows.toReversed().map((one) => ({
    size: one.size,
    all: [...(one.published ?? none), ...(one.ours ?? none)],
  }))
  const iterations = Int32Array.from(claimed.flatMap(({ all }) => all.map(([steps]) => steps)))
  const x = Float64Array.from(
    claimed.flatMap(({ size, all }) => all.flatMap(([, left]) => scaled((size * (1 - left)) / EIGENVALUE))),
  )
  const rhs = Float64Array.from(rows.flatMap(({ size }) => scaled(size)))
  const k = new Float64Array(rows.length * (N + 1) ** 2).fill(1)
  return {
    id: `${metric}-${name}`,
    track: 'preconditioners',
    ...{ metric, about, value, facts: { grid: N } },
    truth: { rows: rows.length, data: { row, k, rhs } },
    predicted: { rows: rows.length, data: { row: row.toReversed(), iterations, x } },
    schemas: SCHEMAS,
  }
}

const SCHEMAS = schemas()

function schemas(): { truth: Schema; predicted: Schema } {
  const row: Schema = { row: { type: 'i32', shape: [], about: 'Index of the row' } }
  const real = (shape: readonly number[], about: string) => ({ type: 'f64' as const, shape, about })
  return {
    truth: {
      ...row,
      k: real([N + 1, N + 1], 'Coefficient on the cells'),
      rhs: real([N, N], 'Right-hand side'),
    },
    predicted: {
      ...row,
      iterations: { type: 'i32', shape: SHAPE, about: 'Steps by protocol and tolerance; -1: not reached' },
      x: real([...SHAPE, N, N], 'Iterate of each'),
    },
  }
}
