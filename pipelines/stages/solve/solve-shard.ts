/** The solutions of stored systems, judged by nobody but the residual. */
import type { Columns, Field, Params, Solver, Stencil, Values } from '../../../contracts.ts'
import { sharedNumbers } from '../../../kernels/shared.ts'
import cholesky, { MOST_SIDE } from '../../../solvers/cholesky.ts'
import { type Certificate, certify } from '../../../solvers/diffusion/certificate.ts'
import { type Acceptance, accepts, assemble, roomFor } from '../../../solvers/diffusion/stencil.ts'

export interface Failure {
  split: string
  row: number
  residual: number
}
export interface SolvedShard {
  columns: Columns // as in schemaOf (dataset.ts)
  worst: number // relative residual
  fallbacks: number // rows that the solver left and Cholesky solved
  failures: readonly Omit<Failure, 'split'>[]
}

/**
 * x of every row of `fields`, some rows at a time and, where there are threads, two batches at once: while they solve one, the rows
 * before and after it are judged and assembled here. `tick` hears of each batch and may throw to stop.
 * After an error no batch is begun, and it is thrown when those that were have ended: nothing goes on behind it.
 */
export async function solveShard(
  solver: Solver,
  params: Params & { tolerance: number },
  fields: Columns,
  { workers, tick }: { workers: number; tick: (rows: number) => void },
): Promise<SolvedShard> {
  const { row, k, rhs, contrast } = fields.data
  const n = Math.sqrt(rhs!.length / fields.rows)
  const x = new Float64Array(rhs!.length)
  const numbers = rowNumbers(fields.rows)
  const accepted = new Uint8Array(fields.rows)
  let fallbacks = 0
  const batch = Math.min(solver.batch?.(n, params, workers) ?? BATCH, fields.rows)
  let next = 0
  const work = async () => {
    const room = roomOf(batch, n, workers)
    while (next < fields.rows) {
      const from = next
      const to = (next = Math.min(from + batch, fields.rows))
      const coefficients = rowsOf(k!, n + 1, from, to)
      const right = rowsOf(rhs!, n, from, to, room.rhs)
      const solved = await solveRows(solver, params, workers, {
        k: coefficients,
        rhs: right,
        room: room.matrix,
      })
      x.set(solved.x.data, from * n * n)
      fallbacks += solved.fallbacks
      const certificates = certify(coefficients, solved.x, right)
      for (const [r, verdict] of solved.verdicts.entries()) {
        write(numbers, from + r, verdict, certificates[r]!)
        accepted[from + r] = verdict.accepted ? 1 : 0
      }
      tick(to - from)
    }
  }
  const errors: unknown[] = []
  const guarded = () =>
    work().catch((error: unknown) => {
      errors.push(error)
      next = fields.rows
    })
  await Promise.all(Array.from({ length: workers === 1 ? 1 : 2 }, guarded))
  if (errors.length > 0) throw errors[0]
  const failures = Array.from(row as Int32Array, (name, r) => ({ row: name, residual: numbers.residual[r]! }))
  const data = { row: row!, k: k!, rhs: rhs!, x, contrast: contrast!, ...numbers }
  const worst = numbers.residual.reduce((most, value) => Math.max(most, value), 0)
  return {
    columns: { rows: fields.rows, data },
    worst,
    fallbacks,
    failures: failures.filter((_, r) => accepted[r] === 0),
  }
}

/** What is stored of the solution of every row beside x, one number each. */
interface RowNumbers {
  residual: Float64Array
  attainable: Float64Array
  algebraic: Float64Array
  majorant: Float64Array
}

function rowNumbers(rows: number): RowNumbers {
  const column = () => new Float64Array(rows)
  return { residual: column(), attainable: column(), algebraic: column(), majorant: column() }
}

function write(numbers: RowNumbers, at: number, { residual, floor }: Acceptance, bounds: Certificate): void {
  numbers.residual[at] = residual
  numbers.attainable[at] = floor
  numbers.algebraic[at] = bounds.algebraic
  numbers.majorant[at] = bounds.majorant
}

/** Rows for a solver that does not say how many: at n = 128 their Cholesky factors take 68 MB. */
const BATCH = 4

/** Where systems are assembled, again and again: threads read them there. */
function roomOf(rows: number, n: number, workers: number): { matrix: Stencil; rhs: Float64Array } {
  const numbers = workers === 1 ? (length: number) => new Float64Array(length) : sharedNumbers
  return { matrix: roomFor(rows, n, numbers), rhs: numbers(rows * n * n) }
}

/** x of A(k) x = rhs for a few rows; those whose x is not accepted are tried again with banded Cholesky, up to its size. */
async function solveRows(
  solver: Solver,
  params: Params & { tolerance: number },
  workers: number,
  { k, rhs, room }: { k: Field; rhs: Field; room: Stencil },
): Promise<{ x: Field; verdicts: readonly Acceptance[]; fallbacks: number }> {
  const matrix = assemble(k, room)
  const { x } = await solver.solve(await solver.setup(matrix, params, workers), rhs, params)
  const verdicts = accepts(matrix, x, rhs, params.tolerance)
  let fallbacks = 0
  for (const [row, { accepted }] of verdicts.entries()) {
    if (accepted || rhs.n > MOST_SIDE) continue // beyond, a factor does not fit: the row stays unsolved
    const again = await solveWithCholesky(rowOf(k, row), rowOf(rhs, row), params.tolerance)
    x.data.set(again.x.data, row * rhs.n * rhs.n)
    verdicts[row] = again.verdict
    if (again.verdict.accepted) fallbacks++
  }
  return { x, verdicts, fallbacks }
}

/** One row by banded Cholesky: slow, and as good as f64 allows. */
export async function solveWithCholesky(
  k: Field,
  rhs: Field,
  tolerance: number,
): Promise<{ x: Field; verdict: Acceptance }> {
  const matrix = assemble(k)
  const params = { ...cholesky.defaults, tolerance }
  const { x } = await cholesky.solve(await cholesky.setup(matrix, params), rhs, params)
  return { x, verdict: accepts(matrix, x, rhs, tolerance)[0]! }
}

/** Rows from ≤ r < to of a column as a field on side × side points, in f64; in `room`, if given. */
export function rowsOf(values: Values, side: number, from: number, to: number, room?: Float64Array): Field {
  const size = side * side
  const length = (to - from) * size
  const data = room?.subarray(0, length) ?? new Float64Array(length)
  data.set((values as Float32Array | Float64Array).subarray(from * size, to * size))
  return { batch: to - from, n: side, data }
}

function rowOf({ n, data }: Field, row: number): Field {
  return { batch: 1, n, data: data.slice(row * n * n, (row + 1) * n * n) }
}
