/** Our solver by the wall clock, as a stage of the pipeline uses it: two batches begun at a time. */
import type { Field, Stencil } from '../../../contracts.ts'
import multigrid from '../../../solvers/multigrid.ts'
import { pick, pickField } from '../../solvers/multigrid/systems.ts'
import type { Measured } from './peers.ts'
import type { Problems } from './problems.ts'

/** Samples handed over at once: many groups for each thread, so that the last ones are few beside them. */
const BATCH = 64
/** A range, after the threads are started and the compiler is done: at least so long. */
const SECONDS = 1.5

export interface Systems {
  matrix: Stencil
  rhs: Field
}

export function repeated({ matrix, rhs, rows }: Problems): Systems {
  const entries = Array.from({ length: BATCH }, (_, b) => b % rows)
  return { matrix: pick(matrix, entries), rhs: pickField(rhs, entries) }
}

export async function warmUp(systems: Systems, threads: number): Promise<void> {
  for (const from = performance.now(); performance.now() - from < 500 * SECONDS; )
    await twice(systems, threads)
}

export async function measure(systems: Systems, threads: number): Promise<Measured> {
  const from = performance.now()
  let solution = await twice(systems, threads)
  let passes = 1
  for (; performance.now() - from < 1000 * SECONDS; passes++) solution = await twice(systems, threads)
  const ms = (performance.now() - from) / (2 * passes * BATCH)
  const iterations = [...solution.iterations].sort((a, b) => a - b)[BATCH >> 1]!
  return { ms, iterations, residual: Math.max(...solution.residual) }
}

async function twice({ matrix, rhs }: Systems, threads: number) {
  const params = multigrid.defaults
  const solve = async () => multigrid.solve(await multigrid.setup(matrix, params, threads), rhs, params)
  const [solution] = await Promise.all([solve(), solve()])
  return solution
}
