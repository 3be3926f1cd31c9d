/** Shapes of reductions, scans and normalizations. */
import type { Kind } from '../graph.ts'
import { axesOf, axisOf, input, one, type ShapeRule } from './call.ts'

export const reduceShapes: Record<string, ShapeRule> = {
  Sum: reduction((dtype) => (dtype === 'bool' ? 'int32' : dtype)),
  Prod: reduction((dtype) => (dtype === 'bool' ? 'int32' : dtype)),
  Mean: reduction(() => 'float32'),
  Max: reduction((dtype) => dtype),
  Min: reduction((dtype) => dtype),
  All: reduction(() => 'bool'),
  Any: reduction(() => 'bool'),
  ArgMax: position,
  ArgMin: position,
  Cumsum: ({ inputs: [x] }) => one(x!.shape, x!.dtype === 'bool' ? 'int32' : x!.dtype),
  Cumprod: ({ inputs: [x] }) => one(x!.shape, x!.dtype === 'bool' ? 'int32' : x!.dtype),
  FusedBatchNorm: (call) => one(input(call, 'x').shape, 'float32'),
  Softmax: ({ inputs: [x] }) => one(x!.shape, 'float32'),
}

/** Max takes its axes in `reductionIndices`, every other kernel in `axis`. */
function reduction(dtypeOf: (dtype: Kind) => Kind): ShapeRule {
  return ({ inputs: [x], attrs }) => {
    const axes = axesOf(attrs.axis ?? attrs.reductionIndices, x!.shape.length)
    const shape = attrs.keepDims
      ? x!.shape.map((side, i) => (axes.includes(i) ? 1 : side))
      : x!.shape.filter((_, i) => !axes.includes(i))
    return one(shape, dtypeOf(x!.dtype))
  }
}

function position({ inputs: [x], attrs }: Parameters<ShapeRule>[0]) {
  const rank = x!.shape.length
  const axis = Array.isArray(attrs.axis) ? (attrs.axis as number[])[0]! : ((attrs.axis as number) ?? 0)
  return one(x!.shape.toSpliced(axisOf(axis, rank), 1), 'int32')
}
