/** Kernels that move values without computing any. */
import { sameShape } from '../graph.ts'
import { axesOf, axisOf } from '../shapes/call.ts'
import { strided } from '../shapes/structure.ts'
import type { Builder, LowerRule } from './builder.ts'

export const structureRules: Record<string, LowerRule> = {
  Reshape: ({ inputs: [x], outputs: [y] }, g) => g.reshape(g.of(x!), y!.shape),
  Transpose: ({ inputs: [x], attrs }, g) => g.transpose(g.of(x!), attrs.perm as number[]),
  Tile: ({ inputs: [x], attrs }, g) => g.add('Tile', [g.of(x!), g.ints(attrs.reps as number[])]),
  BroadcastTo: ({ inputs: [x], outputs: [y] }, g) =>
    sameShape(x!.shape, y!.shape) ? g.of(x!) : g.add('Expand', [g.of(x!), g.ints(y!.shape)]),
  Slice({ inputs: [x], attrs, outputs: [y] }, g) {
    const given = [attrs.begin as number | number[]].flat()
    const begin = x!.shape.map((_, i) => given[i] ?? 0)
    const axes = [...x!.shape.keys()].filter((i) => y!.shape[i] !== x!.shape[i])
    const end = axes.map((i) => begin[i]! + y!.shape[i]!)
    return slice(
      g,
      g.of(x!),
      axes.map((i) => begin[i]!),
      end,
      axes,
    )
  },
  Concat: ({ inputs, attrs }, g) =>
    g.add(
      'Concat',
      inputs.map((x) => g.of(x)),
      { axis: axisOf(attrs.axis as number, inputs[0]!.shape.length) },
    ),
  PadV2({ inputs: [x], attrs }, g) {
    const paddings = attrs.paddings as [number, number][]
    const pads = [...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]
    return g.add('Pad', [g.of(x!), g.ints(pads), g.scalar((attrs.constantValue as number) ?? 0, x!.dtype)])
  },
  Pack({ inputs, attrs }, g) {
    const axis = axisOf(attrs.axis as number, inputs[0]!.shape.length + 1)
    const parts = inputs.map((x) => g.add('Unsqueeze', [g.of(x), g.ints([axis])]))
    return g.add('Concat', parts, { axis })
  },
  Unpack({ inputs: [x], attrs, outputs }, g) {
    const axis = axisOf(attrs.axis as number, x!.shape.length)
    const parts = split(g, g.of(x!), axis, Array(outputs.length).fill(1))
    return parts.map((part) => g.add('Squeeze', [part, g.ints([axis])]))
  },
  SplitV({ inputs: [x], attrs, outputs }, g) {
    const axis = axisOf(attrs.axis as number, x!.shape.length)
    const sides = outputs.map((y) => y.shape[axis]!)
    return split(g, g.of(x!), axis, sides)
  },
  Reverse({ inputs: [x], attrs }, g) {
    const axes = axesOf(attrs.dims, x!.shape.length)
    return reversed(g, g.of(x!), axes)
  },
  StridedSlice({ inputs: [x], attrs }, g) {
    const { begin, step, count, shape } = strided(x!.shape, attrs)
    const axes = [...x!.shape.keys()].filter((i) => step[i] !== 1 || count[i] !== x!.shape[i])
    if (axes.length === 0) return g.reshape(g.of(x!), shape)
    const ends = axes.map((i) => {
      const end = begin[i]! + count[i]! * step[i]!
      return end < 0 ? BEFORE_FIRST : end
    })
    const at = (of: readonly number[]) => axes.map((i) => of[i]!)
    return g.reshape(slice(g, g.of(x!), at(begin), ends, axes, at(step)), shape)
  },
  /** A look-up along each padded axis: ONNX has no padding that repeats the border. */
  MirrorPad({ inputs: [x], attrs }, g) {
    const repeat = attrs.mode === 'symmetric' ? 1 : 0
    return (attrs.paddings as [number, number][]).reduce((padded, [before, after], axis) => {
      if (before + after === 0) return padded
      const n = x!.shape[axis]!
      const places = Array.from({ length: before + n + after }, (_, i) => {
        const place = i - before
        if (place < 0) return -place - repeat
        return place < n ? place : 2 * (n - 1) - place + repeat
      })
      return g.add('Gather', [padded, g.ints(places)], { axis })
    }, g.of(x!))
  },
  /** [B, h, w, (i, j, C)] → [B, (h, i), (w, j), C]. */
  DepthToSpace({ inputs: [x], attrs, outputs: [y] }, g) {
    const by = attrs.blockSize as number
    const [batch, height, width] = x!.shape as [number, number, number]
    const apart = g.reshape(g.of(x!), [batch, height, width, by, by, y!.shape[3]!])
    return g.reshape(g.transpose(apart, [0, 1, 3, 2, 4, 5]), y!.shape)
  },
}

const BEFORE_FIRST = -1e9 // how ONNX writes the end of a slice that goes backwards through element 0

export function slice(
  g: Builder,
  x: string,
  begin: readonly number[],
  end: readonly number[],
  axes: readonly number[],
  steps?: readonly number[],
): string {
  const bounds = [g.ints(begin), g.ints(end), g.ints(axes)]
  return g.add('Slice', steps === undefined ? [x, ...bounds] : [x, ...bounds, g.ints(steps)])
}

/** Backwards along some axes: from the last element to one before the first, which ONNX writes as a huge negative. */
export function reversed(g: Builder, x: string, axes: readonly number[]): string {
  if (axes.length === 0) return x
  const all = (value: number) => axes.map(() => value)
  return slice(g, x, all(-1), all(BEFORE_FIRST), axes, all(-1))
}

function split(g: Builder, x: string, axis: number, sides: readonly number[]): string[] {
  if (sides.length === 1) return [x]
  return g.addMany('Split', [x, g.ints(sides)], { axis }, sides.length)
}
