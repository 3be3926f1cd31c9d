/**
 * Deep conjugate directions: A x = f where a function says which way to go next, in f64, for a batch of systems at once,
 *
 *   q = direction(r / ‖r‖),   q ← q − Σ p (qᵀA p)/(pᵀA p) over the last two directions p,
 *   α = (qᵀr)/(qᵀA q),   x ← x + α q,   r ← r − α A q.
 *
 * Each step is the best one along q, so that ‖error‖_A never grows whatever the function answers, and the scale of q is free. With
 * direction(r) = r this is the method of conjugate gradients, for which two directions are enough; with A⁻¹ r it is done after one
 * step. Any other function loses conjugacy with what is more than two steps back.
 *
 * The function is asked once per step for the whole batch: [batch, n²], a system that is done as zeros.
 * 'breakdown': qᵀA q ≤ 0, of an answer that is 0 or along the last two directions; 'non-finite': of an answer, or of ‖r‖;
 * 'max-iterations': `limit` steps.
 * Kaneda et al., arXiv:2205.10763, algorithm 1. Departure: there r = f − A x is computed anew; here it is updated, as all methods of
 * this folder do, so that a residual below what rounding leaves of f − A x can be asked for. It drifts like theirs
 * (step-counts.ts): whoever reports a count checks the iterate.
 */
import type { Field, Status, Stencil } from '../../contracts.ts'
import { apply, difference, norm } from './stencil.ts'

/** Unit residuals of a batch, [batch, n²] → directions, [batch, n²]. */
export type Direction = (residuals: Float64Array) => Promise<ArrayLike<number>>

export interface Directed {
  matrix: Stencil
  f: Field
  targets: ArrayLike<number> // [batch] of ‖r‖, absolute
  limit: number // steps
}

/** From the x given, which is overwritten. `hear` is told ‖r‖ of each system before its first step and after each. */
export async function descendAlong(
  system: Directed,
  x: Float64Array,
  direction: Direction,
  hear: (b: number, size: number) => void = () => {},
): Promise<{ status: Status[]; iterations: Int32Array }> {
  const { matrix, limit } = system
  const rows = Array.from({ length: matrix.batch }, (_, b) => begin(system, x, b))
  const size = matrix.n * matrix.n
  const asked = new Float64Array(matrix.batch * size)
  for (let step = 0; ; step++) {
    for (const [b, row] of rows.entries()) judge(row, step, system, (norm) => hear(b, norm))
    const open = rows.filter(({ status }) => status === null)
    if (open.length === 0 || step >= limit) break
    for (const [b, row] of rows.entries()) {
      const unit = asked.subarray(b * size, (b + 1) * size)
      for (let p = 0; p < size; p++) unit[p] = row.status === null ? row.r[p]! / row.size : 0
    }
    const answers = Float64Array.from(await direction(asked))
    for (const row of open) take(row, matrix, answers.slice(row.b * size, (row.b + 1) * size))
  }
  return {
    status: rows.map(({ status }) => status ?? 'max-iterations'),
    iterations: Int32Array.from(rows, ({ steps }) => steps),
  }
}

interface Row {
  b: number
  x: Float64Array // its part of the whole
  r: Float64Array
  size: number // ‖r‖
  steps: number
  status: Status | null
  last: { p: Float64Array; image: Float64Array; curvature: number }[] // the last two directions, A times them, pᵀA p
}

function begin({ matrix, f }: Directed, x: Float64Array, b: number): Row {
  const range = [b * matrix.n ** 2, (b + 1) * matrix.n ** 2] as const
  const [own, right] = [x.subarray(...range), f.data.subarray(...range)]
  const r = difference(matrix, own, right, b)
  return { b, x: own, r, size: norm(r), steps: 0, status: null, last: [] }
}

/** Whether the row is done after `step` steps. */
function judge(row: Row, step: number, { targets }: Directed, hear: (size: number) => void): void {
  if (row.status !== null) return
  row.steps = step
  hear(row.size)
  if (!Number.isFinite(row.size)) row.status = 'non-finite'
  else if (row.size <= targets[row.b]!) row.status = 'converged'
}

/** One step of one system along q, which is overwritten. */
function take(row: Row, matrix: Stencil, q: Float64Array): void {
  if (!q.every(Number.isFinite)) return void (row.status = 'non-finite')
  for (const { p, image, curvature } of row.last) {
    const share = inner(q, image) / curvature
    for (let s = 0; s < q.length; s++) q[s] = q[s]! - share * p[s]!
  }
  const image = new Float64Array(q.length)
  apply(matrix, q, image, row.b)
  const curvature = inner(q, image)
  if (!(curvature > 0)) return void (row.status = 'breakdown')
  const alpha = inner(q, row.r) / curvature
  for (let s = 0; s < q.length; s++) {
    row.x[s] = row.x[s]! + alpha * q[s]!
    row.r[s] = row.r[s]! - alpha * image[s]!
  }
  row.size = norm(row.r)
  row.last = [...row.last.slice(-1), { p: q, image, curvature }]
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let s = 0; s < a.length; s++) sum += a[s]! * b[s]!
  return sum
}
