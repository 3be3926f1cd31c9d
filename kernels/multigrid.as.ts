/**
 * A x = b by conjugate gradients on the red-black reduced system, preconditioned by one symmetric multigrid cycle (BoxMG), one
 * sample in every lane of a vector: four in f32, inside refinement in f64, or two in f64. The readable form of the same
 * arithmetic is solvers/multigrid/; the tests hold the two against each other.
 */
import { place, plain } from './parts/multigrid-memory.as'
import { once, prepare } from './parts/bare-cycle.as'
import { refine } from './parts/refinement.as'

export { heapBase } from './parts/heap.as'

/** Bytes that systems of n × n nodes need; the memory beyond must be fresh, or have served the same n. */
export function bytesOf(n: i32): i32 {
  return <i32>place(n, 0)
}

/** Where array 0 … 5 (center, east, north, rhs, x, r) of a lane begins, counted from the base. */
export function arrayOf(n: i32, array: i32, lane: i32): i32 {
  place(n, 0)
  return <i32>plain(array, lane)
}

/** Up to four systems of f64, `used` of them, in lanes of f32; `turns` and `spread` as in parts/refinement. */
export function solveMixed(used: i32, base: i32, n: i32, tolerance: f64, steps: i32, outers: i32, turns: i32, spread: f64): void {
  place(n, base)
  refine<f32>(used, tolerance, steps, outers, turns, spread)
}

/** Up to two systems in lanes of f64. */
export function solveDouble(used: i32, base: i32, n: i32, tolerance: f64, steps: i32, outers: i32, turns: i32, spread: f64): void {
  place(n, base)
  refine<f64>(used, tolerance, steps, outers, turns, spread)
}

/** One cycle and one operator of the right-hand side, in f32 (four lanes) and f64 (two): for tests. */
export function probeMixed(base: i32, n: i32, turns: i32): void {
  place(n, base)
  prepare<f32>()
  once<f32>(turns)
}

export function probeDouble(base: i32, n: i32, turns: i32): void {
  place(n, base)
  prepare<f64>()
  once<f64>(turns)
}

/** The same in two parts, for those who apply a cycle many times: 0, or what is wrong with a system (begin() in parts/plain-system). */
export function prepareDouble(base: i32, n: i32): i32 {
  place(n, base)
  return prepare<f64>()
}

export function cycleDouble(base: i32, n: i32, turns: i32): void {
  place(n, base)
  once<f64>(turns)
}
