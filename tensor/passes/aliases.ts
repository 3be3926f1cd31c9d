/** Calls that change nothing, or that one earlier call could have done. */
import { type Shape, sameShape, type Typed, uniformOf, type Value } from '../graph.ts'
import { axesOf } from '../shapes/call.ts'
import type { Recorder } from '../trace.ts'
import type { Pass, Recorded } from './simplify.ts'

type Rule = (call: Recorded, output: Typed, recorder: Recorder) => Value | undefined

export const alias: Pass = (call, [output], recorder) => rules[call.kernel]?.(call, output!, recorder)

const rules: Readonly<Record<string, Rule>> = {
  Identity: unchanged,
  Cast: unchanged,
  Slice: unchanged,
  PadV2: unchanged,
  Concat: ({ inputs }) => (inputs.length === 1 ? inputs[0] : undefined),
  Add: (call, output) => without(0, call, output) ?? without(0, swapped(call), output),
  Sub: (call, output) => without(0, call, output),
  Multiply: (call, output) => without(1, call, output) ?? without(1, swapped(call), output),
  RealDiv: (call, output) => without(1, call, output),
  ExpandDims: (call, output, recorder) => reshape(call.inputs[0]!, output.shape, recorder),
  Sum: overOnes,
  Mean: overOnes,
  Prod: overOnes,
  Max: overOnes,
  Min: overOnes,
  Tile: asBroadcast,
  BroadcastTo: unchanged,

  Reshape(call, output, recorder) {
    const source = behind(call.inputs[0]!, 'Reshape')
    if (source !== undefined) return reshape(source, output.shape, recorder)
    return unchanged(call, output)
  },
  /** Two in a row are one; one that moves only sides of one is a reshape. */
  Transpose({ inputs: [x], attrs }, output, recorder) {
    const perm = attrs.perm as readonly number[]
    const moved = perm.filter((axis) => x!.shape[axis] !== 1)
    if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) return reshape(x!, output.shape, recorder)
    const source = behind(x!, 'Transpose')
    if (source === undefined || x!.node.kind !== 'kernel') return undefined
    const before = x!.node.attrs.perm as readonly number[]
    return recorder.call('Transpose', [source], ['x'], { perm: perm.map((axis) => before[axis]!) })[0]
  },
}

function unchanged({ inputs: [x] }: Recorded, output: Typed): Value | undefined {
  return x!.dtype === output.dtype && sameShape(x!.shape, output.shape) ? x : undefined
}

/** The first operand, where the second is the neutral element. */
function without(neutral: number, call: Recorded, output: Typed): Value | undefined {
  return uniformOf(call.inputs[1]!) === neutral ? unchanged(call, output) : undefined
}

function swapped(call: Recorded): Recorded {
  return { ...call, inputs: call.inputs.toReversed() }
}

/** A reduction over axes of length one. */
function overOnes({ inputs: [x], attrs }: Recorded, output: Typed, recorder: Recorder): Value | undefined {
  const axes = axesOf(attrs.axis ?? attrs.reductionIndices, x!.shape.length)
  if (x!.dtype !== output.dtype || axes.some((axis) => x!.shape[axis] !== 1)) return undefined
  return reshape(x!, output.shape, recorder)
}

function asBroadcast(call: Recorded, output: Typed, recorder: Recorder): Value | undefined {
  const [x] = call.inputs
  const reps = call.attrs.reps as readonly number[]
  if (reps.some((count, i) => count !== 1 && x!.shape[i] !== 1)) return undefined
  return recorder.call('BroadcastTo', [x!], ['x'], { shape: output.shape })[0]
}

function reshape(x: Value, shape: Shape, recorder: Recorder): Value {
  return recorder.call('Reshape', [x], ['x'], { shape: [...shape] })[0]!
}

function behind(value: Value, kernel: string): Value | undefined {
  return value.node.kind === 'kernel' && value.node.kernel === kernel ? value.node.inputs[0] : undefined
}
