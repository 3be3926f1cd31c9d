/**
 * What a loss costs in memory, value and gradient of one batch, by itself: states [s, L, D] and catalog [N, D] come from outside.
 * Matrices of vectors [*, D] are not counted: they are states, tiles of the catalog, and the gradients by both, whole or in parts,
 * which every loss has. Vectors that are looked up for each position or block are [*, *, D], and are counted; a single one for each
 * position, as that of the next item, is such a matrix too.
 *
 * A tensor [*, 64] need not be vectors of width 64: it may be 64 logits a position, or a history of twice 32 places. So the loss is
 * traced at the width c D, where c divides no side of any tensor at the width D: what c divides there follows the width, in
 * proportion as we take it, and the rest does not. Letters: s batch, L length, D width, N items.
 */
import type { Declared, Loss, LossSizes, Recommenders } from '../contracts.ts'
import { footprint } from '../tensor/footprint.ts'
import { type Graph, liveNodes, type Typed, type Value } from '../tensor/graph.ts'
import { gradientProgram, type LossOf } from '../tensor/program.ts'
import { traceProgram } from '../tensor/runtime.ts'
import type { HostTensor } from '../tensor/types.ts'
import type { Chosen } from './choice.ts'

/** Bytes of its tensors at once (tensor/footprint.ts). `rows`: of the catalog, where it is cut to those of a step. */
export function lossBytes(loss: Chosen<Loss>, at: LossSizes, rows = at.items): number {
  const times = leastNonDivisor(sidesOf(traceLoss(loss, at, rows)))
  const width = times * at.width
  const graph = traceLoss(loss, { ...at, width }, rows)
  const onStates = partsOf(graph.outputs.get('weights/states')!) // of three sides too: [s, L, D]
  const sizeAtWidth = ({ shape }: Typed) =>
    shape.reduce((size, side) => size * (side % times === 0 ? side / times : side), 1)
  return footprint(graph, (value) =>
    isVectors(value, width) || onStates.has(value) ? 0 : sizeAtWidth(value),
  )
}

function traceLoss(
  loss: Chosen<Loss>,
  { size, length, width, items, known }: LossSizes,
  rows: number,
): Graph {
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
  const places = known === undefined ? {} : { known: { shape: [known], dtype: 'int32' as const } }
  return traceProgram(gradientProgram(weights, { history: ids, target: ids, ...places }, value)).graph
}

/** A declaration: a trace reads no number. */
function unfilled(shape: readonly number[]): HostTensor {
  return { shape, dtype: 'float32', data: new Float32Array(0) }
}

function sidesOf({ outputs }: Graph): Set<number> {
  return new Set(liveNodes(outputs.values()).flatMap((node) => node.outputs.flatMap(({ shape }) => shape)))
}

/** The least c > 1 that divides none of the numbers. */
function leastNonDivisor(numbers: ReadonlySet<number>): number {
  let c = 2
  while ([...numbers].some((number) => number > 0 && number % c === 0)) c++
  return c
}

function isVectors({ shape, dtype }: Typed, width: number): boolean {
  const sides = shape.filter((side) => side !== 1)
  return dtype === 'float32' && sides.length === 2 && sides[1] === width
}

/** What is added up to `sum`, and itself. */
function partsOf(sum: Value): Set<Value> {
  const parts = new Set([sum])
  for (const { node } of parts)
    if (node.kind === 'kernel' && SUMS.has(node.kernel)) for (const part of node.inputs) parts.add(part)
  return parts
}
const SUMS = new Set(['Add', 'AddN', 'Reshape'])
