/**
 * Metrics of the track `operators` with answers in closed form, on n × n nodes with walls at 0, h = 1/(n+1).
 *
 * φ_pq = 2/(n+1) sin(π p (i+1)/(n+1)) sin(π q (j+1)/(n+1)) are orthonormal, and eigenvectors of the five-point matrix of k = κ:
 * A φ_pq = κ λ_pq φ_pq, λ_pq = 4 (n+1)² (sin²(π p/2(n+1)) + sin²(π q/2(n+1))). Around a single node of height d the energy
 * is (n+1)² d² times the sum of the four cells that meet there, whatever k is.
 */
import type { Schema } from '../../contracts.ts'
import type { Case } from './case.ts'

interface Row {
  truth: Float64Array
  predicted: Float64Array
  k?: Float64Array // 1
  rhs?: Float64Array // 0
}

export function fieldCases(): Case[] {
  return [...errors(), ...bands(), ...energies(), ...residuals(), ...steps()]
}

const N = 6
const wave = (p: number, q: number, n = N) =>
  Float64Array.from({ length: n * n }, (_, at) => {
    const of = (mode: number, i: number) => Math.sin((Math.PI * mode * (i + 1)) / (n + 1))
    return (2 / (n + 1)) * of(p, Math.floor(at / n)) * of(q, at % n)
  })
const eigenvalue = (p: number, q: number, n = N) =>
  4 *
  (n + 1) ** 2 *
  (Math.sin((Math.PI * p) / (2 * (n + 1))) ** 2 + Math.sin((Math.PI * q) / (2 * (n + 1))) ** 2)
const sum = (...parts: [factor: number, field: Float64Array][]) =>
  parts[0]![1].map((_, at) => parts.reduce((total, [factor, field]) => total + factor * field[at]!, 0))
const node = (i: number, j: number, height = 1, n = N) =>
  Float64Array.from({ length: n * n }, (_, at) => (at === i * n + j ? height : 0))
const flat = (value: number, n = N) => new Float64Array(n * n).fill(value)

function errors(): Case[] {
  const base = sum([2, wave(1, 1)])
  const corner = sum([1, flat(1)], [2, node(0, 0)])
  const sides = sum([1, flat(1)], [1, node(0, 2)], [2, node(5, 3)], [3, node(2, 0)], [4, node(4, 5)])
  const inside = sum([1, flat(1)], [5, node(2, 3)])
  return [
    of('relative-l2', 'zero', '1', 1, [{ truth: base, predicted: flat(0) }]),
    of('relative-l2', 'same', '0', 0, [{ truth: base, predicted: base }]),
    of('relative-l2', 'mode', '0.5 / 2', 0.25, [
      { truth: base, predicted: sum([1, base], [0.5, wave(2, 3)]) },
    ]),
    of('relative-l2', 'mean', 'mean of 0.5/2 and 1/100', 0.13, [
      { truth: base, predicted: sum([1, base], [0.5, wave(2, 3)]) },
      { truth: sum([100, wave(1, 2)]), predicted: sum([100, wave(1, 2)], [1, wave(3, 3)]) },
    ]),
    of('max-error', 'mean', 'mean of 3 and 1: each row has its own', 2, [
      { truth: flat(1), predicted: sum([1, flat(1)], [-3, node(3, 4)], [2, node(0, 1)]) },
      { truth: base, predicted: sum([1, base], [1, node(5, 5)]) },
    ]),
    of(
      'boundary',
      'corner',
      'mean of 2/√20 and 0: 20 nodes lie next to the wall, a corner counts once',
      1 / Math.sqrt(20),
      [
        { truth: flat(1), predicted: corner },
        { truth: flat(1), predicted: inside },
      ],
    ),
    of('boundary', 'sides', '√(1 + 4 + 9 + 16) / √20', Math.sqrt(30 / 20), [
      { truth: flat(1), predicted: sides },
    ]),
  ]
}

