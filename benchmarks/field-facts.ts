/** The numbers that bring fields to order one for a network, from the train split alone, in f64. */
import type { Columns, FieldFacts } from '../contracts.ts'
import { mean, sum } from '../math/statistics.ts'

/** `train` holds k, rhs and x of its rows. Without rows, and for a root mean square of 0, a scale is 1. */
export function fieldFacts({ rows, data }: Columns, grid: number, reading: string): FieldFacts {
  const [k, rhs, x] = [data.k, data.rhs, data.x] as (Float32Array | Float64Array)[]
  const logs = each(k!, Math.log)
  const center = rows === 0 ? 0 : mean(logs)
  const work = sum(each(x!, (value, i) => value * rhs![i]!)) // Σ ⟨rhs, x⟩ = Σ over rows and faces of t (∇x)²
  return {
    grid,
    reading,
    logK: { mean: center, deviation: rows === 0 ? 0 : rootMeanSquare(each(logs, (value) => value - center)) },
    rhs: positive(rootMeanSquare(rhs!)),
    x: positive(rootMeanSquare(x!)),
    flux: positive(Math.sqrt(work / (rows * 2 * grid * (grid + 1)))),
    channels: {},
  }
}

function rootMeanSquare(values: ArrayLike<number>): number {
  return Math.sqrt(mean(each(values, (value) => value * value)))
}

/** In f64. A loop, because Float64Array.from with a function takes a hundred times as long: it was half a second of every training. */
function each(values: ArrayLike<number>, f: (value: number, i: number) => number): Float64Array {
  const results = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) results[i] = f(values[i]!, i)
  return results
}

function positive(scale: number): number {
  return scale > 0 ? scale : 1 // also where it is NaN, of no rows
}
