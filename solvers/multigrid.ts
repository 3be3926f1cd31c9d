/**
 * A x = f by conjugate gradients on the red-black reduced system, preconditioned by one symmetric V(1,1) cycle of black box
 * multigrid (solvers/multigrid/ says what that is; kernels/multigrid.as.ts does it in SIMD lanes, a sample in each).
 *
 * precision 'mixed' (the default): four samples at once in f32, inside refinement in f64 until ‖f − A x‖ ≤ tolerance ‖f‖, at most
 * ten times; a sample that does not get there is solved by 'double', two at once in f64, refined likewise.
 * 10 to 13 steps for coefficients of variance up to 2 at any n ('mixed': to 17). At variance 8, contrasts of 1e8 to 2e10, 12 to 18
 * in f64 and 19 to 36 for cubic fields; in 'mixed' up to three times as many, since each refinement then gains less.
 *
 * 'converged' is said of the true residual: at most max(tolerance ‖f‖, 4 ε ‖ |A| |x| ‖). 'breakdown': a diagonal that is not positive,
 * a matrix that is not symmetric, or a direction of negative curvature; 'max-iterations': out of steps, or refinement stalls above
 * the tolerance; 'non-finite': a number that is none, or an x beyond f64. Without an x, x is 0. What one sample is changes no bit
 * of another, and neither do its place in the batch or the number of workers.
 *
 * For symmetric matrices with couplings ≤ 0 (M-matrices); others may break down. The hierarchy is made again by each solve, a
 * fifth of the work, so that a batch needs the memory of four samples per thread (1.7 MB at n = 64, 6.4 MB at 128).
 * J. E. Dendy, doi:10.1016/0021-9991(82)90057-2; Chronopoulos, Gear, doi:10.1016/0377-0427(89)90045-9.
 */
import type { Field, Solver, Status, Stencil } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { allFinite } from './diffusion/stencil.ts'
import {
  LANES,
  type Method,
  MOST_SIDE,
  type Opened,
  type Outcome,
  type Precision,
  solveGroup,
  withPool,
} from './multigrid/kernel.ts'

const defaults = {
  tolerance: 1e-10, // of ‖f − A x‖ / ‖f‖
  iterations: 200, // at most, over all refinements; and again as many in f64 where f32 did not get there
  precision: 'mixed', // or double
}

interface Checked {
  matrix: Stencil
  workers: number
  /** Entries that need no solving: they cannot be. */
  flaws: ReadonlyMap<number, Status>
}

const multigrid: Solver<typeof defaults, Checked> = {
  about: 'Conjugate gradients preconditioned by a cycle of black box multigrid, in SIMD lanes',
  cite: 'doi:10.1016/0021-9991(82)90057-2',
  defaults,

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
    return { matrix, workers, flaws: flawsOf(matrix) }
  },

  async solve({ matrix, workers, flaws }, rhs, params) {
    const { n, batch } = matrix
    const x = new Float64Array(batch * n * n)
    const outcomes: Outcome[] = Array.from({ length: batch }, (_, b) => {
      return { status: flaws.get(b) ?? 'max-iterations', iterations: 0, residual: flaws.has(b) ? NaN : 1 }
    })
    const sound = outcomes.flatMap((_, b) => (flaws.has(b) ? [] : [b]))
    await withPool(n, workers, async (opened) => {
      const problem: Problem = { opened, matrix, rhs, x, outcomes }
      let left = sound
      for (const method of METHODS[params.precision as Precision]) {
        await solveRows(problem, method, left, params)
        left = left.filter(failed(outcomes, params))
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
  outcomes: Outcome[]
}

/** One after another, each for the rows that those before it gave back. */
const METHODS: Readonly<Record<Precision, readonly Method[]>> = {
  mixed: [
    { precision: 'mixed', turns: 1 },
    { precision: 'mixed', turns: 2 },
    { precision: 'double', turns: 2 },
  ],
  double: [
    { precision: 'double', turns: 1 },
    { precision: 'double', turns: 2 },
  ],
}

function isPrecision(name: string): name is Precision {
  return Object.keys(LANES).includes(name)
}

/** Solves these entries in groups, as many at once as there are workers; steps are added to those taken before. */
async function solveRows(
  { opened, matrix, rhs, x, outcomes }: Problem,
  method: Method,
  rows: readonly number[],
  { tolerance, iterations }: typeof defaults,
): Promise<void> {
  const groups: number[][] = []
  const lanes = LANES[method.precision]
  for (let at = 0; at < rows.length; at += lanes) groups.push(rows.slice(at, at + lanes))
  await Promise.all(
    groups.map(async (group) => {
      const limits = { tolerance, iterations }
      const solved = await solveGroup(opened, method, limits, group, { matrix, rhs: rhs.data, x })
      for (const [at, row] of group.entries()) {
        const before = outcomes[row]!.iterations
        outcomes[row] = { ...solved[at]!, iterations: before + solved[at]!.iterations }
      }
    }),
  )
}

/** Entries that f32 could not solve and f64 might; of those that nothing can, it says so at once. */
function failed(outcomes: readonly Outcome[], { iterations }: typeof defaults): (row: number) => boolean {
  return (row) => {
    const { status, iterations: taken } = outcomes[row]!
    return status !== 'converged' && taken < iterations
  }
}

/** The kernel reads center, east and north, so the others must say the same. */
function flawsOf(matrix: Stencil): Map<number, Status> {
  const flaws = new Map<number, Status>()
  for (let b = 0; b < matrix.batch; b++) {
    if (!isSymmetric(matrix, b)) flaws.set(b, allFinite(matrix, null, b) ? 'breakdown' : 'non-finite')
  }
  return flaws
}

/** Walls have couplings of 0, so the last node of a row and the first of the next agree too, and most matrices pass at once. */
function isSymmetric({ n, west, east, south, north }: Stencil, b: number): boolean {
  const [from, to] = [b * n * n, (b + 1) * n * n]
  const flat = sameFrom(from + 1, to, west, east, 1) && sameFrom(from + n, to, south, north, n)
  if (flat) return true
  for (let p = from; p < to; p++) {
    if ((p - from) % n > 0 && west[p] !== east[p - 1]) return false
  }
  return sameFrom(from + n, to, south, north, n)
}

function sameFrom(from: number, to: number, a: Float64Array, b: Float64Array, step: number): boolean {
  for (let p = from; p < to; p++) if (a[p] !== b[p - step]) return false
  return true
}
