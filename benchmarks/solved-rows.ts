/**
 * What preconditioners answer: steps to four tolerances by two protocols, and the iterate of each (metrics/steps.ts says which).
 *
 *   published  x₀ ~ N(0, I) from the stream (0, 'preconditioners', 'x0', row), absolute ‖r‖
 *   ours       x₀ = 0, relative ‖r‖ / ‖f‖
 *
 * Both in f64, at most 40 n steps. A row whose preconditioner is none ('breakdown', 'non-finite') has reached nothing: −1, x = 0.
 * Set-up and solve are timed beside it (not part of the predictions): of a row, making M, and from x = 0 to 1e-6.
 */
import type { Columns, Cost, Preconditioner, Schema, Status, Stencil } from '../contracts.ts'
import { rng } from '../math/rng.ts'
import { DIGITS, limitOf, PROTOCOLS } from '../metrics/steps.ts'
import { norm } from '../solvers/diffusion/stencil.ts'
import { countSteps } from '../solvers/diffusion/step-counts.ts'

export const ITERATES = PROTOCOLS.length * DIGITS.length

export function answerSchema(n: number): Schema {
  const shape = [PROTOCOLS.length, DIGITS.length]
  return {
    row: { type: 'i32', shape: [], about: 'Index of the row within the test split' },
    iterations: {
      type: 'i32',
      shape,
      about: `Steps to 1e-${DIGITS.join(', 1e-')}, from a random start to the absolute residual, then from 0 to the relative one; -1 where not within ${limitOf(n)}`,
    },
    x: { type: 'f64', shape: [...shape, n, n], about: 'Iterate of each, 0 where not reached' },
  }
}

/** One system, and M for it. */
export interface Asked {
  row: number
  matrix: Stencil // a batch of one
  f: Float64Array
  precondition(): Preconditioner | Status
}

export interface Seconds {
  setup: number // of M
  solve: number | null // from 0 to ‖r‖ ≤ 1e-6 ‖f‖; null where not reached
  condition?: number // of M⁻¹ A, where conjugate gradients saw it
}

/** `watched`: what the valid split is asked for, steps from 0 to 1e-6 and no further. */
export function answer({ row, matrix, f, precondition }: Asked, watched = false) {
  const { n } = matrix
  const steps = new Int32Array(ITERATES).fill(-1)
  const x = new Float64Array(ITERATES * n * n)
  const begun = performance.now()
  const made = precondition()
  const seconds: Seconds = { setup: secondsFrom(begun), solve: null }
  if (typeof made === 'string') return { steps, x, seconds }
  const system = { matrix, b: 0, precondition: made, f }
  for (const [p, protocol] of PROTOCOLS.entries()) {
    if (watched && protocol !== 'ours') continue
    const digits = watched ? DIGITS.slice(0, WATCHED + 1) : DIGITS
    const { start, unit } = protocol === 'ours' ? fromZero(f) : published(row, f.length)
    const targets = digits.map((k) => unit * 10 ** -k)
    const from = performance.now()
    const counted = countSteps(system, start, targets, limitOf(n), (target) => {
      if (protocol === 'ours' && target === WATCHED) seconds.solve = secondsFrom(from)
    })
    const condition = protocol === 'ours' && !watched ? counted.condition() : Number.NaN
    if (condition >= 1) seconds.condition = condition // not so where nothing was to be solved
    steps.set(counted.steps, p * DIGITS.length)
    x.set(counted.x, p * DIGITS.length * f.length)
  }
  return { steps, x, seconds }
}

/** The place of 1e-6, which the first metric asks for. */
const WATCHED = DIGITS.indexOf(6)

function fromZero(f: Float64Array): { start: Float64Array; unit: number } {
  return { start: new Float64Array(f.length), unit: norm(f) }
}

export function published(row: number, size: number): { start: Float64Array; unit: number } {
  const { normal } = rng(0, 'preconditioners', 'x0', row)
  return { start: Float64Array.from({ length: size }, normal), unit: 1 }
}

function secondsFrom(start: number): number {
  return (performance.now() - start) / 1000
}

/** What cost.json says: medians, a row that was not solved counted as one that takes for ever. */
export function medianSeconds(
  rows: readonly Seconds[],
): Pick<Cost, 'setupSeconds' | 'solveSeconds' | 'condition'> {
  if (rows.length === 0) return {}
  const half = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
  const solve = half(rows.map(({ solve }) => solve ?? Infinity))
  const condition = half(rows.map((row) => row.condition ?? Infinity))
  return {
    setupSeconds: half(rows.map(({ setup }) => setup)),
    ...(solve < Infinity && { solveSeconds: solve }),
    ...(condition < Infinity && { condition }),
  }
}

/** Answers one after another, as prediction columns. */
export function answerColumns(
  answers: readonly { row: number; steps: Int32Array; x: Float64Array }[],
): Columns {
  const width = answers[0]?.x.length ?? 0
  const iterations = new Int32Array(answers.length * ITERATES)
  const x = new Float64Array(answers.length * width)
  for (const [at, one] of answers.entries()) {
    iterations.set(one.steps, at * ITERATES)
    x.set(one.x, at * width)
  }
  return { rows: answers.length, data: { row: Int32Array.from(answers, ({ row }) => row), iterations, x } }
}

/** The first count that is none. */
export function answerFlaw({ rows, data }: Columns, n: number): string | null {
  const steps = data.iterations as Int32Array
  for (let row = 0; row < rows; row++)
    for (let at = row * ITERATES; at < (row + 1) * ITERATES; at++)
      if (steps[at]! < -1 || steps[at]! > limitOf(n))
        return `row ${(data.row as Int32Array)[row]} says ${steps[at]} iterations, expected 0 to ${limitOf(n)}, or -1`
  return null
}
