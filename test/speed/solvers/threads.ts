/** Our solver by the wall clock on one thread and on two: samples are independent, so twice the threads should do twice as many. */
import type { Field, Stencil } from '../../../contracts.ts'
import multigrid from '../../../solvers/multigrid.ts'
import { pick, pickField } from '../../solvers/multigrid/systems.ts'
import type { Measured } from './peers.ts'
import type { Problems } from './problems.ts'

export const THREADS = [1, 2] as const
export const threadsName = (threads: number) => `ours, wall, ${threads} thread${threads === 1 ? '' : 's'}`

/** Samples handed over at once: many groups for each thread, so that the last ones are few beside them. */
const BATCH = 64
/** A range, after the threads are started and the compiler is done: at least so long. */
const SECONDS = 1.5

/** Wall-clock ms per sample of each number of threads, ranges in turn. */
export async function measureThreads(problems: Problems, rounds: number): Promise<Map<string, Measured[]>> {
  const systems = repeated(problems)
  const found = new Map<string, Measured[]>()
  for (let round = 0; round < rounds; round++) {
    for (const threads of THREADS) {
      const name = threadsName(threads)
      found.set(name, [...(found.get(name) ?? []), await measure(systems, threads)])
    }
  }
  return found
}

interface Systems {
  matrix: Stencil
  rhs: Field
}

function repeated({ matrix, rhs, rows }: Problems): Systems {
  const entries = Array.from({ length: BATCH }, (_, b) => b % rows)
  return { matrix: pick(matrix, entries), rhs: pickField(rhs, entries) }
}

async function measure({ matrix, rhs }: Systems, threads: number): Promise<Measured> {
  const params = multigrid.defaults
  const solve = async () => multigrid.solve(await multigrid.setup(matrix, params, threads), rhs, params)
  for (const from = performance.now(); performance.now() - from < 500 * SECONDS; ) await solve()
  const from = performance.now()
  let solution = await solve()
  let passes = 1
  for (; performance.now() - from < 1000 * SECONDS; passes++) solution = await solve()
  const ms = (performance.now() - from) / (passes * BATCH)
  const iterations = [...solution.iterations].sort((a, b) => a - b)[BATCH >> 1]!
  return { ms, iterations, residual: Math.max(...solution.residual) }
}
