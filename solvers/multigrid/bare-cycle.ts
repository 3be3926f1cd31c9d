/**
 * One symmetric cycle of black box multigrid as a preconditioner of the whole matrix, in f64, by kernels/multigrid.as.ts: red nodes are
 * eliminated exactly, the cycle M_S of cycle.ts does the rest,
 *
 *   z_b = M_S (r_b + Tᵀ D_r⁻¹ r_r),   z_r = D_r⁻¹ (r_r + T z_b).
 *
 * M is symmetric and positive definite, and conjugate gradients on A with it go where those on the reduced system go: a step is one
 * cycle there and here. A V-cycle, or a W-cycle where the diagonal spreads over more than 1e6 (decision 0009).
 * For symmetric matrices with couplings ≤ 0. The kernel works in two lanes, of which the second is idle here: the solver multigrid
 * takes about half the time per system.
 */
import type { Preconditioner, Status, Stencil } from '../../contracts.ts'
import { compileKernel, type Kernel, loadKernel } from '../../kernels/load.ts'
import { allFinite } from '../diffusion/stencil.ts'
import { FILE, type Layout, layoutOf, MOST_SIDE, R, X } from './kernel.ts'

/** z ← M⁻¹ r for entry `b`, or why there is none. */
export function cycleOf(matrix: Stencil, b: number): Preconditioner | Status {
  if (!allFinite(matrix, null, b)) return 'non-finite'
  const own = copyOf(matrix, b)
  const [least, most] = own.center.reduce(
    ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
    [Infinity, 0],
  ) as [number, number]
  if (!(least > 0) || matrix.n > MOST_SIDE || prepare(own) === null) return 'breakdown'
  const turns = most > SPREAD * least ? 2 : 1
  return (r, z) => {
    const { kernel, array } = seat?.holds === own ? seat : prepare(own)!
    array(R, 0).set(r)
    array(R, 1).fill(0)
    kernel.call('cycleDouble', kernel.heap, own.n, turns)
    z.set(array(X, 0))
  }
}

const SPREAD = 1e6
const LANES = 2
const RHS = 3

interface One {
  n: number
  center: Float64Array
  east: Float64Array
  north: Float64Array
}

/** The one memory that there is, and the matrix in it: who finds that of another there sets up again. */
interface Place {
  n: number
  kernel: Kernel
  array(kind: number, lane: number): Float64Array
  holds: One | null
}
let seat: Place | null = null

/** null where the kernel has no use for the matrix. */
function prepare(one: One): Place | null {
  if (seat?.n !== one.n) seat = placeFor(one.n)
  const { kernel, array } = seat
  seat.holds = null
  for (let lane = 0; lane < LANES; lane++) {
    for (const [kind, values] of [one.center, one.east, one.north].entries()) array(kind, lane).set(values)
    array(RHS, lane).fill(1) // its size is the unit of what comes out
  }
  if (kernel.call('prepareDouble', kernel.heap, one.n) !== 0) return null
  seat.holds = one
  return seat
}

function placeFor(n: number): Place {
  const layout: Layout = layoutOf(n)
  const kernel = loadKernel(compileKernel(FILE), layout.bytes)
  const array = (kind: number, lane: number) =>
    new Float64Array(kernel.memory.buffer, kernel.heap + layout.arrays[kind]![lane]!, n * n)
  return { n, kernel, array, holds: null }
}

function copyOf({ n, center, east, north }: Stencil, b: number): One {
  const part = (values: Float64Array) => values.slice(b * n * n, (b + 1) * n * n)
  return { n, center: part(center), east: part(east), north: part(north) }
}
