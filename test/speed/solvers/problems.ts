/** The problems that every solver is given: assembled diagonals and b of accepted ConDiff rows, and their file (its form: system.hpp). */
import { writeFileSync } from 'node:fs'
import type { Field, Stencil } from '../../../contracts.ts'
import condiff from '../../../generators/condiff.ts'
import { assemble } from '../../../solvers/diffusion/stencil.ts'

const WINDOWS: Readonly<Record<string, readonly [number, number]>> = {
  0.1: [5, 15],
  0.4: [50, 250],
  1: [600, 1000],
  2: [80000, 100000],
}

export interface Problems {
  n: number
  rows: number
  matrix: Stencil
  rhs: Field
  contrast: number // max k / min k, the largest of the rows
}

/** The first training rows of a set, as stored (k and rhs in f32). Grids that ConDiff does not have take every field. */
export async function problemsOf(law: {
  n: number
  rows: number
  covariance: string
  variance: number
}): Promise<Problems> {
  const { n, rows, covariance, variance } = law
  const contrast = n === 64 || n === 128 ? (WINDOWS[variance] ?? null) : null
  const params = { ...condiff.defaults, covariance, variance, contrast, grid: n }
  const k = new Float64Array(rows * (n + 1) * (n + 1))
  const rhs = { batch: rows, n, data: new Float64Array(rows * n * n) }
  const { signal } = new AbortController()
  let [at, most] = [0, 1]
  for await (const made of condiff.rows(params, { from: 0, to: rows }, { seed: 42, signal })) {
    k.set(made.data.k as Float32Array, at * (n + 1) * (n + 1))
    rhs.data.set(made.data.rhs as Float32Array, at * n * n)
    most = Math.max(most, (made.data.contrast as Float64Array)[0]!)
    at += made.rows
  }
  return { n, rows, matrix: assemble({ batch: rows, n: n + 1, data: k }), rhs, contrast: most }
}

export function writeProblems(file: string, { n, rows, matrix, rhs }: Problems): void {
  const { center, west, east, south, north } = matrix
  const parts: Buffer[] = [Buffer.from(Int32Array.of(0x46525354, n, rows, 0).buffer)]
  for (let row = 0; row < rows; row++) {
    for (const values of [center, west, east, south, north, rhs.data])
      parts.push(Buffer.from(values.slice(row * n * n, (row + 1) * n * n).buffer))
  }
  writeFileSync(file, Buffer.concat(parts))
}
