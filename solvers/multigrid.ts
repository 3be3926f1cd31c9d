/**
 * A x = f by conjugate gradients on the red-black reduced system, preconditioned by one symmetric V(1,1) cycle of black box
 * multigrid (solvers/multigrid/ says what that is; kernels/multigrid.as.ts does it in SIMD lanes, a sample in each).
 *
 * precision 'mixed' (the default): four samples at once in f32, inside refinement in f64 until ‖f − A x‖ ≤ tolerance ‖f‖, at most
 * ten times; a sample that does not get there is solved by 'double', two at once in f64, refined likewise.
 * Samples whose diagonal spreads over more than 1e6 take W-cycles, and beyond 1e9 in f64 from the start: islands in the coefficient
 * are felt by each other on coarse levels, and to a V-cycle each of them costs steps of its own.
 * 10 to 13 steps for coefficients of variance up to 2 at any n ('mixed': to 17). At variance 8, contrasts up to 1e10, 11 to 20,
 * and in f32 up to 35.
 *
 * 'converged' is said of the true residual: at most max(tolerance ‖f‖, 4 ε ‖ |A| |x| ‖). 'breakdown': a diagonal that is not positive,
 * a matrix that is not symmetric, or a direction of negative curvature; 'max-iterations': out of steps, or refinement stalls above
 * the tolerance; 'non-finite': a number that is none, or an x beyond f64. Without an x, x is 0. What one sample is changes no bit
 * of another, and neither do its place in the batch or the number of workers.
 *
 * For symmetric matrices with couplings ≤ 0 (M-matrices); others may break down. The hierarchy is made again by each solve, a
 * tenth of the work, so that a batch needs the memory of four samples per thread (1.7 MB at n = 64, 6.4 MB at 128).
 * J. E. Dendy, doi:10.1016/0021-9991(82)90057-2; Chronopoulos, Gear, doi:10.1016/0377-0427(89)90045-9.
 */
import type { Field, Solver, Stencil } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { allFinite } from './diffusion/stencil.ts'
import {
  LANES,
  type Method,
  MOST_SIDE,
  type Opened,
  type Outcome,
  type Precision,
  solveEntries,
  withTeam,
} from './multigrid/kernel.ts'

const defaults = {
  tolerance: 1e-10, // of ‖f − A x‖ / ‖f‖
  iterations: 200, // at most, over all refinements; and again as many in f64, or in W-cycles, where others did not get there
  precision: 'mixed', // or double
}

interface Checked {
  matrix: Stencil
  workers: number
}

const multigrid: Solver<typeof defaults, Checked> = {
  about: 'Conjugate gradients preconditioned by a cycle of black box multigrid, in SIMD lanes',
  cite: 'doi:10.1016/0021-9991(82)90057-2',
  defaults,

  /** Threads are asked once for all: many, so that this and a last group that only one of them has count for little; up to 16 MiB. */
  batch(n, { precision }, workers) {
    const lanes = isPrecision(precision) ? LANES[precision] : 1
    if (workers === 1) return lanes
    const groups = Math.floor(2 ** 24 / (6 * 8 * n * n) / lanes)
    return lanes * Math.min(Math.max(groups, 1), 16)
  },

  async setup(matrix, { precision }, workers = 1) {
    if (!isPrecision(precision)) {
      const names = Object.keys(LANES)
      throw new UserError(
        `solver multigrid: precision '${precision}' not found (${names.join(', ')}).${suggest(String(precision), names)}`,
      )
    }
    if (matrix.n > MOST_SIDE) {
      throw new UserError(
        `solver multigrid: at most ${MOST_SIDE} nodes a side fit into the 1 GiB of a kernel (got ${matrix.n}). Take another solver`,
      )
    }
    return { matrix, workers }
  },

  async solve({ matrix, workers }, rhs, params) {
    const { n, batch } = matrix
    const x = unwritten(batch * n * n)
    const outcomes: Outcome[] = []
    await withTeam(n, workers, async (opened) => {
      const problem: Problem = { opened, matrix, rhs, x, outcomes, flawed: new Set() }
      let left = Array.from({ length: batch }, (_, b) => b)
      for (const method of METHODS[params.precision as Precision]) {
        await solveRows(problem, method, left, params)
        left = left.filter(failed(problem, params))
        if (left.length === 0) break
      }
    })
    return {
      x: { batch, n, data: x },
      status: outcomes.map(({ status }) => status),
      iterations: Int32Array.from(outcomes, ({ iterations }) => iterations),
      residual: Float64Array.from(outcomes, ({ residual }) => residual),
    }
  },
}