function bands(): Case[] {
  const six: Row = {
    truth: sum([4, wave(1, 1)], [3, wave(6, 6)]),
    predicted: sum(
      [4, wave(1, 1)],
      [6, wave(6, 6)],
      [1, wave(1, 2)],
      [2, wave(3, 4)],
      [0.5, wave(4, 3)],
      [2, wave(1, 6)],
    ),
  }
  const w = (p: number, q: number) => wave(p, q, 7)
  const seven: Row = {
    truth: sum([5, w(1, 1)]),
    predicted: sum(
      [5, w(1, 1)],
      [1, w(2, 2)],
      [2, w(3, 1)],
      [3, w(4, 4)],
      [4, w(1, 5)],
      [5, w(7, 7)],
      [6, w(6, 2)],
    ),
  }
  return [
    of('spectrum-low', 'six', '1 / 5', 0.2, [six]),
    of('spectrum-mid', 'six', '√(4 + 0.25) / 5', Math.sqrt(4.25) / 5, [six]),
    of('spectrum-high', 'six', '√(4 + 9) / 5: corners of the plane belong to it', Math.sqrt(13) / 5, [six]),
    of('spectrum-low', 'seven', '1 / 5: waves up to 7/3', 0.2, [seven]),
    of('spectrum-mid', 'seven', '√(4 + 9) / 5: up to 14/3', Math.sqrt(13) / 5, [seven]),
    of('spectrum-high', 'seven', '√(16 + 25 + 36) / 5', Math.sqrt(77) / 5, [seven]),
  ]
}

/** k = 1 + i + 10 j on cell (i, j): linear, and not equal to its transpose. */
const SLOPE = Float64Array.from(
  { length: (N + 1) ** 2 },
  (_, at) => 1 + Math.floor(at / (N + 1)) + 10 * (at % (N + 1)),
)
const TURNED = SLOPE.map((_, at) => SLOPE[(at % (N + 1)) * (N + 1) + Math.floor(at / (N + 1))]!)
/** The four cells around node (i, j): their mean is k at the point i + ½, j + ½. */
const around = (i: number, j: number) => 4 * (1 + i + 0.5 + 10 * (j + 0.5))

function energies(): Case[] {
  const mode: Row = { truth: sum([2, wave(1, 1)]), predicted: sum([2, wave(1, 1)], [0.5, wave(2, 3)]) }
  const nodes = (i: number, j: number): Row => ({
    truth: node(2, 3, 2),
    predicted: sum([1, node(2, 3, 2)], [1, node(i, j)]),
    k: SLOPE,
  })
  const ratio = (above: number, below: number) => Math.sqrt(above / below)
  const [finer, coarser] = [eigenvalue(2, 3), eigenvalue(1, 1)]
  const corner = (i: number, j: number) => ratio(around(i, j), 4 * around(2, 3))
  return [
    of('h1', 'mode', '0.25 √((1 + λ₂₃) / (1 + λ₁₁))', 0.25 * ratio(1 + finer, 1 + coarser), [mode]),
    of('h1', 'node', 'mean of √(1 + 4·49) / (2 √(1 + 4·49)) and the same at the wall', 0.5, [
      nodes(4, 1),
      nodes(0, 5),
    ]),
    of('energy-error', 'mode', '0.25 √(λ₂₃ / λ₁₁), k = 3', 0.25 * ratio(finer, coarser), [
      { ...mode, k: new Float64Array((N + 1) ** 2).fill(3) },
    ]),
    of('energy-error', 'node', '√(cells around (4, 1) / 4 · cells around (2, 3))', corner(4, 1), [
      nodes(4, 1),
    ]),
    of(
      'energy-error',
      'wall',
      'mean over nodes in two corners, k of the second row transposed: faces to the wall count',
      (corner(0, 5) + ratio(around(0, 5), 4 * around(3, 2))) / 2,
      [nodes(0, 5), { ...nodes(5, 0), k: TURNED }],
    ),
  ]
}

