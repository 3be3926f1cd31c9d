/**
 * Iterations of conjugate gradients against counts known for these matrices: those of our prototype and those reported for
 * PreCorrector (arXiv:2405.15557). Their protocol: x₀ a vector of N(0, 1), f64, an absolute ‖r‖₂, the matrix with its (n+1)².
 */
import type { Generator, Params, Precondition, Preconditioning } from '../../contracts.ts'
import condiff from '../../generators/condiff.ts'
import poisson from '../../generators/poisson.ts'
import { load } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'
import { mean } from '../../math/statistics.ts'
import { assemble } from '../../solvers/diffusion/stencil.ts'
import { countSteps } from '../../solvers/diffusion/step-counts.ts'

export const TARGETS = [1e-3, 1e-6, 1e-9, 1e-12] // of ‖r‖₂, absolute

export interface Case {
  grid: number
  level: { variance: number; contrast: [number, number] } | null // gaussian covariance; null: k = 1
  preconditioner: 'none' | 'ic0' | 'ict1' | 'ict' // in baselines/preconditioners; ict keeps five entries more
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

/** The threshold factors of the same tables: k = 1 one of ours, else generations A (counted from 0: one is added) and B there. */
export const THRESHOLD_CASES: readonly Case[] = [
  { grid: 32, level: null, preconditioner: 'ict1', known: [21, 27, 32, 37] },
  { grid: 32, level: null, preconditioner: 'ict', known: [11, 15, 18, 21] },
  { grid: 64, level: null, preconditioner: 'ict1', known: [39, 50, 60, 69] },
  { grid: 64, level: null, preconditioner: 'ict', known: [21, 28, 34, 38] },
  { grid: 128, level: null, preconditioner: 'ict1', known: [75, 99, 116, 133] },
  { grid: 128, level: null, preconditioner: 'ict', known: [42, 54, 64, 74] },
  { grid: 32, level: level(0.5, [35, 180]), preconditioner: 'ict1', known: [22.5, 28.9, 34.5, 39.4] },
  { grid: 64, level: level(0.5, [45, 200]), preconditioner: 'ict1', known: [45, 57, 67, 76] },
  { grid: 64, level: level(0.5, [45, 200]), preconditioner: 'ict', known: [22, 28.3, 33.8, 38.6] },
  { grid: 64, level: level(0.7, [200, 750]), preconditioner: 'ict1', known: [47, 60, 70, 79] },
  { grid: 128, level: level(0.5, [50, 300]), preconditioner: 'ict1', known: [90, 113, 133, 150] },
  { grid: 128, level: level(0.5, [50, 300]), preconditioner: 'ict', known: [46, 58.5, 68.8, 77.8] },
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
  const method = await load<Preconditioning>('baseline', 'baselines/preconditioners', preconditioner)
  const nothing = { batch: 0, n: grid, data: new Float64Array(0) }
  const precondition = method.fit({ k: nothing, rhs: nothing }, method.defaults)
  const ctx = { seed, signal: new AbortController().signal }
  for await (const { rows, data } of generator.rows(params, { from: 0, to: systems }, ctx)) {
    for (let row = 0; row < rows; row++) {
      const of = (name: 'k' | 'rhs', size: number) =>
        Float64Array.from((data[name] as Float32Array).subarray(row * size, (row + 1) * size))
      const k = of('k', (grid + 1) ** 2)
      const x = Float64Array.from({ length: grid * grid }, rng(seed, 'x0', counts.length).normal)
      counts.push(countsOf(k, of('rhs', grid * grid), x, precondition))
    }
  }
  return TARGETS.map((_, t) => mean(counts.map((count) => count[t]!)))
}

function countsOf(k: Float64Array, f: Float64Array, x: Float64Array, precondition: Precondition): number[] {
  const n = Math.sqrt(f.length)
  const matrix = assemble({ batch: 1, n: n + 1, data: k })
  const made = precondition(matrix, 0)
  if (typeof made === 'string') throw new Error(made)
  const { steps, status } = countSteps({ matrix, b: 0, precondition: made, f }, x, TARGETS, 20 * n)
  if (status !== 'converged') throw new Error(status)
  return [...steps]
}
