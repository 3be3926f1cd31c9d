/** Reductions, scans and normalizations. Axes are an input since opset 18 (13 for ReduceSum). */
import type { KernelNode, Value } from '../graph.ts'
import { axesOf, axisOf } from '../shapes/call.ts'
import type { Builder, LowerRule } from './builder.ts'
import { reversed, slice } from './structure.ts'

export const reduceRules: Record<string, LowerRule> = {
  Sum: reduction('ReduceSum'),
  Mean: reduction('ReduceMean'),
  Prod: reduction('ReduceProd'),
  Max: reduction('ReduceMax'),
  Min: reduction('ReduceMin'),
  All: logical('ReduceMin'),
  Any: logical('ReduceMax'),
  ArgMax: position('ArgMax'),
  ArgMin: position('ArgMin'),
  Softmax: ({ inputs: [x] }, g) => g.add('Softmax', [g.of(x!, 'float32')], { axis: -1 }),
  Cumsum(node, g) {
    const [x, axis] = scanned(node, g)
    const { exclusive, reverse } = node.attrs
    return g.add('CumSum', [x, g.scalar(axis, 'int64')], {
      exclusive: exclusive ? 1 : 0,
      reverse: reverse ? 1 : 0,
    })
  },
  /** ONNX has none: log₂ n products of the row with itself, shifted by 1, 2, 4, … and filled up with ones. */
  Cumprod(node, g) {
    const [x, axis] = scanned(node, g)
    const { exclusive, reverse } = node.attrs
    const value = node.outputs[0]!
    let product = reverse ? reversed(g, x, [axis]) : x
    if (exclusive) product = shifted(g, product, value, axis, 1)
    for (let by = 1; by < value.shape[axis]!; by *= 2)
      product = g.add('Mul', [product, shifted(g, product, value, axis, by)])
    return reverse ? reversed(g, product, [axis]) : product
  },
}

/** Axes are in `reductionIndices` for Max and in `axis` for the others. */
function reduce(op: string, node: KernelNode, g: Builder, operand: string): string {
  const axes = axesOf(node.attrs.axis ?? node.attrs.reductionIndices, node.inputs[0]!.shape.length)
  if (axes.length === 0) return operand // an empty list would mean all axes
  return g.add(op, [operand, g.ints(axes)], { keepdims: node.attrs.keepDims ? 1 : 0 })
}

function reduction(op: string): LowerRule {
  return (node, g) => {
    const { dtype } = node.outputs[0]!
    const wide = dtype === 'bool' ? 'int32' : dtype
    return g.cast(reduce(op, node, g, g.of(node.inputs[0]!, wide)), wide, dtype)
  }
}

function logical(op: string): LowerRule {
  return (node, g) => g.cast(reduce(op, node, g, g.of(node.inputs[0]!, 'int32')), 'int32', 'bool')
}

/** The first of equals, in both. */
function position(op: string): LowerRule {
  return ({ inputs: [x], attrs }, g) => {
    const given = Array.isArray(attrs.axis) ? (attrs.axis as number[])[0]! : ((attrs.axis as number) ?? 0)
    const operand = x!.dtype === 'bool' ? g.of(x!, 'int32') : g.of(x!)
    const found = g.add(op, [operand], { axis: axisOf(given, x!.shape.length), keepdims: 0 })
    return g.cast(found, 'int64', 'int32')
  }
}

function scanned({ inputs: [x], attrs, outputs: [y] }: KernelNode, g: Builder): [string, number] {
  return [g.of(x!, y!.dtype), axisOf(attrs.axis as number, x!.shape.length)]
}

/** Moved `by` places up one axis; ones come in from below. */
function shifted(g: Builder, x: string, { shape, dtype }: Value, axis: number, by: number): string {
  const ones = g.filled(1, shape.with(axis, by), dtype)
  const rest = slice(g, x, [0], [shape[axis]! - by], [axis])
  return g.add('Concat', [ones, rest], { axis })
}
