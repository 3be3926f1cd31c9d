/**
 * A x = f by conjugate gradients on the reduced system of the black nodes, in f64, one sample. Red nodes start from f / d, so the
 * red residual is 0 at every step and ‖r‖ over the black nodes is that of the whole system. One pair of sums a step:
 *
 *   z = M r,  w = S z,  γ = (r, z),  δ = (w, z),  β = γ / γ₋,  α = γ / (δ − β γ / α₋),
 *   p ← z + β p,  s ← w + β s,  x ← x + α p,  r ← r − α s.
 *
 * Chronopoulos, Gear, doi:10.1016/0377-0427(89)90045-9. The recursive r drifts from f − A x: whoever needs the true one
 * recomputes it.
 */
import type { Stencil } from '../../contracts.ts'
import { black, precondition, pull, red, schur } from './cycle.ts'
import { hierarchy, type Level } from './level.ts'

/** x (n × n, row-major) with a recursive residual of at most tolerance ‖f‖, or after `limit` steps. */
export function solveReduced(
  matrix: Stencil,
  f: Float64Array,
  { tolerance, limit }: { tolerance: number; limit: number },
  b = 0,
): { x: Float64Array; iterations: number } {
  const levels = hierarchy(matrix, b)
  const fine = levels[0]!
  const x = pad(fine, f)
  const target = tolerance * norm(x)
  for (const p of red(fine)) x[p] = x[p]! / fine.center[p]!
  const r = new Float64Array(x.length)
  for (const p of black(fine)) {
    r[p] = x[p]! + pull(fine, x, p)
    x[p] = 0
  }
  const iterations = descend(levels, x, r, target, limit)
  for (const p of red(fine)) x[p] = x[p]! + pull(fine, x, p) / fine.center[p]!
  return { x: unpad(fine, x), iterations }
}

/** Steps from x = 0 on the black nodes. */
function descend(
  levels: readonly Level[],
  x: Float64Array,
  r: Float64Array,
  target: number,
  limit: number,
): number {
  const nodes = black(levels[0]!)
  const p = new Float64Array(x.length)
  const s = new Float64Array(x.length)
  let [gamma, alpha] = [Infinity, Infinity] // of the last step: the first has β = 0
  let iterations = 0
  for (; norm(r) > target && iterations < limit; iterations++) {
    const z = precondition(levels, r)
    const w = schur(levels[0]!, z)
    const now = nodes.reduce((sum, q) => sum + r[q]! * z[q]!, 0)
    const curvature = nodes.reduce((sum, q) => sum + w[q]! * z[q]!, 0)
    const beta = now / gamma
    alpha = now / (curvature - (beta * now) / alpha)
    gamma = now
    for (const q of nodes) {
      p[q] = z[q]! + beta * p[q]!
      s[q] = w[q]! + beta * s[q]!
      x[q] = x[q]! + alpha * p[q]!
      r[q] = r[q]! - alpha * s[q]!
    }
  }
  return iterations
}

/** n × n values, row-major, with zeros around them. */
export function pad({ side, width }: Level, values: Float64Array): Float64Array {
  const out = new Float64Array(width * width)
  for (let j = 0; j < side; j++) out.set(values.subarray(j * side, (j + 1) * side), (j + 1) * width + 1)
  return out
}

export function unpad({ side, width }: Level, values: Float64Array): Float64Array {
  const out = new Float64Array(side * side)
  for (let j = 1; j <= side; j++)
    out.set(values.subarray(j * width + 1, j * width + 1 + side), (j - 1) * side)
  return out
}

function norm(x: Float64Array): number {
  return Math.sqrt(x.reduce((sum, value) => sum + value * value, 0))
}
