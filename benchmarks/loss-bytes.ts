/**
 * What a loss costs in memory, value and gradient of one batch, by itself: states [s, L, D] and catalog [N, D] come from outside.
 * Matrices of vectors [*, D] are not counted: they are states, tiles of the catalog, and the gradients by both, whole or in parts,
 * which every loss has. Vectors that are looked up for each position or block are [*, *, D], and are counted. Letters: s batch, L length, D width, N items.
 */
import type { Declared, Loss, LossSizes, Recommenders } from '../contracts.ts'
import { footprint } from '../tensor/footprint.ts'
import { gradientProgram, type LossOf } from '../tensor/program.ts'
import type { HostTensor } from '../tensor/types.ts'
import type { Chosen } from './choice.ts'

/** Bytes of its tensors at once (tensor/footprint.ts). `rows`: of the catalog, where it is cut to those of a step. */
export function lossBytes(loss: Chosen<Loss>, at: LossSizes, rows = at.items): number {
  const { size, length, width, items, known } = at
  const shapes = { states: [size, length, width], catalog: [rows, width] }
  const value: LossOf = (init, { history, target, ...fed }, noise) => {
    const output = {
      states: init.weight('states', shapes.states),
      catalog: init.weight('catalog', shapes.catalog),
    }
    return (loss.entry as Loss<Recommenders>).value(
      output,
      { input: { history: history! }, target: target!, items, ...(fed.known && { known: fed.known }) },
      loss.params,
      noise,
    )
  }
  const ids: Declared = { shape: [size, length], dtype: 'int32' }
  const weights = new Map(Object.entries(shapes).map(([name, shape]) => [name, unfilled(shape)]))
  const isVectors = (shape: readonly number[]) => {
    const sides = shape.filter((side) => side !== 1)
    return (sides.length === 2 && sides[1] === width) || String(shape) === String(shapes.states)
  }
  const places = known === undefined ? {} : { known: { shape: [known], dtype: 'int32' as const } }
  return footprint(gradientProgram(weights, { history: ids, target: ids, ...places }, value), isVectors)
}

/** A declaration: a trace reads no number. */
function unfilled(shape: readonly number[]): HostTensor {
  return { shape, dtype: 'float32', data: new Float32Array(0) }
}
