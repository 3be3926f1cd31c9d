/** Shapes of kernels that move values without computing any. */
import { backend_util, slice_util, util } from '@tensorflow/tfjs'
import { type Attrs, type Shape, sizeOf, type Typed } from '../graph.ts'
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
  StridedSlice({ inputs: [x], attrs }) {
    return one(strided(x!.shape, attrs).shape, x!.dtype)
  },
  MirrorPad({ inputs: [x], attrs }) {
    const paddings = attrs.paddings as readonly (readonly [number, number])[]
    return one(
      x!.shape.map((side, i) => side + paddings[i]![0] + paddings[i]![1]),
      x!.dtype,
    )
  },
  DepthToSpace({ inputs: [x], attrs }) {
    if (attrs.dataFormat !== 'NHWC')
      throw new Error(`depthToSpace: channels must be the last axis (got ${attrs.dataFormat})`)
    const by = attrs.blockSize as number
    const [batch, height, width, channels] = x!.shape as [number, number, number, number]
    return one([batch, height * by, width * by, channels / by ** 2], x!.dtype)
  },
}

/** One number an axis of x: where a slice with steps begins, its step and how many it takes. `shape` drops and adds axes. */
export interface Strided {
  begin: number[]
  step: number[]
  count: number[]
  shape: number[]
}

export function strided(x: Shape, attrs: Attrs): Strided {
  const { begin, end, strides } = attrs as Record<string, number[]>
  const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = attrs as Record<string, number>
  const info = slice_util.sliceInfo(
    [...x],
    begin!,
    end!,
    strides!,
    beginMask!,
    endMask!,
    ellipsisMask!,
    newAxisMask!,
    shrinkAxisMask!,
  )
  const count = info.begin.map((from, i) => Math.max(0, Math.ceil((info.end[i]! - from) / info.strides[i]!)))
  return { begin: info.begin, step: info.strides, count, shape: info.finalShape }
}
