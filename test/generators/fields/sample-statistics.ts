/** What tests of fields ask of samples: log k, products at a lag, a mean and its standard error. */
import type { Columns } from '../../../contracts.ts'

export function logarithm({ data }: Columns): Float64Array {
  return Float64Array.from(data.k as Float32Array, Math.log)
}

/** Mean of φ(y, x) φ(y + dy, x + dx) over the window; the mean of φ is known to be 0. */
export function meanProduct(phi: Float64Array, side: number, dy: number, dx: number): number {
  let sum = 0
  for (let y = 0; y + dy < side; y++) {
    for (let x = 0; x + dx < side; x++) sum += phi[y * side + x]! * phi[(y + dy) * side + x + dx]!
  }
  return sum / ((side - dy) * (side - dx))
}

export function meanOf(values: readonly number[]): { mean: number; error: number } {
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length
  const spread = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1)
  return { mean, error: Math.sqrt(spread / values.length) }
}
