/**
 * The same problem on a grid `factor` times coarser, solved exactly, and interpolated: what a network must beat to be
 * worth its training. Nothing is fitted.
 *
 * m + 1 = round((n + 1) / factor) cells a side, H = 1/(m + 1). A coarse cell has the geometric mean of the fine cells that
 * it overlaps, weighted by area (the effective coefficient of a log-normal field in the plane, Dykhne 1971). P is bilinear
 * interpolation from the m² coarse nodes, 0 on the wall; the coarse right-hand side is (h/H)² Pᵀ rhs, the weak form with the
 * same hats; x̂ = P A_H⁻¹ (h/H)² Pᵀ rhs. All that is finer than H is lost, much of it for white noise.
 */
import type { Field, Predictor, Systems } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import cholesky from '../../solvers/cholesky.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'

const defaults = { factor: 4 }

const coarseSolve: Predictor<typeof defaults> = {
  about: 'Exact solution on a grid four times coarser, interpolated',
  cite: 'arXiv:2406.04709',
  defaults,

  fit(_, { factor }) {
    if (!(factor >= 1 && Number.isFinite(factor)))
      throw new UserError(`baseline coarse-solve: factor must be a number from 1 (got ${factor})`)
    return async (systems) => {
      const { batch, n } = systems.rhs
      const cells = Math.max(2, Math.round((n + 1) / factor)) // m + 1
      const data = new Float64Array(batch * n * n)
      for (let row = 0; row < batch; row++) data.set(await solveRow(systems, row, cells), row * n * n)
      return { batch, n, data }
    }
  },
}

export default coarseSolve

async function solveRow({ k, rhs }: Systems, row: number, cells: number): Promise<Float64Array> {
  const [n, m] = [rhs.n, cells - 1]
  const hats = hatsOf(n, cells)
  const matrix = assemble({ batch: 1, n: cells, data: coarsen(k, row, cells) })
  const f = new Float64Array(m * m)
  const scale = (cells / (n + 1)) ** 2 // (h/H)²
  overHats(hats, n, m, (fine, coarse, weight) => {
    f[coarse]! += scale * weight * rhs.data[row * n * n + fine]!
  })
  const state = await cholesky.setup(matrix, cholesky.defaults)
  const { x } = await cholesky.solve(state, { batch: 1, n: m, data: f }, cholesky.defaults)
  const out = new Float64Array(n * n)
  overHats(hats, n, m, (fine, coarse, weight) => {
    out[fine]! += weight * x.data[coarse]!
  })
  return out
}

/** One axis: fine node i lies between coarse nodes left − 1 and left, counted from 0; −1 and m are walls. */
interface Hat {
  left: number
  share: number // of coarse node `left`; the other has the rest
}

function hatsOf(n: number, cells: number): Hat[] {
  return Array.from({ length: n }, (_, i) => {
    const at = ((i + 1) * cells) / (n + 1) // in coarse spacings from the wall
    return { left: Math.floor(at), share: at - Math.floor(at) }
  })
}

/** Every entry of P that is not 0: fine node, coarse node, weight. */
function overHats(
  hats: readonly Hat[],
  n: number,
  m: number,
  visit: (fine: number, coarse: number, weight: number) => void,
) {
  const ends = hats.map(({ left, share }) => [
    { at: left - 1, weight: 1 - share },
    { at: left, weight: share },
  ])
  const inside = ({ at, weight }: { at: number; weight: number }) => at >= 0 && at < m && weight > 0
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      for (const a of ends[i]!.filter(inside))
        for (const b of ends[j]!.filter(inside)) visit(i * n + j, a.at * m + b.at, a.weight * b.weight)
}

/** exp of the mean log k over each of cells² coarse cells, by area of overlap. */
function coarsen(k: Field, row: number, cells: number): Float64Array {
  const side = k.n
  const overlap = (coarse: number, fine: number) =>
    Math.max(0, Math.min((coarse + 1) * side, (fine + 1) * cells) - Math.max(coarse * side, fine * cells)) /
    side
  return Float64Array.from({ length: cells * cells }, (_, at) => {
    const [i, j] = [Math.floor(at / cells), at % cells]
    let sum = 0
    for (let r = Math.floor((i * side) / cells); r * cells < (i + 1) * side; r++)
      for (let c = Math.floor((j * side) / cells); c * cells < (j + 1) * side; c++)
        sum += overlap(i, r) * overlap(j, c) * Math.log(k.data[(row * side + r) * side + c]!)
    return Math.exp(sum)
  })
}
