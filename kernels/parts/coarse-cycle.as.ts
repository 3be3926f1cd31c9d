/**
 * One symmetric V(1,1) cycle on the coarse levels: nine-point operators, Gauss–Seidel in four colors, in lanes.
 * Node (i, j) is a coarse node (both even), a horizontal edge (i odd, j even), a vertical edge (i even, j odd) or a center
 * (both odd); every color is relaxed at once, in this order before the coarser level and in the reverse order after it.
 * Couplings are stored as magnitudes with one of their two nodes: E, N, NE, NW are those to the east, north, …
 * Each half is one pass over the rows: a row of the next color follows as soon as the rows that it needs are done.
 * The levels below the first coarse one take `turns` cycles in place of one: 1 is a V-cycle, 2 a W-cycle.
 */
import { CA, CB, CBB, CE, CI, CN, CNE, CNW, CX, NODE, levelBytes, levelRow, origin } from './multigrid-memory.as'

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
  for (let j = 2; j <= side + 2; j += 2) {
    if (j <= side) {
      coarseFromZero<T>(level, side, j)
      horizontalFromZero<T>(level, side, j)
    }
    if (j - 1 <= side) {
      relax<T>(level, side, j - 1, 2, false)
      relax<T>(level, side, j - 1, 1, true)
    }
    if (j > 2) restrictRow<T>(level, side, j - 2, next)
  }
}

/** Relaxation from the x that is there, and the restriction of its residual. */
function descendAgain<T>(level: usize, side: i32, next: usize): void {
  for (let j = 2; j <= side + 2; j += 2) {
    if (j <= side) {
      relax<T>(level, side, j, 2, true)
      relax<T>(level, side, j, 1, true)
    }
    if (j - 1 <= side) {
      relax<T>(level, side, j - 1, 2, true)
      relax<T>(level, side, j - 1, 1, true)
    }
    if (j > 2) restrictWhole<T>(level, side, j - 2, next)
  }
}

/** Adds the prolonged x of the next level, and relaxes in the reverse order. */
function climb<T>(level: usize, side: i32, next: usize): void {
  for (let j = 2; j <= side + 2; j += 2) {
    if (j <= side) prolongEven<T>(level, side, j, next)
    if (j - 1 <= side) {
      prolongOdd<T>(level, side, j - 1, next)
      relax<T>(level, side, j - 1, 1, true)
      relax<T>(level, side, j - 1, 2, true)
    }
    if (j > 2) {
      relax<T>(level, side, j - 2, 1, true)
      relax<T>(level, side, j - 2, 2, true)
    }
  }
}

/** Record of node (i, j). */
// @ts-ignore: decorator
@inline function node(level: usize, side: i32, i: i32, j: i32): usize {
  return origin(level) + (<usize>j * levelRow(side) + <usize>i) * NODE
}

/** Σ of couplings × x with the west and the east; w is the record at the west. */
// @ts-ignore: decorator
@inline function sides<T>(w: usize): v128 {
  return v128.add<T>(
    v128.mul<T>(v128.load(w, CE), v128.load(w, CX)),
    v128.mul<T>(v128.load(w, NODE + CE), v128.load(w, 2 * NODE + CX)),
  )
}

/** Σ of couplings × x with the six neighbors south and north; w, sw, nw are the records at the west of the three rows. */
// @ts-ignore: decorator
@inline function rowsBeside<T>(w: usize, sw: usize, nw: usize): v128 {
  const south = v128.add<T>(
    v128.mul<T>(v128.load(sw, NODE + CN), v128.load(sw, NODE + CX)),
    v128.add<T>(
      v128.mul<T>(v128.load(sw, CNE), v128.load(sw, CX)),
      v128.mul<T>(v128.load(sw, 2 * NODE + CNW), v128.load(sw, 2 * NODE + CX)),
    ),
  )
  const north = v128.add<T>(
    v128.mul<T>(v128.load(w, NODE + CN), v128.load(nw, NODE + CX)),
    v128.add<T>(
      v128.mul<T>(v128.load(w, NODE + CNE), v128.load(nw, 2 * NODE + CX)),
      v128.mul<T>(v128.load(w, NODE + CNW), v128.load(nw, CX)),
    ),
  )
  return v128.add<T>(south, north)
}

function coarseFromZero<T>(level: usize, side: i32, j: i32): void {
  let p = node(level, side, 2, j)
  for (let i = 2; i <= side; i += 2) {
    v128.store(p, v128.mul<T>(v128.load(p, CB), v128.load(p, CI)), CX)
    p += 2 * NODE
  }
}

function horizontalFromZero<T>(level: usize, side: i32, j: i32): void {
  let w = node(level, side, 0, j)
  for (let i = 1; i <= side; i += 2) {
    const sum = v128.add<T>(v128.load(w, NODE + CB), sides<T>(w))
    v128.store(w, v128.mul<T>(sum, v128.load(w, NODE + CI)), NODE + CX)
    w += 2 * NODE
  }
}

