/** Shapes of kernels that move values without computing any. */
import { backend_util, util } from '@tensorflow/tfjs'
import { type Shape, sizeOf, type Typed } from '../graph.ts'
import { axisOf, one, type ShapeRule } from './call.ts'

export const structureShapes: Record<string, ShapeRule> = {
  Reshape({ inputs: [x], attrs }) {
    return one(util.inferFromImplicitShape([...(attrs.shape as Shape)], sizeOf(x!.shape)), x!.dtype)
  },
  ExpandDims({ inputs: [x], attrs }) {
    const dim = axisOf(attrs.dim as number, x!.shape.length + 1)
    return one(x!.shape.toSpliced(dim, 0, 1), x!.dtype)
  },
  Transpose({ inputs: [x], attrs }) {
    const perm = attrs.perm as readonly number[]
    return one(
      perm.map((axis) => x!.shape[axis]!),
      x!.dtype,
    )
  },
  Tile({ inputs: [x], attrs }) {
    const reps = attrs.reps as readonly number[]
    return one(
      x!.shape.map((side, i) => side * reps[i]!),
      x!.dtype,
    )
  },
  /** Our own: right-aligned, a side of one stretches. */
  BroadcastTo: ({ inputs: [x], attrs }) => one(attrs.shape as Shape, x!.dtype),
  Slice({ inputs: [x], attrs }) {
    const begin = [attrs.begin as number | number[]].flat()
    const size = [attrs.size as number | number[]].flat()
    return one(
      x!.shape.map((side, i) => ((size[i] ?? -1) < 0 ? side - (begin[i] ?? 0) : size[i]!)),
      x!.dtype,
    )
  },
  Concat({ inputs, attrs }) {
    const first = inputs[0]!
    const axis = axisOf(attrs.axis as number, first.shape.length)
    const side = inputs.reduce((sum, x) => sum + x.shape[axis]!, 0)
    return one(first.shape.with(axis, side), first.dtype)
  },
  PadV2({ inputs: [x], attrs }) {
    const paddings = attrs.paddings as readonly (readonly [number, number])[]
    return one(
      x!.shape.map((side, i) => side + paddings[i]![0] + paddings[i]![1]),
      x!.dtype,
    )
  },
  Pack({ inputs, attrs }) {
    const first = inputs[0]!
    const axis = axisOf(attrs.axis as number, first.shape.length + 1)
    return one(first.shape.toSpliced(axis, 0, inputs.length), first.dtype)
  },
  Unpack({ inputs: [x], attrs }) {
    const axis = axisOf(attrs.axis as number, x!.shape.length)
    const part: Typed = { shape: x!.shape.toSpliced(axis, 1), dtype: x!.dtype }
    return Array.from({ length: x!.shape[axis]! }, () => part)
  },
  SplitV({ inputs: [x], attrs }) {
    const axis = axisOf(attrs.axis as number, x!.shape.length)
    const wanted = attrs.numOrSizeSplits as number | number[]
    const sides = backend_util.prepareSplitSize({ shape: x!.shape } as never, wanted, axis)
    return sides.map((side) => ({ shape: x!.shape.with(axis, side), dtype: x!.dtype }))
  },
  Reverse: ({ inputs: [x] }) => [x!],
}
