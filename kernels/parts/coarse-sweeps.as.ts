/**
 * The loops of coarse-cycle that a V-cycle consists of. Each goes once along a row and does two colors, the node that needs the
 * other one step later; what neighbors share is kept from step to step. 113 of 164 loads for four nodes are left, but registers do
 * not suffice for all that is kept, and the time is only 4 % less (decision 0023).
 */
import { CA, CB, CBB, CE, CI, CN, CNE, CNW, CX, NODE } from './multigrid-memory.as'

/** Σ of couplings × x with the six neighbors south and north of p, whose x are given from west to east; s: the record at the south. */
// @ts-ignore: decorator
@inline export function beside<T>(p: usize, s: usize, sw: v128, so: v128, se: v128, nw: v128, no: v128, ne: v128): v128 {
  const south = v128.add<T>(
    v128.mul<T>(v128.load(s, CN), so),
    v128.add<T>(v128.mul<T>(v128.load(s - NODE, CNE), sw), v128.mul<T>(v128.load(s, NODE + CNW), se)),
  )
  const north = v128.add<T>(
    v128.mul<T>(v128.load(p, CN), no),
    v128.add<T>(v128.mul<T>(v128.load(p, CNE), ne), v128.mul<T>(v128.load(p, CNW), nw)),
  )
  return v128.add<T>(south, north)
}

/** The same, where nothing is known of x yet. */
// @ts-ignore: decorator
@inline export function besideOf<T>(p: usize, up: usize): v128 {
  const s = p - up
  const t = p + up
  return beside<T>(
    p, s,
    v128.load(s - NODE, CX), v128.load(s, CX), v128.load(s, NODE + CX),
    v128.load(t - NODE, CX), v128.load(t, CX), v128.load(t, NODE + CX),
  )
}

/** Σ of couplings × x with the west and the east of p. */
// @ts-ignore: decorator
@inline export function sides<T>(p: usize, west: v128, east: v128): v128 {
  return v128.add<T>(v128.mul<T>(v128.load(p - NODE, CE), west), v128.mul<T>(v128.load(p, CE), east))
}
// @ts-ignore: decorator
@inline export function sidesOf<T>(p: usize): v128 {
  return sides<T>(p, v128.load(p - NODE, CX), v128.load(p, NODE + CX))
}

/** Stores and returns x = sum / diagonal. */
// @ts-ignore: decorator
@inline export function settle<T>(p: usize, sum: v128): v128 {
  const x = v128.mul<T>(sum, v128.load(p, CI))
  v128.store(p, x, CX)
  return x
}

/** A row of coarse nodes and horizontal edges, p its record 0: from zero, coarse nodes first. */
export function evenFromZero<T>(p: usize, side: i32): void {
  let west = v128.load(p, CX) // of the wall: 0
  for (const last = p + <usize>side * NODE; p < last; ) {
    p += 2 * NODE
    const east = settle<T>(p, v128.load(p, CB))
    const edge = p - NODE
    settle<T>(edge, v128.add<T>(v128.load(edge, CB), sides<T>(edge, west, east)))
    west = east
  }
}

/** A row of vertical edges and centers: from zero, vertical edges first, which see nothing at their sides yet. */
export function oddFromZero<T>(p: usize, up: usize, side: i32): void {
  let west = v128.load(p, CX)
  let sw = v128.load(p - up, CX)
  let so = v128.load(p - up, NODE + CX)
  let nw = v128.load(p + up, CX)
  let no = v128.load(p + up, NODE + CX)
  for (let i = 1; i < side; i += 2) {
    p += 2 * NODE
    const s = p - up
    const t = p + up
    const se = v128.load(s, CX)
    const ne = v128.load(t, CX)
    const southeast = v128.load(s, NODE + CX)
    const northeast = v128.load(t, NODE + CX)
    const east = settle<T>(p, v128.add<T>(v128.load(p, CB), beside<T>(p, s, so, se, southeast, no, ne, northeast)))
    const center = p - NODE
    const rows = v128.add<T>(v128.load(center, CB), beside<T>(center, s - NODE, sw, so, se, nw, no, ne))
    settle<T>(center, v128.add<T>(rows, sides<T>(center, west, east)))
    west = east
    sw = se
    so = southeast
    nw = ne
    no = northeast
  }
  if (side & 1) relaxOne<T>(p + NODE, up)
}

// @ts-ignore: decorator
@inline export function relaxOne<T>(p: usize, up: usize): void {
  settle<T>(p, v128.add<T>(v128.add<T>(v128.load(p, CB), besideOf<T>(p, up)), sidesOf<T>(p)))
}

/**
 * b of a coarse row at k, from row j = 2 J of which p is record 0. After relaxation from zero the residual is what was relaxed later:
 * nothing at centers, sides at vertical edges, the rows beside at horizontal edges, all at coarse nodes.
 */
