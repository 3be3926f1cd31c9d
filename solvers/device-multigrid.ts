/**
 * A x = f by conjugate gradients with a multigrid cycle in float32 on a device, inside iterative refinement in f64 on the host:
 *
 *   r = f − A x (f64, here);   A d = r / ‖r‖ to 1e-3 (float32, there);   x ← x + ‖r‖ d,    at most ten times.
 *
 * Entries go to the device `batch` at a time, one lane each, short batches filled up, so x of an entry depends on nothing
 * beside it. Lanes that are done stand still until the last one is.
 * 'converged' is ‖f − A x‖ ≤ max(tolerance ‖f‖, 4 ε ‖ |A| |x| ‖) in f64; 'breakdown' a diagonal that is not positive, a
 * direction of negative curvature, or a number beyond float32; 'max-iterations' a residual that is still above after `iterations`
 * or ten refinements.
 * About 12 iterations at any n and contrast up to 1e5. It is meant for a GPU: on the device `cpu` it is there to be tested,
 * and solvers/multigrid.ts is faster.
 * Dendy (doi:10.1016/0021-9991(82)90057-2) for the cycle, in device/hierarchy.ts; Golub, Van Loan, Matrix Computations (4th ed.), 3.5.3.
 */
import type { Field, Solution, Solver, Status, Stencil } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { findDevice } from '../tensor/devices.ts'
import { type MultigridEngine, openEngine } from './device/engine.ts'
import { laneOf, packMatrix, powerOfTwoNear, spread } from './device/lanes.ts'
import { type Acceptance, acceptsOne, allFinite, difference, norm } from './diffusion/stencil.ts'

const defaults = {
  tolerance: 1e-10, // of ‖f − A x‖ / ‖f‖
  iterations: 200, // at most, over all refinements
  device: 'cpu', // of tensor/devices.ts; gpu is the first that works of webgpu and cuda
  batch: 4, // entries at a time: 64 and more on a GPU
  threads: 1, // of the device cpu
}
type Settings = typeof defaults

interface State {
  matrix: Stencil
  engine: MultigridEngine
}

const deviceMultigrid: Solver<Settings, State> = {
  about: 'Conjugate gradients with a multigrid cycle in float32 on a GPU, refined in f64 on the host',
  cite: 'doi:10.1016/0021-9991(82)90057-2',
  defaults,

  batch: (_, { batch }) => batch,

  async setup(matrix, { device, batch, threads }) {
    const whole = Number.isInteger(batch) && batch >= 1
    if (!whole)
      throw new UserError(`solver device-multigrid: batch must be a whole number from 1 (got ${batch})`)
    return { matrix, engine: await engineFor(matrix.n, batch, device, threads) }
  },

  async solve({ matrix, engine }, rhs, params) {
    const size = matrix.n * matrix.n
    const x = new Float64Array(matrix.batch * size)
    const lanes: Lane[] = []
    for (let from = 0; from < matrix.batch; from += engine.batch) {
      const count = Math.min(engine.batch, matrix.batch - from)
      const part = Array.from({ length: count }, (_, i) => openLane(matrix, rhs, x, from + i))
      await engine.turn(() => refine(engine, matrix, part, params))
      lanes.push(...part)
    }
    return solutionOf(x, matrix, lanes, params)
  },
}

export default deviceMultigrid

const REFINEMENTS = 10
const INNER = 1e-3 // reduction of ‖r‖ in one refinement: float32 carries no more than 1e-5 at high contrast

interface Lane {
  entry: number
  f: Float64Array
  x: Float64Array
  scale: number // A is divided by it: a power of two
  used: number
  failed: Status | null
}

const engines = new Map<string, Promise<MultigridEngine>>()

/** Compiled once in a process for each size. */
async function engineFor(n: number, batch: number, named: string, threads: number): Promise<MultigridEngine> {
  const found = await findDevice(named)
  if ('missing' in found) throw new UserError(`solver device-multigrid: ${found.missing}`)
  const key = `${n} ${batch} ${found.device} ${threads}`
  const engine = engines.get(key) ?? openEngine(n, batch, found.device, threads)
  engines.set(key, engine)
  return engine
}

function openLane(matrix: Stencil, rhs: Field, all: Float64Array, entry: number): Lane {
  const size = matrix.n * matrix.n
  const range = [entry * size, (entry + 1) * size] as const
  const f = rhs.data.subarray(...range)
  const diagonal = matrix.center.subarray(...range)
  let failed: Status | null = null
  if (!allFinite(matrix, f, entry)) failed = 'non-finite'
  else if (!diagonal.every((d) => d > 0)) failed = 'breakdown'
  const scale = powerOfTwoNear(diagonal.reduce((most, d) => Math.max(most, d), 0))
  return { entry, f, x: all.subarray(...range), scale, used: 0, failed }
}

/** Refines all lanes of one batch until each is accepted or has failed. */
async function refine(
  engine: MultigridEngine,
  matrix: Stencil,
  lanes: readonly Lane[],
  { tolerance, iterations }: Settings,
): Promise<void> {
  const open = (lane: Lane) =>
    lane.failed === null &&
    lane.used < iterations &&
    !acceptsOne(matrix, lane.x, lane.f, tolerance, lane.entry).accepted
  if (!lanes.some(open)) return
  const { off, excess } = packMatrix(matrix, lanes, engine)
  await engine.prepare(off, excess)
  for (let round = 0; round < REFINEMENTS; round++) {
    const going = lanes.map(open)
    if (!going.includes(true)) return
    await refineOnce(engine, matrix, lanes, going, iterations)
  }
}

async function refineOnce(
  engine: MultigridEngine,
  matrix: Stencil,
  lanes: readonly Lane[],
  going: readonly boolean[],
  iterations: number,
): Promise<void> {
  const { batch, levels } = engine
  const place = levels[0]!.place
  const r = new Float32Array(place.length * batch)
  const [stop, limit] = [new Float32Array(batch), new Float32Array(batch)]
  const scales = lanes.map((lane, b) => {
    if (!going[b]) return 1
    const residual = difference(matrix, lane.x, lane.f, lane.entry)
    const scale = powerOfTwoNear(norm(residual))
    spread(residual, 1 / scale, place, r, b, batch)
    stop[b] = (INNER * (norm(residual) / scale)) ** 2
    limit[b] = iterations - lane.used
    return scale
  })
  const { x, used, sound } = await engine.solve(r, stop, limit)
  for (const [b, lane] of lanes.entries()) {
    if (!going[b]) continue
    lane.used += used[b]!
    if (sound[b]) laneOf(x, place, b, batch, (p, value) => (lane.x[p]! += value * (scales[b]! / lane.scale)))
    else lane.failed = 'breakdown'
  }
}

function solutionOf(
  x: Float64Array,
  matrix: Stencil,
  lanes: readonly Lane[],
  { tolerance }: Settings,
): Solution {
  const verdicts = lanes.map(({ x, f, entry }) => acceptsOne(matrix, x, f, tolerance, entry))
  const statusOf = ({ failed }: Lane, { accepted, residual }: Acceptance): Status => {
    if (failed !== null) return failed
    if (accepted) return 'converged'
    return Number.isFinite(residual) ? 'max-iterations' : 'non-finite'
  }
  return {
    x: { batch: matrix.batch, n: matrix.n, data: x },
    status: lanes.map((lane, b) => statusOf(lane, verdicts[b]!)),
    iterations: Int32Array.from(lanes, ({ used }) => used),
    residual: Float64Array.from(verdicts, ({ residual }) => residual),
  }
}
