/**
 * The multigrid hierarchy of a batch of matrices, in float32 tensor ops that run on any device: BoxMG (Dendy), which
 * interpolates by the matrix itself and so is robust where k jumps.
 *
 * A x at a point p is kept as a sum of differences, so that a constant far from the walls gives 0 to the last digit,
 *
 *   (A x)ₚ = excessₚ xₚ + Σ_d offₚ,d (xₚ − x_d),     off = minus the entries beside the diagonal, excess = the row sum.
 *
 * In float32 this is what carries contrasts of 1e5 and more: a rounded diagonal would add eps · k_max to every row.
 * Tensors have the batch last: x [N, B], off [D, N, B], excess [N, B]; weights of the interpolation [PARENTS, N, B].
 *
 *   row      w_west = (west + its two corners) / (excess + all but south and north);  w_east likewise
 *   column   the same, turned
 *   center   from its own equation: (corner + south w_west(south) + west w_south(west)) / diagonal, and so on
 *   coarse   matrix Pᵀ A P: each of its columns is read off from A P applied to every ninth unit vector at once
 *
 * Dendy, Black box multigrid (doi:10.1016/0021-9991(82)90057-2); solvers/multigrid.ts has the same method for the CPU.
 */
import { type Tensor, tf } from '../../tensor/index.ts'
import { CHILDREN, DIRECTIONS, type Direction, type Level, PARENTS, type Transfer } from './levels.ts'

/** A level with the tables that are looked up many times as tensors: one constant of the graph each, however often it is used. */
export interface Placed extends Level {
  lookUp: { neighbors: Tensor; parents: Tensor; children: Tensor }
}
export interface Operator {
  off: Tensor // [D, N, B]
  excess: Tensor // [N, B]
}
export interface Grid extends Operator {
  inverse: Tensor // [N, B] of the diagonal that the smoother divides by
  weights: Tensor | null // [PARENTS, N, B]; the last level has none
  gathered: Tensor | null // the same as [CHILDREN, coarse, B]
}

export function placed(levels: readonly Level[]): Placed[] {
  const table = (values: Int32Array) => tf.tensor1d(values, 'int32')
  const none = new Int32Array(1)
  return levels.map((level) => {
    const { neighbors, transfer } = level
    const { parents, children } = transfer ?? { parents: none, children: none }
    const lookUp = { neighbors: table(neighbors), parents: table(parents), children: table(children) }
    return { ...level, lookUp }
  })
}

export function applyOperator({ off, excess }: Operator, level: Placed, x: Tensor): Tensor {
  const [count, [points, batch]] = [level.directions.length, x.shape as [number, number]]
  const beside = tf.gather(x, level.lookUp.neighbors).reshape([count, points, batch]) // [D, N, B]
  const flows = x.expandDims(0).sub(beside).mul(off).sum(0) // [N, B]
  return excess.mul(x).add(flows)
}

export function prolong({ weights }: Grid, { lookUp }: Placed, e: Tensor): Tensor {
  const [, points, batch] = weights!.shape as [number, number, number]
  return tf.gather(e, lookUp.parents).reshape([PARENTS, points, batch]).mul(weights!).sum(0) // [coarse, B] → [N, B]
}

export function restrict({ gathered }: Grid, { lookUp }: Placed, r: Tensor): Tensor {
  return tf.gather(r, lookUp.children).reshape(gathered!.shape).mul(gathered!).sum(0) // [N, B] → [coarse, B]
}

/** All levels of the batch whose finest operator is given. */
export function buildHierarchy(finest: Operator, levels: readonly Placed[]): Grid[] {
  const grids: Grid[] = []
  let operator = finest
  for (const level of levels) {
    const grid = buildGrid(operator, level)
    grids.push(grid)
    if (level.transfer !== null) operator = coarsen(grid, level, level.transfer)
  }
  return grids
}

