/**
 * Levels of the multigrid cycle (Dendy's black box multigrid) of a symmetric five-point matrix, in f64, one sample.
 *
 * Nodes (i, j) are counted from 1, i to the east and j to the north; node p = j · width + i, with zeros all around. The nodes
 * with even i and even j make the next level, (I, J) ← (2 I, 2 J), so any side works: a level of side s has one of side ⌊s / 2⌋.
 * Between them lie horizontal edges (i odd, j even), vertical edges (i even, j odd) and centers (both odd).
 * Couplings are magnitudes, a > 0 for −a in the matrix, kept with one of their two nodes: to the east, north, northeast, northwest.
 *
 * Interpolation P: an edge averages its column (or row) of the stencil away and takes what is left,
 *
 *   horizontal: west (aW + aNW + aSW) / den, east likewise, den = max(C − aN − aS, what west and east add up to);
 *
 * the two are equal but for walls, and the sum loses no digits. A center solves its own equation with the weights of the edges.
 * Coarse operators are Pᵀ A P.  J. E. Dendy, doi:10.1016/0021-9991(82)90057-2. Here for reading and for testing the kernel
 * (kernels/multigrid.as.ts), which does the same in lanes; this one takes about a thousand times its time.
 */
import type { Stencil } from '../../contracts.ts'

export interface Level {
  side: number
  width: number // side + 2
  center: Float64Array
  east: Float64Array
  north: Float64Array
  northeast: Float64Array
  northwest: Float64Array
  /** Coarse nodes that p takes its value from: [node of the next level, weight]. */
  parents: (p: number) => readonly Parent[]
}
export type Parent = readonly [node: number, weight: number]

/** All levels of entry `b`, the finest first, down to a single node. */
export function hierarchy(matrix: Stencil, b = 0): Level[] {
  const levels = [finest(matrix, b)]
  for (let level = levels[0]!; level.side > 1; ) {
    level = coarsen(level)
    levels.push(level)
  }
  return levels
}

/** The eight neighbors of p as [node, coupling]. */
export function neighbors(level: Level, p: number): [number, number][] {
  const { width: w, east, north, northeast, northwest } = level
  return [
    [p + 1, east[p]!],
    [p - 1, east[p - 1]!],
    [p + w, north[p]!],
    [p - w, north[p - w]!],
    [p + w + 1, northeast[p]!],
    [p - w - 1, northeast[p - w - 1]!],
    [p + w - 1, northwest[p]!],
    [p - w + 1, northwest[p - w + 1]!],
  ]
}

/** Nodes with i ≡ first, j ≡ second (mod 2), row by row. */
export function nodes({ side, width }: Level, first: number, second: number): number[] {
  const list: number[] = []
  for (let j = 2 - second; j <= side; j += 2)
    for (let i = 2 - first; i <= side; i += 2) list.push(j * width + i)
  return list
}

function empty(side: number): Level {
  const part = () => new Float64Array((side + 2) * (side + 2))
  const level = { side, width: side + 2, center: part(), east: part(), north: part() }
  return { ...level, northeast: part(), northwest: part(), parents: () => [] }
}

function finest({ n, center, east, north }: Stencil, b: number): Level {
  const level = empty(n)
  for (let j = 1, at = b * n * n; j <= n; j++) {
    for (let i = 1; i <= n; i++, at++) {
      const p = j * level.width + i
      level.center[p] = center[at]!
      if (i < n) level.east[p] = -east[at]!
      if (j < n) level.north[p] = -north[at]!
    }
  }
  return withParents(level)
}

function withParents(level: Level): Level {
  const { side, width } = level
  const next = (side >> 1) + 2
  const coarse = (i: number, j: number) => (j >> 1) * next + (i >> 1)
  const parents: Parent[][] = Array.from({ length: width * width }, () => [])
  for (const p of nodes(level, 0, 0)) parents[p] = [[coarse(p % width, Math.floor(p / width)), 1]]
  for (const p of nodes(level, 1, 0)) {
    const [west, east] = edgeWeights(level, p, 1, width)
    const at = coarse(p % width, Math.floor(p / width))
    parents[p] = [[at, west] as const, [at + 1, east] as const].filter(([, weight]) => weight !== 0)
  }
  for (const p of nodes(level, 0, 1)) {
    const [south, north] = edgeWeights(level, p, width, 1)
    const at = coarse(p % width, Math.floor(p / width))
    parents[p] = [[at, south] as const, [at + next, north] as const].filter(([, weight]) => weight !== 0)
  }
  for (const p of nodes(level, 1, 1)) parents[p] = centerParents(level, p, parents)
  return { ...level, parents: (p) => parents[p]! }
}

/** Weights of the coarse nodes at p − step and p + step, where `beside` leads to the column (or row) averaged away. */
function edgeWeights(level: Level, p: number, step: number, beside: number): [number, number] {
  const coupling = new Map(neighbors(level, p))
  const sum = (q: number) => coupling.get(q)! + coupling.get(q + beside)! + coupling.get(q - beside)!
  const [before, after] = [sum(p - step), sum(p + step)]
  const rest = level.center[p]! - coupling.get(p + beside)! - coupling.get(p - beside)!
  const den = Math.max(rest, before + after)
  return den > 0 ? [before / den, after / den] : [0, 0]
}

/** A center p solves its equation: C x = Σ a x of its neighbors, each a mean of coarse nodes by now. */
function centerParents(level: Level, p: number, parents: readonly (readonly Parent[])[]): Parent[] {
  const weights = new Map<number, number>()
  for (const [q, a] of neighbors(level, p)) {
    for (const [node, weight] of a === 0 ? [] : parents[q]!) {
      weights.set(node, (weights.get(node) ?? 0) + (a * weight) / level.center[p]!)
    }
  }
  return [...weights]
}

/** Pᵀ A P, entry by entry: every entry of A between p and q reaches all their parents. */
function coarsen(fine: Level): Level {
  const level = empty(fine.side >> 1)
  const { width } = level
  const add = (from: number, to: number, value: number) => {
    if (to === from) level.center[from]! += value
    if (to === from + 1) level.east[from]! -= value
    if (to === from + width) level.north[from]! -= value
    if (to === from + width + 1) level.northeast[from]! -= value
    if (to === from + width - 1) level.northwest[from]! -= value
  }
  for (const p of [0, 1].flatMap((i) => [0, 1].flatMap((j) => nodes(fine, i, j)))) {
    const row: [number, number][] = [[p, fine.center[p]!], ...neighbors(fine, p).map(negated)]
    for (const [from, left] of fine.parents(p)) {
      for (const [q, entry] of row) {
        for (const [to, right] of entry === 0 ? [] : fine.parents(q)) add(from, to, left * entry * right)
      }
    }
  }
  return withParents(level)
}

function negated([q, a]: [number, number]): [number, number] {
  return [q, -a]
}
