/**
 * One symmetric V(1,1) cycle as a preconditioner of the reduced system S = D_b − Tᵀ D_r⁻¹ T of the black nodes (i + j even),
 * whose red nodes are eliminated: A = [D_b −Tᵀ; −T D_r], one of the two colors on each side. In f64, one sample.
 *
 *   z_b = r_b / d                       relaxation before: red from zero stays zero, black divides
 *   residual of the red nodes T z_b,    restricted by Pᵀ; the coarse correction, prolonged to the red nodes
 *   z_b = (r_b + Tᵀ z_r) / d, z_r = T z_b / d     relaxation after, in the reverse order: so M is symmetric
 *
 * The coarse levels relax in four colors: coarse nodes, horizontal edges, vertical edges, centers; in reverse after it. Those
 * below the first coarse one are asked `turns` times: 1 is a V-cycle, 2 a W-cycle from there on.
 */
import { type Level, neighbors, nodes } from './level.ts'

/** z = M r; r is given on the black nodes, z on the black and, as D_r⁻¹ T z_b, on the red nodes. */
export function precondition(levels: readonly Level[], r: Float64Array, turns = 1): Float64Array {
  const [fine, ...coarse] = levels as [Level, ...Level[]]
  const z = new Float64Array(r.length)
  relax(fine, z, r, black(fine))
  if (coarse.length > 0) {
    const b = new Float64Array(coarse[0]!.center.length)
    for (const p of red(fine))
      for (const [node, weight] of fine.parents(p)) b[node]! += weight * pull(fine, z, p)
    const correction = new Float64Array(b.length)
    cycle(coarse, correction, b, turns)
    for (const p of red(fine))
      z[p] = fine.parents(p).reduce((sum, [node, weight]) => sum + weight * correction[node]!, 0)
  }
  relax(fine, z, r, black(fine))
  relax(fine, z, null, red(fine))
  return z
}

/** w = S z on the black nodes, from z on both colors with z_r = D_r⁻¹ T z_b. */
export function schur(fine: Level, z: Float64Array): Float64Array {
  const w = new Float64Array(z.length)
  for (const p of black(fine)) w[p] = fine.center[p]! * z[p]! - pull(fine, z, p)
  return w
}

export function black(level: Level): number[] {
  return [...nodes(level, 0, 0), ...nodes(level, 1, 1)]
}
export function red(level: Level): number[] {
  return [...nodes(level, 1, 0), ...nodes(level, 0, 1)]
}

/** Σ a x over the neighbors of p. */
export function pull(level: Level, x: Float64Array, p: number): number {
  return neighbors(level, p).reduce((sum, [q, a]) => sum + a * x[q]!, 0)
}

/** x = (b + Σ a x) / C at these nodes, one after another; b = 0 where it is null. */
function relax(level: Level, x: Float64Array, b: Float64Array | null, list: readonly number[]): void {
  for (const p of list) x[p] = ((b?.[p] ?? 0) + pull(level, x, p)) / level.center[p]!
}

/** Brings x, which may be 0, nearer to A⁻¹ b on the first of these levels; those below it do so `turns` times. */
function cycle(levels: readonly Level[], x: Float64Array, b: Float64Array, turns: number): void {
  const [level, ...coarser] = levels as [Level, ...Level[]]
  const colors = [nodes(level, 0, 0), nodes(level, 1, 0), nodes(level, 0, 1), nodes(level, 1, 1)]
  for (const color of level.side === 1 ? [nodes(level, 1, 1)] : colors) relax(level, x, b, color)
  if (coarser.length === 0) return
  const restricted = new Float64Array(coarser[0]!.center.length)
  for (const p of colors.flat()) {
    const residual = b[p]! - level.center[p]! * x[p]! + pull(level, x, p)
    for (const [node, weight] of level.parents(p)) restricted[node]! += weight * residual
  }
  const correction = new Float64Array(restricted.length)
  for (let turn = 0; turn < turns; turn++) cycle(coarser, correction, restricted, turns)
  for (const p of colors.flat())
    for (const [node, weight] of level.parents(p)) x[p]! += weight * correction[node]!
  for (const color of colors.reverse()) relax(level, x, b, color)
}
