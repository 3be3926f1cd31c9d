/**
 * The kernel of kernels/multigrid.as.ts on a team of threads: groups of samples, as many as there are lanes. A memory serves one n, so
 * there is a team for each n; the last one is kept.
 */
import type { Status, Stencil } from '../../contracts.ts'
import { keepFreedMemory } from '../../io/freed-memory.ts'
import { compileKernel, loadKernel } from '../../kernels/load.ts'
import { openTeam, type Team } from '../../kernels/team.ts'

export type Precision = 'mixed' | 'double'

/** Some 380 bytes a node, and kernels/load.ts gives 1 GiB at most. */
export const MOST_SIDE = 1650

/** Samples per call. */
export const LANES: Readonly<Record<Precision, number>> = { mixed: 4, double: 2 }

/** How a group is solved. */
export interface Method {
  precision: Precision
  turns: 1 | 2 // of the cycle: V or W
  spread: number // rows whose largest diagonal is more than so many times the smallest are given back untried
}

export interface Limits {
  tolerance: number
  iterations: number // conjugate-gradient steps in all
}

export interface Outcome {
  status: Status
  iterations: number
  residual: number // ‖rhs − A x‖ / ‖rhs‖, recomputed in f64
}

/** Solves the entries `rows` of the batch into `x`, as many at once as there are lanes in all threads. */
export async function solveEntries(
  { team, layout }: Opened,
  { precision, turns, spread }: Method,
  { tolerance, iterations }: Limits,
  rows: readonly number[],
  { matrix, rhs, x }: { matrix: Stencil; rhs: Float64Array; x: Float64Array },
): Promise<Outcome[]> {
  const { n, batch } = matrix
  const report = new Float64Array(REPORT * batch)
  const field = (array: Float64Array, kind: number) => {
    return { array, size: n * n, at: layout.arrays[kind]!.map((offset) => team.heap + offset) }
  }
  const said = { array: report, size: REPORT, at: [0, 1, 2, 3].map((lane) => team.heap + 8 * REPORT * lane) }
  await team.run({
    name: precision === 'mixed' ? 'solveMixed' : 'solveDouble',
    args: [team.heap, n, tolerance, iterations, OUTERS, turns, spread],
    items: Int32Array.from(rows),
    lanes: LANES[precision],
    inputs: [matrix.center, matrix.east, matrix.north, rhs].map(field),
    outputs: [field(x, X), said],
  })
  return rows.map((row) => {
    const [status, iterations, residual] = report.subarray(REPORT * row)
    return { status: STATUSES[status!]!, iterations: iterations!, residual: residual! }
  })
}

/** One cycle z = M r and one operator S z of four (mixed) or two (double) systems; r is 0 on nodes with odd i + j. For tests. */
export function probe(
  precision: Precision,
  matrix: Stencil,
  r: Float64Array,
  turns = 1,
): { z: Float64Array; w: Float64Array } {
  const { n } = matrix
  const layout = layoutOf(n)
  const { memory, heap, call } = loadKernel(compileKernel(FILE), layout.bytes)
  const [z, w] = [new Float64Array(r.length), new Float64Array(r.length)]
  const array = (kind: number, lane: number) =>
    new Float64Array(memory.buffer, heap + layout.arrays[kind]![lane]!, n * n)
  for (let lane = 0; lane < LANES[precision]; lane++) {
    for (const [kind, values] of [matrix.center, matrix.east, matrix.north, r].entries())
      array(kind, lane).set(values.subarray(lane * n * n, (lane + 1) * n * n))
  }
  call(precision === 'mixed' ? 'probeMixed' : 'probeDouble', heap, n, turns)
  for (let lane = 0; lane < LANES[precision]; lane++) {
    const unit = new Float64Array(memory.buffer, heap + 64 * lane + 32, 1)[0]!
    z.set(array(X, lane), lane * n * n)
    w.set(
      array(R, lane).map((value) => value * unit),
      lane * n * n,
    )
  }
  return { z, w }
}

export const FILE = new URL('../../kernels/built/multigrid.wasm', import.meta.url)

export interface Opened {
  team: Team
  layout: Layout
}

/**
 * Lends a team for n × n nodes: the one that was opened last, if it serves. Another is closed once nobody uses it, and so is one
 * that failed: a thread of it may have ended.
 */
export async function withTeam<T>(
  n: number,
  workers: number,
  job: (opened: Opened) => Promise<T>,
): Promise<T> {
  const mine = last?.n === n && last.workers === workers ? last : openFor(n, workers)
  if (last !== mine && last?.users === 0) void last.team.close()
  last = mine
  mine.users++
  try {
    return await job(mine)
  } catch (error) {
    if (last === mine) last = null
    throw error
  } finally {
    mine.users--
    if (mine.users === 0 && last !== mine) await mine.team.close()
  }
}

function openFor(n: number, workers: number): Kept {
  keepFreedMemory() // every solve allocates an x
  const layout = layoutOf(n)
  return { n, workers, users: 0, layout, team: openTeam(FILE, { bytes: layout.bytes, workers }) }
}

const STATUSES: readonly Status[] = ['converged', 'max-iterations', 'breakdown', 'non-finite']
const REPORT = 8 // numbers that the kernel says of each lane, from its base on
const OUTERS = 10 // solves that refinement may take
export const X = 4
export const R = 5

interface Kept extends Opened {
  n: number
  workers: number
  users: number
}
let last: Kept | null = null

export interface Layout {
  bytes: number
  arrays: readonly (readonly number[])[] // [array][lane]
}

/** The kernel alone knows where things lie. */
export function layoutOf(n: number): Layout {
  const { call } = loadKernel(compileKernel(FILE), 0)
  const lanes = [0, 1, 2, 3]
  const arrays = [0, 1, 2, 3, 4, 5].map((array) => lanes.map((lane) => call('arrayOf', n, array, lane)))
  return { bytes: call('bytesOf', n), arrays }
}
