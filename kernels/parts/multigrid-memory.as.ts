/**
 * Where everything lies, as byte addresses from the base that the host gives. One memory serves one n: fresh memory is zero,
 * and the padding around every array relies on it and is never written.
 *
 * 1. REPORT, a record per lane (64 bytes of f64), and SCRATCH, a few vectors.
 * 2. Four plain systems, f64, row-major as in a Stencil: center, east, north, rhs, x, r, each with `guard` zeros around it.
 * 3. The finest level in lanes, nodes (i, j) counted from 1, row j from south to north. Black nodes have i + j even.
 *    Packed by color: node i is number m = i >> 1 of its row and color; its neighbors in the row have the other color and
 *      the numbers m − 1, m (i even) or m, m + 1 (i odd); in the rows beside it, m.
 *    Number m of a row stands for two nodes, a black and a red one, and has three records: in `fine`, of the black node {E W N S r z w},
 *      z of the red one, d of the black one, {a b f} of the red one; in `moves`, of the black node {p s x}; in `ends`, i of both. So a
 *      loop needs few pointers, and no pass drags along what it does not use.
 * 4. The coarse levels in lanes, row-major with two columns more: records {x b i E N NE NW a b}; see coarse-cycle.
 */
export const REPORT_BYTES: usize = 64

// records of the report
export const STATUS: usize = 0
export const ITERATIONS: usize = 8
export const RESIDUAL: usize = 16 // ‖b − A x‖ / ‖b‖ at the end, ‖b − A x‖ before
export const NORM: usize = 24 // ‖b‖
export const UNIT_B: usize = 32 // the power of two that b was divided by, 1 for most
export const UNIT_A: usize = 40 // and the center, east and north
export const GAIN: usize = 48 // ‖r‖ after the last solve over that before it
export const SPREAD: usize = 56 // the largest diagonal over the smallest

// vectors of the scratch: one number or mask a lane
export const LIMIT: usize = 0 // in: ‖r‖² to reach
export const STEPS: usize = 16 // in: the most steps to take
export const ACTIVE: usize = 32 // in: lanes to solve; out: those still above their limit
export const TAKEN: usize = 48 // out: steps taken
export const FAILED: usize = 64 // out: lanes that broke down
export const FACTORS: usize = 80 // in: f64 factors of r, four, and then of x
export const SUMS: usize = 128 // γ and δ
export const STEP: usize = 160 // α, β and ‖r‖² of the step
export const SCALES: usize = 256 // f64 powers of two that A is multiplied by as it goes into the lanes, four

// the finest level: what every step reads, of the black node and of the red one
export const PAIR: usize = 192
export const E: usize = 0
export const W: usize = 16
export const N: usize = 32
export const S: usize = 48
export const R: usize = 64
export const Z: usize = 80
export const Q: usize = 96 // w = S z
export const RZ: usize = 112 // beside the other vectors that ascend() writes: a line less to write back
export const D: usize = 128 // diagonal
export const RA: usize = 144 // weight of the coarse node to the west or south
export const RB: usize = 160 // to the east or north
export const RF: usize = 176
// what the update of the black node reads besides
export const MOVE: usize = 48
export const P: usize = 0
export const SP: usize = 16 // s = S p
export const X: usize = 32
// what is read at both ends of a solve
export const END: usize = 32
export const I: usize = 0 // 1 / √diagonal of the black node
export const RI: usize = 16 // of the red one

export let n: i32 = 0
export let evens: i32 = 0 // even numbers up to n: m = 1 … evens
export let odds: i32 = 0 // odd ones: m = 0 … odds − 1
export let row: usize = 0 // records in a packed row
export let report: usize = 0
export let scratch: usize = 0
export let systems: usize = 0
export let systemBytes: usize = 0 // of one lane
export let arrayBytes: usize = 0 // of one array of it
export let fine: usize = 0
export let up: usize = 0 // bytes from a record of `fine` to the one north of it
export let moves: usize = 0
export let ends: usize = 0
export let coarse: usize = 0

/** Lays everything out from `base`; returns the first byte after it. */
export function place(size: i32, base: usize): usize {
  n = size
  evens = size >> 1
  odds = (size + 1) >> 1
  row = evens + 2
  report = base
  scratch = base + 4 * REPORT_BYTES
  systems = scratch + 20 * 16
  const guard: usize = 8 * (((size + 3) >> 1) * 2)
  arrayBytes = ((<usize>size * size * 8 + guard * 2 + 63) >> 6) << 6
  systemBytes = 6 * arrayBytes
  const records = <usize>(size + 3) * row + 2 // galerkinRow() looks two rows beyond an even n
  up = row * PAIR
  fine = systems + 4 * systemBytes + PAIR
  moves = fine + records * PAIR
  ends = moves + records * MOVE
  coarse = ends + records * END
  systems += guard
  let end = coarse
  for (let side = size >> 1; side > 0; side >>= 1) end += levelBytes(side)
  return end
}

/** Array 0 … 5 of a lane: center, east, north, rhs, x, r. */
// @ts-ignore: decorator
@inline export function plain(array: i32, lane: i32 = 0): usize {
  return systems + <usize>lane * systemBytes + <usize>array * arrayBytes
}

// coarse records
export const NODE: usize = 144
export const CX: usize = 0
export const CB: usize = 16
export const CI: usize = 32 // 1 / diagonal
export const CE: usize = 48
export const CN: usize = 64
export const CNE: usize = 80
export const CNW: usize = 96
export const CA: usize = 112 // weight of the coarser node to the west or south
export const CBB: usize = 128 // to the east or north

/** Records in a row of a coarse level of side × side nodes. */
// @ts-ignore: decorator
@inline export function levelRow(side: i32): usize {
  return <usize>(side + 3)
}

export function levelBytes(side: i32): usize {
  return (levelRow(side) * (side + 3) + 2) * NODE
}

/** Node (0, 0) of the level that begins at `level`: one record is left before it. */
// @ts-ignore: decorator
@inline export function origin(level: usize): usize {
  return level + NODE
}
