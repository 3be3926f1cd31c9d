/**
 * One symmetric V(1,1) cycle on the coarse levels: nine-point operators, Gauss–Seidel in four colors, in lanes.
 * Node (i, j) is a coarse node (both even), a horizontal edge (i odd, j even), a vertical edge (i even, j odd) or a center
 * (both odd); every color is relaxed at once, in this order before the coarser level and in the reverse order after it.
 * Couplings are stored as magnitudes with one of their two nodes: E, N, NE, NW are those to the east, north, …
 * Each half is one pass over the rows: a row of the next color follows as soon as the rows that it needs are done.
 * The levels below the first coarse one take `turns` cycles in place of one: 1 is a V-cycle, 2 a W-cycle.
 */
import { CA, CB, CBB, CI, CX, NODE, levelBytes, levelRow, origin } from './multigrid-memory.as'
import { back, besideOf, evenFromZero, oddFromZero, prolongEven, relaxOne, restrictRow, sidesOf } from './coarse-sweeps.as'

/** x ≈ A⁻¹ b on the level of side × side nodes that begins at `level`, from x = 0, or from the x that is there with `more`. */
export function cycle<T>(level: usize, side: i32, turns: i32, more: bool = false): void {
  if (side == 1) {
    const p = origin(level) + (levelRow(1) + 1) * NODE
    v128.store(p, v128.mul<T>(v128.load(p, CB), v128.load(p, CI)), CX)
    return
  }
  const next = level + levelBytes(side)
  if (more) descendAgain<T>(level, side, next)
  else descend<T>(level, side, next)
  for (let turn = 0; turn < turns; turn++) cycle<T>(next, side >> 1, turns, turn > 0)
  climb<T>(level, side, next)
}

/** Relaxation from zero, and the restriction of its residual. */
function descend<T>(level: usize, side: i32, next: usize): void {
  const up = levelRow(side) * NODE
  for (let j = 2; j <= side + 2; j += 2) {
    if (j <= side) evenFromZero<T>(rowOf(level, side, j), side)
    if (j - 1 <= side) oddFromZero<T>(rowOf(level, side, j - 1), up, side)
    if (j > 2) restrictRow<T>(rowOf(level, side, j - 2), up, side, rowOf(next, side >> 1, (j >> 1) - 1))
  }
}

/** Relaxation from the x that is there, and the restriction of its residual. */
function descendAgain<T>(level: usize, side: i32, next: usize): void {
  for (let j = 2; j <= side + 2; j += 2) {
    if (j <= side) {
      relax<T>(level, side, j, 2)
      relax<T>(level, side, j, 1)
    }
    if (j - 1 <= side) {
      relax<T>(level, side, j - 1, 2)
      relax<T>(level, side, j - 1, 1)
    }
    if (j > 2) restrictWhole<T>(level, side, j - 2, next)
  }
}

/** Adds the prolonged x of the next level, and relaxes in the reverse order. */
function climb<T>(level: usize, side: i32, next: usize): void {
  const up = levelRow(side) * NODE
  const above = levelRow(side >> 1) * NODE
  for (let j = 2; j <= side + 2; j += 2) {
    const k = rowOf(next, side >> 1, j >> 1)
    if (j <= side) prolongEven<T>(rowOf(level, side, j), side, k)
    if (j - 1 <= side) back<T>(rowOf(level, side, j - 1), up, side, k - above, above)
    if (j > 2) back<T>(rowOf(level, side, j - 2), up, side, 0, 0)
  }
}

/** Record 0 of row j. */
// @ts-ignore: decorator
@inline function rowOf(level: usize, side: i32, j: i32): usize {
  return origin(level) + <usize>j * levelRow(side) * NODE
}

/** x = (b + Σ couplings × x) / diagonal at the nodes first, first + 2, … of row j. */
function relax<T>(level: usize, side: i32, j: i32, first: i32): void {
  const up = levelRow(side) * NODE
  let p = rowOf(level, side, j) + <usize>first * NODE
  for (let i = first; i <= side; i += 2) {
    relaxOne<T>(p, up)
    p += 2 * NODE
  }
}

/** b of coarse row J = j / 2 from whole residuals; those of the centers, relaxed last, are 0. */
function restrictWhole<T>(level: usize, side: i32, j: i32, next: usize): void {
  const up = levelRow(side) * NODE
  let p = rowOf(level, side, j)
  let k = rowOf(next, side >> 1, j >> 1)
  for (let i = 2; i <= side; i += 2) {
    p += 2 * NODE
    k += NODE
    const west = v128.mul<T>(residual<T>(p - NODE, up), v128.load(p - NODE, CBB))
    const east = v128.mul<T>(residual<T>(p + NODE, up), v128.load(p, NODE + CA))
    const south = v128.mul<T>(residual<T>(p - up, up), v128.load(p - up, CBB))
    const north = v128.mul<T>(residual<T>(p + up, up), v128.load(p + up, CA))
    const around = v128.add<T>(v128.add<T>(west, east), v128.add<T>(south, north))
    v128.store(k, v128.add<T>(residual<T>(p, up), around), CB)
  }
}

/** b − A x at p. Beyond the wall 1 / diagonal is stored as 0, and so is all else. */
// @ts-ignore: decorator
@inline function residual<T>(p: usize, up: usize): v128 {
  const inverse = v128.load(p, CI)
  const own = v128.and(v128.div<T>(v128.load(p, CX), inverse), v128.ne<T>(inverse, v128.xor(inverse, inverse)))
  const pulled = v128.add<T>(besideOf<T>(p, up), sidesOf<T>(p))
  return v128.sub<T>(v128.add<T>(v128.load(p, CB), pulled), own)
}