export default multigrid

interface Problem {
  opened: Opened
  matrix: Stencil
  rhs: Field
  x: Float64Array
  outcomes: Outcome[] // of the entries that were met
  flawed: Set<number> // entries that need no solving: they cannot be
}

/**
 * One after another, each for the rows that those before it gave back. Steps with W-cycles cost a fifth more. Where they, and f64,
 * begin to pay was measured (decision 0009); ConDiff's own rows spread less than 1e5.
 */
const METHODS: Readonly<Record<Precision, readonly Method[]>> = {
  mixed: [
    { precision: 'mixed', turns: 1, spread: 1e6 },
    { precision: 'mixed', turns: 2, spread: 1e9 },
    { precision: 'double', turns: 2, spread: Infinity },
  ],
  double: [
    { precision: 'double', turns: 1, spread: 1e6 },
    { precision: 'double', turns: 2, spread: Infinity },
  ],
}

function isPrecision(name: string): name is Precision {
  return Object.keys(LANES).includes(name)
}

/** Solves these entries; steps are added to those taken before. Which of them are flawed is looked at while threads try all. */
async function solveRows(
  problem: Problem,
  method: Method,
  rows: readonly number[],
  limits: typeof defaults,
): Promise<void> {
  const { opened, matrix, rhs, x, outcomes, flawed } = problem
  const solving = solveEntries(opened, method, limits, rows, { matrix, rhs: rhs.data, x })
  for (const row of rows) if (!(row in outcomes) && !isSymmetric(matrix, row)) flawed.add(row)
  const solved = await solving
  for (const [at, row] of rows.entries()) {
    const before = outcomes[row]?.iterations ?? 0
    outcomes[row] = flawed.has(row)
      ? refuse(problem, row)
      : { ...solved[at]!, iterations: before + solved[at]!.iterations }
  }
}

/** Entries that one method could not solve and the next might; of those that nothing can, it says so at once. */
function failed({ outcomes, flawed }: Problem, { iterations }: typeof defaults): (row: number) => boolean {
  return (row) => {
    const { status, iterations: taken } = outcomes[row]!
    return status !== 'converged' && taken < iterations && !flawed.has(row)
  }
}

/** The kernel reads center, east and north, so the others must say the same; where they do not, its x is worth nothing. */
function refuse({ matrix, x }: Problem, b: number): Outcome {
  x.fill(0, b * matrix.n ** 2, (b + 1) * matrix.n ** 2)
  return {
    status: allFinite(matrix, null, b) ? 'breakdown' : 'non-finite',
    iterations: 0,
    residual: NaN,
  }
}

/**
 * Numbers that will all be written. Memory that must be zero often comes fresh from the system, and touching it for the first time
 * then took as long as half a solve.
 */
function unwritten(length: number): Float64Array {
  return new Float64Array(Buffer.allocUnsafeSlow(8 * length).buffer, 0, length)
}

/**
 * Walls have couplings of 0, so the last node of a row and the first of the next agree too, and most matrices pass at once. So they
 * do as bytes, which takes a fifth of the time; bytes that differ may still be equal numbers, 0 and −0. NaN the kernel finds.
 */
function isSymmetric({ n, west, east, south, north }: Stencil, b: number): boolean {
  const [from, to] = [b * n * n, (b + 1) * n * n]
  const along = sameBytes(from + n, to, south, north, n) || sameFrom(from + n, to, south, north, n)
  if (!along) return false
  if (sameBytes(from + 1, to, west, east, 1)) return true
  for (let p = from; p < to; p++) {
    if ((p - from) % n > 0 && west[p] !== east[p - 1]) return false
  }
  return true
}

function sameBytes(from: number, to: number, a: Float64Array, b: Float64Array, step: number): boolean {
  return bytesOf(a, from, to).equals(bytesOf(b, from - step, to - step))
}

function bytesOf({ buffer, byteOffset }: Float64Array, from: number, to: number): Buffer {
  return Buffer.from(buffer, byteOffset + 8 * from, 8 * (to - from))
}

function sameFrom(from: number, to: number, a: Float64Array, b: Float64Array, step: number): boolean {
  for (let p = from; p < to; p++) if (a[p] !== b[p - step]) return false
  return true
}
