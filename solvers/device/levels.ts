/**
 * Where everything lies on the grids of a multigrid hierarchy, as tables of indices: the device knows no geometry, it gathers.
 *
 * A level has n × n points. Those with both (0-based) indices odd are the next level, ⌊n/2⌋ a side, down to one point.
 * Points are kept by class, coarse ones first and in the order of the coarser level, so that each class is one stretch:
 *
 *   coarse   i odd,  j odd     its own value
 *   row      i odd,  j even    between two coarse points, west and east
 *   column   i even, j odd     between two, south and north
 *   center   i even, j even    between four
 *
 * Tables name a place that exists also where the grid has none (a neighbor beyond the wall): the coefficient there is 0.
 */

/** Offsets (i, j) of the neighbors, in the order in which coefficients are stored; the finest level has the first four. */
export const OFFSETS = {
  west: [0, -1],
  east: [0, 1],
  south: [-1, 0],
  north: [1, 0],
  southwest: [-1, -1],
  southeast: [-1, 1],
  northwest: [1, -1],
  northeast: [1, 1],
} as const
export type Direction = keyof typeof OFFSETS
export const DIRECTIONS = Object.keys(OFFSETS) as Direction[]

export interface Level {
  n: number
  points: number // n²
  directions: readonly Direction[]
  place: Int32Array // of grid point i n + j among the kept ones
  neighbors: Int32Array // [directions, points]
  transfer: Transfer | null // to the next level; the last has none
}
export interface Transfer {
  counts: { coarse: number; row: number; column: number; center: number }
  /** Coarse points that a point is interpolated from: [PARENTS, points]. */
  parents: Int32Array
  /** For centers: where, within their class, the row points south and north of them are, and the column points west and east. */
  beside: { south: Int32Array; north: Int32Array; west: Int32Array; east: Int32Array }
  /** Points that a coarse point is restricted from, [CHILDREN, coarse], and the places of their weights in [PARENTS, points]. */
  children: Int32Array
  weights: Int32Array
  /** Coarse points of one color are three apart, so that no point hears of two: for each color, 1 or 0 at the parents, [PARENTS, points]. */
  probes: readonly Float32Array[]
  /** Where an operator applied to all probes, [COLORS, coarse], holds the coefficients of the coarse level: [8, coarse]. */
  probed: Int32Array
}
export const PARENTS = 4
export const CHILDREN = 9
export const COLORS = 9

/** From the finest level to the one of a single point. */
export function levelsOf(n: number): Level[] {
  const below = n > 1 ? levelsOf(Math.floor(n / 2)) : []
  const place = places(n, below[0] ?? null)
  const coarsened = below.map((level) => ({
    ...level,
    directions: DIRECTIONS,
    neighbors: neighborsOf(level, DIRECTIONS),
  }))
  const directions = DIRECTIONS.slice(0, 4)
  const level = { n, points: n * n, directions, place }
  const transfer = coarsened.length === 0 ? null : transferOf(level, coarsened[0]!)
  return [{ ...level, neighbors: neighborsOf(level, directions), transfer }, ...coarsened]
}

type Grid = Pick<Level, 'n' | 'points' | 'place'>

function classOf(i: number, j: number): keyof Transfer['counts'] {
  if (i % 2 === 1) return j % 2 === 1 ? 'coarse' : 'row'
  return j % 2 === 1 ? 'column' : 'center'
}

function countsOf(n: number): Transfer['counts'] {
  const [odd, even] = [Math.floor(n / 2), Math.ceil(n / 2)]
  return { coarse: odd * odd, row: odd * even, column: even * odd, center: even * even }
}

function places(n: number, coarse: Grid | null): Int32Array {
  const { coarse: first, row, column } = countsOf(n)
  const next = { coarse: 0, row: first, column: first + row, center: first + row + column }
  return table(n, (i, j) => {
    const kind = classOf(i, j)
    return kind === 'coarse' ? coarse!.place[((i - 1) / 2) * coarse!.n + (j - 1) / 2]! : next[kind]++
  })
}

