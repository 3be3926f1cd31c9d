/**
 * Steps of conjugate gradients as metrics see them: what is claimed, and whether the iterate that is handed in is what the claim says.
 *
 * A row has `iterations` [2, 4] (−1: not reached) and `x` [2, 4, n, n], by protocol and by tolerance 1e-3, 1e-6, 1e-9, 1e-12:
 *
 *   published  x₀ ~ N(0, I), ‖f − A x‖ ≤ t            (arXiv:2405.15557)
 *   ours       x₀ = 0,       ‖f − A x‖ ≤ t ‖f‖
 *
 * No one outside can check a count: an exact solver needs one step, and it is its cost that tells it from a good preconditioner.
 * What is checked is what the count claims to have bought. The residual of the iterate is recomputed in f64 from k and rhs (diffusion.ts),
 * and a claim counts as reached where it is at most the tolerance and what rounding may leave:
 *
 *   published  t + 4 ε ‖ |A| |x| ‖ + 2 ε ‖A‖_F        ours  t ‖f‖ + 4 ε ‖ |A| |x| ‖,   ε = 2⁻⁵²
 *
 * for the recursive residual that methods stop by drifts: by 0.8 ε ‖A‖_F from a random start (‖A‖_F is the norm to expect of A x₀), by less
 * than ε ‖ |A| |x| ‖ from 0. So 1e-12 of the published protocol, which no iterate in f64 has, is judged at about 1e-10.
 * What is not reached counts as `limitOf(n)` steps.
 */
import type { Columns } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { applyAt, type Faces, facesOf, nodeOf } from './diffusion.ts'
import { numbersOf } from './fields.ts'

/** Tolerances are 10⁻ᵏ. */
export const DIGITS: readonly number[] = [3, 6, 9, 12]
export const PROTOCOLS = ['published', 'ours'] as const
export type Protocol = (typeof PROTOCOLS)[number]

/** The most steps that a method may take on n × n nodes; of what is not reached, the count. */
export function limitOf(n: number): number {
  return 40 * n
}

/** Verified steps of each row to 10⁻ᵏ; −1 where that was not reached. */
export function stepsOf(
  predicted: Columns,
  truth: Columns,
  protocol: Protocol,
  k: number | undefined,
): Int32Array {
  const digits = DIGITS.indexOf(k ?? -1)
  if (digits === -1)
    throw new UserError(
      `metric of steps: the tolerance is 10 to the minus k, k the number after @: one of ${DIGITS.join(', ')} (got ${k ?? 'none'})`,
    )
  const claimed = predicted.data.iterations
  if (!(claimed instanceof Int32Array))
    throw new Error('column iterations is missing or not of whole numbers')
  const systems = systemsOf(predicted, truth)
  const place = PROTOCOLS.indexOf(protocol) * DIGITS.length + digits
  return Int32Array.from({ length: truth.rows }, (_, row) => {
    const at = row * PROTOCOLS.length * DIGITS.length + place
    const isReached = claimed[at]! >= 0 && reaches(systems, row, at, protocol, 10 ** -k!)
    return isReached ? claimed[at]! : -1
  })
}

interface Systems {
  n: number
  k: ArrayLike<number>
  rhs: ArrayLike<number>
  x: ArrayLike<number>
}

function systemsOf(predicted: Columns, truth: Columns): Systems {
  const [k, rhs, x] = [numbersOf(truth, 'k'), numbersOf(truth, 'rhs'), numbersOf(predicted, 'x')]
  const { rows } = truth
  const iterates = PROTOCOLS.length * DIGITS.length
  if (predicted.rows !== rows || rows === 0 || x.length !== iterates * rhs.length)
    throw new Error(
      `column x: ${x.length} values in ${predicted.rows} rows, expected ${iterates} × ${rhs.length}`,
    )
  return { n: Math.sqrt(rhs.length / rows), k, rhs, x }
}

/** Whether iterate number `at` solves the system of the row as the protocol has it. */
function reaches(
  { n, k, rhs, x }: Systems,
  row: number,
  at: number,
  protocol: Protocol,
  tolerance: number,
): boolean {
  const [u, faces, from] = [nodeOf(x, at * n * n, n), facesOf(k, row, n), row * n * n]
  const sum = { missed: 0, size: 0, terms: 0, matrix: 0 }
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const f = rhs[from + i * n + j]!
      sum.missed += (f - applyAt(u, faces, n, i, j)) ** 2
      sum.size += f * f
      sum.terms += termsAt(u, faces, n, i, j) ** 2
      sum.matrix += squaresAt(faces, n, i, j)
    }
  const epsilon = Number.EPSILON
  const floor = 4 * epsilon * Math.sqrt(sum.terms)
  const allowed =
    protocol === 'ours'
      ? tolerance * Math.sqrt(sum.size) + floor
      : tolerance + floor + 2 * epsilon * Math.sqrt(sum.matrix)
  return Math.sqrt(sum.missed) <= allowed
}

/** (|A| |x|)(i, j) */
function termsAt(u: (i: number, j: number) => number, faces: Faces, n: number, i: number, j: number): number {
  const sides = sidesAt(faces, i, j)
  const beside = [u(i - 1, j), u(i + 1, j), u(i, j - 1), u(i, j + 1)]
  const own = sides.reduce((sum, side) => sum + side, 0) * Math.abs(u(i, j))
  return (n + 1) ** 2 * sides.reduce((sum, side, s) => sum + side * Math.abs(beside[s]!), own)
}

/** Σ over row (i, j) of A of its squared entries; couplings to a wall are in the diagonal alone. */
function squaresAt(faces: Faces, n: number, i: number, j: number): number {
  const sides = sidesAt(faces, i, j)
  const inside = [i > 0, i < n - 1, j > 0, j < n - 1]
  const own = sides.reduce((sum, side) => sum + side, 0) ** 2
  return (n + 1) ** 4 * sides.reduce((sum, side, s) => sum + (inside[s] ? side * side : 0), own)
}

function sidesAt({ first, second }: Faces, i: number, j: number): number[] {
  return [first(i, j), first(i + 1, j), second(i, j), second(i, j + 1)]
}

/** The score of counts: their mean, what was not reached counted as the limit. */
export function meanOf(steps: Int32Array, n: number) {
  const perRow = Float64Array.from(steps, (count) => (count < 0 ? limitOf(n) : count))
  return { perRow, value: perRow.reduce((sum, one) => sum + one, 0) / perRow.length }
}