function residuals(): Case[] {
  const two = new Float64Array((N + 1) ** 2).fill(2)
  const rhs = sum([5, wave(1, 2)])
  const close = sum([(0.9 * 5) / (2 * eigenvalue(1, 2)), wave(1, 2)])
  // The faces of node (1, 1): k at (1, 1½), (2, 1½), (1½, 1), (1½, 2); the node's own entry is their sum.
  const faces = [1 + 1 + 15, 1 + 2 + 15, 1 + 1.5 + 10, 1 + 1.5 + 20]
  const own = faces.reduce((a, b) => a + b, 0)
  const missed = 49 + own ** 2 + faces.reduce((a, b) => a + b * b, 0)
  const single: Row = {
    truth: node(1, 1),
    predicted: node(1, 1, 1 / (N + 1) ** 2),
    k: SLOPE,
    rhs: node(4, 4, 7),
  }
  return [
    of('residual', 'mode', '1 − 0.9, k = 2', 0.1, [{ truth: close, predicted: close, k: two, rhs }]),
    of('residual', 'mean', 'mean of 0.1 at k = 2 and 0.2 at k = 4', 0.15, [
      { truth: close, predicted: close, k: two, rhs },
      {
        truth: close,
        predicted: sum([(0.8 * 3) / (4 * eigenvalue(3, 3)), wave(3, 3)]),
        k: two.map((k) => 2 * k),
        rhs: sum([3, wave(3, 3)]),
      },
    ]),
    of('residual', 'zero', '1', 1, [{ truth: close, predicted: flat(0), k: two, rhs }]),
    of('residual', 'node', '√(7² + own² + the squares of its four faces) / 7', Math.sqrt(missed) / 7, [
      single,
    ]),
  ]
}

/** In exact arithmetic conjugate gradients without preconditioner end after as many steps as rhs has eigenvalues in it. */
function steps(): Case[] {
  const modes = [
    [1, 1],
    [1, 2],
    [3, 3],
    [2, 5],
    [6, 6],
  ] as const
  return [1, 2, 3, 5].map((count) => {
    const rhs = sum(...modes.slice(0, count).map(([p, q]) => [1, wave(p, q)] as [number, Float64Array]))
    const x = sum(
      ...modes.slice(0, count).map(([p, q]) => [1 / eigenvalue(p, q), wave(p, q)] as [number, Float64Array]),
    )
    return of(
      'cg-iterations',
      `${count}`,
      `${count} eigenvalues in rhs, k = 1: steps to ‖r‖ ≤ 1e-8 ‖rhs‖ from 0, no preconditioner`,
      count,
      [{ truth: x, predicted: x, rhs }],
    )
  })
}

/** Predicted rows are stored last first where there are several. */
function of(metric: string, name: string, about: string, value: number, rows: Row[]): Case {
  const n = Math.sqrt(rows[0]!.truth.length)
  const join = (parts: Float64Array[]) => Float64Array.from(parts.flatMap((part) => [...part]))
  const row = Int32Array.from(rows.keys())
  const backward = rows.toReversed()
  const truth = {
    row,
    k: join(rows.map(({ k }) => k ?? new Float64Array((n + 1) ** 2).fill(1))),
    rhs: join(rows.map(({ rhs }) => rhs ?? flat(0, n))),
    x: join(rows.map((one) => one.truth)),
  }
  const predicted = { row: row.toReversed(), x: join(backward.map((one) => one.predicted)) }
  return {
    id: `${metric}-${name}`,
    track: 'operators',
    ...{ metric, about, value, facts: { grid: n } },
    truth: { rows: rows.length, data: truth },
    predicted: { rows: rows.length, data: predicted },
    schemas: schemasOf(n),
  }
}

function schemasOf(n: number): Case['schemas'] {
  const column = (side: number, about: string) => ({ type: 'f64' as const, shape: [side, side], about })
  const row: Schema = { row: { type: 'i32', shape: [], about: 'Index of the row' } }
  const x = column(n, 'Solution on the interior nodes')
  return {
    truth: { ...row, k: column(n + 1, 'Coefficient on the cells'), rhs: column(n, 'Right-hand side'), x },
    predicted: { ...row, x },
  }
}