function buildGrid(operator: Operator, level: Level): Grid {
  const { off, excess } = operator
  const [points, batch] = excess.shape as [number, number]
  const diagonal = excess.add(off.sum(0)) // [N, B]
  // by Gershgorin no eigenvalue of the smoothed matrix is above 2, also where an entry beside the diagonal is positive
  const bound = diagonal.add(off.abs().sum(0)).mul(0.5)
  const inverse = tf.scalar(1).div(diagonal.maximum(bound))
  if (level.transfer === null) return { ...operator, inverse, weights: null, gathered: null }
  const weights = interpolation(operator, diagonal, level, level.transfer)
  const flat = weights.reshape([PARENTS * points, batch])
  const { counts, weights: places } = level.transfer
  const gathered = tf.gather(flat, places).reshape([CHILDREN, counts.coarse, batch])
  return { ...operator, inverse, weights, gathered }
}

function interpolation(
  { off, excess }: Operator,
  diagonal: Tensor,
  level: Level,
  transfer: Transfer,
): Tensor {
  const batch = excess.shape[1]!
  const { coarse, row, column } = transfer.counts
  const firsts = { row: coarse, column: coarse + row, center: coarse + row + column }
  const part = (x: Tensor, kind: keyof typeof firsts) =>
    x.slice([firsts[kind], 0], [transfer.counts[kind], batch])
  /** Coefficients of one class summed over some directions; those that the finest level has not are 0. */
  const sum = (kind: keyof typeof firsts, directions: readonly Direction[]) => {
    const known = directions.filter((direction) => level.directions.includes(direction))
    const terms = known.map((direction) =>
      off
        .slice([DIRECTIONS.indexOf(direction), firsts[kind], 0], [1, transfer.counts[kind], batch])
        .squeeze([0]),
    )
    return terms.length === 0 ? tf.zeros([transfer.counts[kind], batch]) : terms.reduce((a, b) => a.add(b))
  }
  const between = (kind: 'row' | 'column', low: readonly Direction[], high: readonly Direction[]) => {
    const [before, after] = [sum(kind, low), sum(kind, high)]
    const whole = part(excess, kind).add(before).add(after)
    return [before.div(whole), after.div(whole)] as const
  }
  const [west, east] = between('row', ['west', 'southwest', 'northwest'], ['east', 'southeast', 'northeast'])
  const [south, north] = between(
    'column',
    ['south', 'southwest', 'southeast'],
    ['north', 'northwest', 'northeast'],
  )
  const { beside } = transfer
  const across = (
    alongRow: Tensor,
    vertical: 'south' | 'north',
    alongColumn: Tensor,
    horizontal: 'west' | 'east',
  ) => {
    const corner = sum('center', [`${vertical}${horizontal}`])
    const first = sum('center', [vertical]).mul(tf.gather(alongRow, beside[vertical]))
    const second = sum('center', [horizontal]).mul(tf.gather(alongColumn, beside[horizontal]))
    return corner.add(first).add(second).div(part(diagonal, 'center'))
  }
  const none = (count: number) => tf.zeros([count, batch])
  const slots = [
    [tf.ones([coarse, batch]), west, south, across(west, 'south', south, 'west')],
    [none(coarse), east, north, across(east, 'south', south, 'east')],
    [none(coarse), none(row), none(column), across(west, 'north', north, 'west')],
    [none(coarse), none(row), none(column), across(east, 'north', north, 'east')],
  ]
  return tf.stack(slots.map((parts) => tf.concat(parts, 0))) // [PARENTS, N, B]
}

/** Pᵀ A P. A probe is 1 at every ninth coarse point; what it gives at a point is the coefficient of the only one nearby. */
function coarsen(grid: Grid, level: Placed, transfer: Transfer): Operator {
  const [points, batch] = grid.excess.shape as [number, number]
  const { coarse } = transfer.counts
  const through = (fine: Tensor) => restrict(grid, level, applyOperator(grid, level, fine))
  const columns = transfer.probes.map((probe) =>
    through(grid.weights!.mul(tf.tensor(probe, [PARENTS, points, 1])).sum(0)),
  )
  const all = tf.concat(columns, 0) // [COLORS · coarse, B]
  const off = tf.gather(all, transfer.probed).reshape([DIRECTIONS.length, coarse, batch]).neg()
  return { off, excess: through(grid.weights!.sum(0)) }
}