function neighborsOf(grid: Grid, directions: readonly Direction[]): Int32Array {
  const out = new Int32Array(directions.length * grid.points)
  for (const [d, direction] of directions.entries())
    each(grid, (i, j, p) => {
      const [di, dj] = OFFSETS[direction]
      out[d * grid.points + p] = at(grid, i + di, j + dj) ?? p
    })
  return out
}

function transferOf(fine: Grid, coarse: Grid): Transfer {
  const { n, points } = fine
  const counts = countsOf(n)
  const parents = new Int32Array(PARENTS * points)
  const children = new Int32Array(CHILDREN * counts.coarse)
  const weights = new Int32Array(CHILDREN * counts.coarse).fill(points) // the second weight of the first coarse point: it is 0
  each(fine, (i, j, p) => {
    for (const [slot, [di, dj]] of slotsOf(i, j).entries()) {
      const parent = at(fine, i + di, j + dj)
      if (parent === undefined) continue
      parents[slot * points + p] = parent // coarse points come first, so their places are those of the coarse level
      const child = (1 - di) * 3 + (1 - dj)
      children[child * counts.coarse + parent] = p
      weights[child * counts.coarse + parent] = slot * points + p
    }
  })
  return { counts, parents, beside: besideOf(fine, counts), children, weights, ...probesOf(coarse, parents) }
}

/** Offsets to the parents of a point, in the order of its weights. */
function slotsOf(i: number, j: number): readonly (readonly [number, number])[] {
  const { west, east, south, north, southwest, southeast, northwest, northeast } = OFFSETS
  const slots = {
    coarse: [[0, 0] as const],
    row: [west, east],
    column: [south, north],
    center: [southwest, southeast, northwest, northeast],
  }
  return slots[classOf(i, j)]
}

function besideOf(fine: Grid, { coarse, row, column, center }: Transfer['counts']): Transfer['beside'] {
  const firsts = { south: coarse, north: coarse, west: coarse + row, east: coarse + row }
  const of = (direction: keyof typeof firsts) => {
    const out = new Int32Array(center)
    const [di, dj] = OFFSETS[direction]
    each(fine, (i, j, p) => {
      const there = classOf(i, j) === 'center' ? at(fine, i + di, j + dj) : undefined
      if (there !== undefined) out[p - coarse - row - column] = there - firsts[direction]
    })
    return out
  }
  return { south: of('south'), north: of('north'), west: of('west'), east: of('east') }
}

function probesOf(coarse: Grid, parents: Int32Array): Pick<Transfer, 'probes' | 'probed'> {
  const color = (i: number, j: number) => (((i + 3) % 3) * 3 + ((j + 3) % 3)) % COLORS
  const colors = new Int32Array(coarse.points)
  const probed = new Int32Array(DIRECTIONS.length * coarse.points)
  each(coarse, (i, j, p) => {
    colors[p] = color(i, j)
    for (const [d, direction] of DIRECTIONS.entries()) {
      const [di, dj] = OFFSETS[direction]
      probed[d * coarse.points + p] = color(i + di, j + dj) * coarse.points + p
    }
  })
  const probes = Array.from({ length: COLORS }, (_, c) =>
    Float32Array.from(parents, (parent) => (colors[parent] === c ? 1 : 0)),
  )
  return { probes, probed }
}

function at({ n, place }: Grid, i: number, j: number): number | undefined {
  return i < 0 || j < 0 || i >= n || j >= n ? undefined : place[i * n + j]
}

function each({ n, place }: Grid, f: (i: number, j: number, p: number) => void): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) f(i, j, place[i * n + j]!)
}

function table(n: number, value: (i: number, j: number) => number): Int32Array {
  return Int32Array.from({ length: n * n }, (_, at) => value(Math.floor(at / n), at % n))
}
