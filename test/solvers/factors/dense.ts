/** Small matrices written out, for tests of factors. */
import type { Stencil } from '../../../contracts.ts'
import { rng } from '../../../math/rng.ts'
import { assemble } from '../../../solvers/diffusion/stencil.ts'
import type { Lower } from '../../../solvers/factors/lower.ts'

export function lognormal(n: number, seed: number, spread = 1, batch = 1): Stencil {
  const { normal } = rng(seed, 'factors', n)
  const k = Float64Array.from({ length: batch * (n + 1) ** 2 }, () => Math.exp(spread * normal()))
  return assemble({ batch, n: n + 1, data: k })
}

/** A of entry b, from its definition. */
export function denseOf({ n, center, west, east, south, north }: Stencil, b = 0): number[][] {
  return Array.from({ length: n * n }, (_, p) => {
    const at = b * n * n + p
    const row = new Array<number>(n * n).fill(0)
    row[p] = center[at]!
    if (p % n > 0) row[p - 1] = west[at]!
    if (p % n < n - 1) row[p + 1] = east[at]!
    if (p >= n) row[p - n] = south[at]!
    if (p < n * n - n) row[p + n] = north[at]!
    return row
  })
}

/** The textbook factor of a dense matrix. */
export function choleskyOf(a: readonly (readonly number[])[]): number[][] {
  const l = a.map((row) => row.map(() => 0))
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i]![j]!
      for (let k = 0; k < j; k++) sum -= l[i]![k]! * l[j]![k]!
      l[i]![j] = i === j ? Math.sqrt(sum) : sum / l[j]![j]!
    }
  return l
}

export function fullOf({ size, starts, columns, values }: Lower): number[][] {
  return Array.from({ length: size }, (_, p) => {
    const row = new Array<number>(size).fill(0)
    for (let at = starts[p]!; at < starts[p + 1]!; at++) row[columns[at]!] = values[at]!
    return row
  })
}

/** L Lᵀ */
export function squareOf(l: readonly (readonly number[])[]): number[][] {
  return l.map((a) => l.map((b) => a.reduce((sum, value, k) => sum + value * b[k]!, 0)))
}

export function most(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
  return Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i]![j]!))))
}