/** x = (b + Σ couplings × x) / diagonal at the nodes first, first + 2, … of row j; without east and west where `all` is false. */
// @ts-ignore: decorator
@inline function relax<T>(level: usize, side: i32, j: i32, first: i32, all: bool): void {
  let w = node(level, side, first - 1, j)
  const up = levelRow(side) * NODE
  let sw = w - up
  let nw = w + up
  for (let i = first; i <= side; i += 2) {
    let sum = v128.add<T>(v128.load(w, NODE + CB), rowsBeside<T>(w, sw, nw))
    if (all) sum = v128.add<T>(sum, sides<T>(w))
    v128.store(w, v128.mul<T>(sum, v128.load(w, NODE + CI)), NODE + CX)
    w += 2 * NODE
    sw += 2 * NODE
    nw += 2 * NODE
  }
}

/**
 * b of coarse row J = j / 2. After relaxation from zero the residual is what was relaxed later: nothing at centers, sides at
 * vertical edges, the rows beside at horizontal edges, all at coarse nodes.
 */
function restrictRow<T>(level: usize, side: i32, j: i32, next: usize): void {
  const up = levelRow(side) * NODE
  let w = node(level, side, 0, j)
  let sw = w - up
  let nw = w + up
  let k = node(next, side >> 1, 1, j >> 1)
  let edge = rowsBeside<T>(w, sw, nw)
  for (let i = 2; i <= side; i += 2) {
    const west = v128.mul<T>(edge, v128.load(w, NODE + CBB))
    const south = v128.mul<T>(sides<T>(sw + NODE), v128.load(sw, 2 * NODE + CBB))
    const north = v128.mul<T>(sides<T>(nw + NODE), v128.load(nw, 2 * NODE + CA))
    const own = v128.add<T>(rowsBeside<T>(w + NODE, sw + NODE, nw + NODE), sides<T>(w + NODE))
    w += 2 * NODE
    sw += 2 * NODE
    nw += 2 * NODE
    edge = rowsBeside<T>(w, sw, nw)
    const east = v128.mul<T>(edge, v128.load(w, NODE + CA))
    const around = v128.add<T>(v128.add<T>(west, east), v128.add<T>(south, north))
    v128.store(k, v128.add<T>(own, around), CB)
    k += NODE
  }
}

/** b of coarse row J = j / 2 from whole residuals; those of the centers, relaxed last, are 0. */
function restrictWhole<T>(level: usize, side: i32, j: i32, next: usize): void {
  const up = levelRow(side) * NODE
  let w = node(level, side, 0, j)
  let k = node(next, side >> 1, 1, j >> 1)
  for (let i = 2; i <= side; i += 2) {
    const west = v128.mul<T>(residual<T>(w, up), v128.load(w, NODE + CBB))
    const east = v128.mul<T>(residual<T>(w + 2 * NODE, up), v128.load(w, 3 * NODE + CA))
    const south = v128.mul<T>(residual<T>(w + NODE - up, up), v128.load(w - up, 2 * NODE + CBB))
    const north = v128.mul<T>(residual<T>(w + NODE + up, up), v128.load(w + up, 2 * NODE + CA))
    const around = v128.add<T>(v128.add<T>(west, east), v128.add<T>(south, north))
    v128.store(k, v128.add<T>(residual<T>(w + NODE, up), around), CB)
    w += 2 * NODE
    k += NODE
  }
}

/** b − A x at the node east of w. Beyond the wall 1 / diagonal is stored as 0, and so is all else. */
// @ts-ignore: decorator
@inline function residual<T>(w: usize, up: usize): v128 {
  const inverse = v128.load(w, NODE + CI)
  const own = v128.and(v128.div<T>(v128.load(w, NODE + CX), inverse), v128.ne<T>(inverse, v128.xor(inverse, inverse)))
  const pulled = v128.add<T>(rowsBeside<T>(w, w - up, w + up), sides<T>(w))
  return v128.sub<T>(v128.add<T>(v128.load(w, NODE + CB), pulled), own)
}

/** x of coarse nodes and horizontal edges of row j = 2 J. */
function prolongEven<T>(level: usize, side: i32, j: i32, next: usize): void {
  let w = node(level, side, 0, j)
  let k = node(next, side >> 1, 0, j >> 1)
  for (let i = 1; i <= side; i += 2) {
    const east = v128.load(k, NODE + CX)
    const west = v128.mul<T>(v128.load(w, NODE + CA), v128.load(k, CX))
    const sum = v128.add<T>(west, v128.mul<T>(v128.load(w, NODE + CBB), east))
    v128.store(w, v128.add<T>(v128.load(w, NODE + CX), sum), NODE + CX)
    if (i < side) v128.store(w, v128.add<T>(v128.load(w, 2 * NODE + CX), east), 2 * NODE + CX)
    w += 2 * NODE
    k += NODE
  }
}

/** x of vertical edges of row j = 2 J + 1. */
function prolongOdd<T>(level: usize, side: i32, j: i32, next: usize): void {
  let p = node(level, side, 2, j)
  let k = node(next, side >> 1, 1, j >> 1)
  const up = levelRow(side >> 1) * NODE
  for (let i = 2; i <= side; i += 2) {
    const south = v128.mul<T>(v128.load(p, CA), v128.load(k, CX))
    const sum = v128.add<T>(south, v128.mul<T>(v128.load(p, CBB), v128.load(k + up, CX)))
    v128.store(p, v128.add<T>(v128.load(p, CX), sum), CX)
    p += 2 * NODE
    k += NODE
  }
}
