/**
 * The kernel of kernels/multigrid.as.ts on a pool of workers: groups of samples, as many as there are lanes, each in the memory
 * of the thread that is free. A memory serves one n, so pools are kept by n; the last one is kept.
 */
import type { Status, Stencil } from '../../contracts.ts'
import { keepFreedMemory } from '../../io/freed-memory.ts'
import { compileKernel, loadKernel } from '../../kernels/load.ts'
import { openPool, type Pool, type Seat } from '../../kernels/pool.ts'

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

/** Solves the entries `rows` of the batch into `x`, at most LANES of them. */
export async function solveGroup(
  { memory, heap, call }: Seat,
  layout: Layout,
  { precision, turns, spread }: Method,
  limits: Limits,
  rows: readonly number[],
  { matrix, rhs, x }: { matrix: Stencil; rhs: Float64Array; x: Float64Array },
): Promise<Outcome[]> {
  const { n } = matrix
  const inputs = [matrix.center, matrix.east, matrix.north, rhs]
  const array = (kind: number, lane: number) =>
    new Float64Array(memory.buffer, heap + layout.arrays[kind]![lane]!, n * n)
  for (const [lane, row] of rows.entries()) {
    for (const [kind, values] of inputs.entries())
      array(kind, lane).set(values.subarray(row * n * n, (row + 1) * n * n))
  }
  const name = precision === 'mixed' ? 'solveMixed' : 'solveDouble'
  await call(name, heap, n, rows.length, limits.tolerance, limits.iterations, OUTERS, turns, spread)
  const report = new Float64Array(memory.buffer, heap, 8 * rows.length)
  return rows.map((row, lane) => {
    x.set(array(X, lane), row * n * n)
    const [status, iterations, residual] = report.subarray(8 * lane)
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
  pool: Pool
  layout: Layout
}

/**
 * Lends a pool for n × n nodes: the one that was opened last, if it serves. Another is closed once nobody uses it, and so is one
 * that failed: a thread of it may have ended.
 */
export async function withPool<T>(
  n: number,
  workers: number,
  job: (opened: Opened) => Promise<T>,
): Promise<T> {
  const mine = last?.n === n && last.workers === workers ? last : openFor(n, workers)
  if (last !== mine && last?.users === 0) void last.pool.close()
  last = mine
  mine.users++
  try {
    return await job(mine)
  } catch (error) {
    if (last === mine) last = null
    throw error
  } finally {
    mine.users--
    if (mine.users === 0 && last !== mine) await mine.pool.close()
  }
}

function openFor(n: number, workers: number): Kept {
  keepFreedMemory() // every solve allocates an x
  const layout = layoutOf(n)
  const buffers = layout.bytes <= SMALL ? 2 : 1
  return { n, workers, users: 0, layout, pool: openPool(FILE, { bytes: layout.bytes, workers, buffers }) }
}

const STATUSES: readonly Status[] = ['converged', 'max-iterations', 'breakdown', 'non-finite']
const SMALL = 2 ** 25 // bytes: beyond them (n = 300), a group takes so long that nobody sees a thread wait
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