export function restrictRow<T>(p: usize, up: usize, side: i32, k: usize): void {
  p += NODE
  let edge = besideOf<T>(p, up)
  let west = v128.load(p, CX)
  let sw = v128.load(p - up, CX)
  let so = v128.load(p - up, NODE + CX)
  let nw = v128.load(p + up, CX)
  let no = v128.load(p + up, NODE + CX)
  for (let i = 2; i <= side; i += 2) {
    const fromWest = v128.mul<T>(edge, v128.load(p, CBB))
    p += NODE
    k += NODE
    const s = p - up
    const t = p + up
    const se = v128.load(s, NODE + CX)
    const ne = v128.load(t, NODE + CX)
    const fromSouth = v128.mul<T>(sides<T>(s, sw, se), v128.load(s, CBB))
    const fromNorth = v128.mul<T>(sides<T>(t, nw, ne), v128.load(t, CA))
    const east = v128.load(p, NODE + CX)
    const own = v128.add<T>(beside<T>(p, s, sw, so, se, nw, no, ne), sides<T>(p, west, east))
    p += NODE
    const southeast = v128.load(s, 2 * NODE + CX)
    const northeast = v128.load(t, 2 * NODE + CX)
    edge = beside<T>(p, s + NODE, so, se, southeast, no, ne, northeast)
    const fromEast = v128.mul<T>(edge, v128.load(p, CA))
    const around = v128.add<T>(v128.add<T>(fromWest, fromEast), v128.add<T>(fromSouth, fromNorth))
    v128.store(k, v128.add<T>(own, around), CB)
    west = east
    sw = se
    so = southeast
    nw = ne
    no = northeast
  }
}

/** x of coarse nodes and horizontal edges of row j = 2 J, of which p is record 0, from the coarse row at k. */
export function prolongEven<T>(p: usize, side: i32, k: usize): void {
  let near = v128.load(k, CX)
  for (let i = 1; i <= side; i += 2) {
    const edge = p + NODE
    k += NODE
    p += 2 * NODE
    const east = v128.load(k, CX)
    const sum = v128.add<T>(v128.mul<T>(v128.load(edge, CA), near), v128.mul<T>(v128.load(edge, CBB), east))
    v128.store(edge, v128.add<T>(v128.load(edge, CX), sum), CX)
    if (i < side) v128.store(p, v128.add<T>(v128.load(p, CX), east), CX)
    near = east
  }
}

/** The vertical edge p between the coarse nodes k and k + above. */
// @ts-ignore: decorator
@inline function prolonged<T>(p: usize, k: usize, above: usize): v128 {
  const south = v128.mul<T>(v128.load(p, CA), v128.load(k, CX))
  return v128.add<T>(v128.load(p, CX), v128.add<T>(south, v128.mul<T>(v128.load(p, CBB), v128.load(k + above, CX))))
}

/**
 * The way back along a row of which p is record 0: odd nodes first, then even ones. In rows of vertical edges, `above` is not 0, and
 * these are prolonged on the way, from the coarse rows at k and k + above.
 */
export function back<T>(p: usize, up: usize, side: i32, k: usize, above: usize): void {
  let even = above == 0 ? v128.load(p, 2 * NODE + CX) : prolonged<T>(p + 2 * NODE, k + NODE, above) // not relaxed yet
  let so = v128.load(p - up, 2 * NODE + CX)
  let sw = v128.load(p - up, NODE + CX)
  let no = v128.load(p + up, 2 * NODE + CX)
  let nw = v128.load(p + up, NODE + CX)
  const first = beside<T>(p + NODE, p + NODE - up, v128.load(p - up, CX), sw, so, v128.load(p + up, CX), nw, no)
  const around = sides<T>(p + NODE, v128.load(p, CX), even)
  let west = settle<T>(p + NODE, v128.add<T>(v128.add<T>(v128.load(p, NODE + CB), first), around))
  for (let i = 2; i < side; i += 2) {
    p += 2 * NODE
    k += NODE
    const s = p - up
    const t = p + up
    const se = v128.load(s, NODE + CX)
    const ne = v128.load(t, NODE + CX)
    const southeast = v128.load(s, 2 * NODE + CX)
    const northeast = v128.load(t, 2 * NODE + CX)
    const next = above == 0 ? v128.load(p, 2 * NODE + CX) : prolonged<T>(p + 2 * NODE, k + NODE, above)
    const odd = p + NODE
    const rows = v128.add<T>(v128.load(odd, CB), beside<T>(odd, s + NODE, so, se, southeast, no, ne, northeast))
    const east = settle<T>(odd, v128.add<T>(rows, sides<T>(odd, even, next)))
    const own = v128.add<T>(v128.load(p, CB), beside<T>(p, s, sw, so, se, nw, no, ne))
    settle<T>(p, v128.add<T>(own, sides<T>(p, west, east)))
    even = next
    west = east
    sw = se
    so = southeast
    nw = ne
    no = northeast
  }
  if (!(side & 1)) relaxOne<T>(p + 2 * NODE, up)
}
