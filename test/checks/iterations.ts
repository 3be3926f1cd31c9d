/**
 * Iterations of conjugate gradients against counts known for these matrices: those of our prototype and those reported for
 * PreCorrector (arXiv:2405.15557). Their protocol: x₀ a vector of N(0, 1), f64, an absolute ‖r‖₂, the matrix with its (n+1)².
 */
import type { Generator, Params } from '../../contracts.ts'
import condiff from '../../generators/condiff.ts'
import poisson from '../../generators/poisson.ts'
import { rng } from '../../math/rng.ts'
import { mean } from '../../math/statistics.ts'
import { descend, type Preconditioner } from '../../solvers/diffusion/conjugate-gradients.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'
import { incomplete } from '../../solvers/ic0.ts'

export const TARGETS = [1e-3, 1e-6, 1e-9, 1e-12] // of ‖r‖₂, absolute

export interface Case {
  grid: number
  level: { variance: number; contrast: [number, number] } | null // gaussian covariance; null: k = 1
  preconditioner: 'none' | 'ic0'
  known: readonly number[] // iterations to TARGETS, the mean over 4 to 8 systems (k = 1: one)
}

/** Contrast windows that reproduce the reported contrasts of those sets. */
const level = (variance: number, contrast: [number, number]) => ({ variance, contrast })
export const CASES: readonly Case[] = [
  { grid: 32, level: null, preconditioner: 'none', known: [94, 116, 136, 151] },
  { grid: 32, level: null, preconditioner: 'ic0', known: [32, 41, 50, 57] },
  { grid: 64, level: null, preconditioner: 'none', known: [188, 236, 270, 302] },
  { grid: 64, level: null, preconditioner: 'ic0', known: [62, 78, 92, 109] },
  { grid: 128, level: null, preconditioner: 'none', known: [379, 467, 542, 603] },
  { grid: 128, level: null, preconditioner: 'ic0', known: [114, 154, 183, 212] },
  { grid: 32, level: level(0.5, [35, 180]), preconditioner: 'ic0', known: [37, 48, 57, 65] },
  { grid: 64, level: level(0.5, [45, 200]), preconditioner: 'ic0', known: [73, 94, 110, 124] },
  { grid: 64, level: level(0.7, [200, 750]), preconditioner: 'ic0', known: [79, 99, 115, 130] },
  { grid: 128, level: level(0.5, [50, 300]), preconditioner: 'ic0', known: [149, 187, 217, 244] },
]

export function nameOf({ grid, level, preconditioner }: Case): string {
  return `${level === null ? 'poisson' : `gaussian ${level.variance}`} ${grid} ${preconditioner}`
}

/** How far a mean may lie from the known one: max(3, 3 %); both are means over few systems. */
export function allowed(known: number): number {
  return Math.max(3, 0.03 * known)
}

/** Iterations to each target, the mean over `systems` rows of a seed; x₀ from the same seed. */
export async function iterations(
  { grid, level, preconditioner }: Case,
  systems: number,
  seed: number,
): Promise<number[]> {
  const generator = (level === null ? poisson : condiff) as Generator
  const params: Params = {
    ...generator.defaults,
    grid,
    ...(level === null ? {} : { covariance: 'gaussian', ...level }),
  }
  const counts: number[][] = []
  const ctx = { seed, signal: new AbortController().signal }
  for await (const { rows, data } of generator.rows(params, { from: 0, to: systems }, ctx)) {
    for (let row = 0; row < rows; row++) {
      const of = (name: 'k' | 'rhs', size: number) =>
        Float64Array.from((data[name] as Float32Array).subarray(row * size, (row + 1) * size))
      const k = of('k', (grid + 1) ** 2)
      const x = Float64Array.from({ length: grid * grid }, rng(seed, 'x0', counts.length).normal)
      counts.push(countsOf(k, of('rhs', grid * grid), x, preconditioner))
    }
  }
  return TARGETS.map((_, t) => mean(counts.map((count) => count[t]!)))
}

function countsOf(k: Float64Array, f: Float64Array, x: Float64Array, name: Case['preconditioner']): number[] {
  const n = Math.sqrt(f.length)
  const matrix = assemble({ batch: 1, n: n + 1, data: k })
  const none: Preconditioner = (r, z) => z.set(r)
  const precondition = name === 'none' ? none : incomplete(matrix, 0)
  if (typeof precondition === 'string') throw new Error(`${name}: ${precondition}`)
  const sizes: number[] = []
  const { status } = descend({ matrix, b: 0, precondition, f }, x, TARGETS.at(-1)!, 20 * n, (size) =>
    sizes.push(size),
  )
  if (status !== 'converged') throw new Error(`${name}: ${status}`)
  return TARGETS.map((target) => sizes.findIndex((size) => size <= target))
}
