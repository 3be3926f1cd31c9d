/** Elementwise kernels. ONNX never converts types by itself: operands are cast to the type that TensorFlow.js would use. */
import type { KernelNode, Kind, Value } from '../graph.ts'
import { upcast } from '../shapes/call.ts'
import type { Builder, LowerRule } from './builder.ts'
import { onStretched } from './stretch.ts'

export const elementwiseRules: Record<string, LowerRule> = {
  Abs: unary('Abs'),
  Neg: unary('Neg'),
  Exp: unary('Exp'),
  Log: unary('Log'),
  Sqrt: unary('Sqrt'),
  Reciprocal: unary('Reciprocal'),
  Tanh: unary('Tanh'),
  Sigmoid: unary('Sigmoid'),
  Relu: unary('Relu'),
  Floor: rounding('Floor'),
  Ceil: rounding('Ceil'),
  Round: rounding('Round'), // half to even in both
  Sign: unary('Sign'),
  IsNan: ({ inputs: [x] }, g) => g.add('IsNaN', [g.of(x!, 'float32')]),
  IsInf: ({ inputs: [x] }, g) => g.add('IsInf', [g.of(x!, 'float32')]),
  IsFinite({ inputs: [x] }, g) {
    const value = g.of(x!, 'float32')
    return g.add('Not', [g.add('Or', [g.add('IsNaN', [value]), g.add('IsInf', [value])])])
  },
  LogicalNot: ({ inputs: [x] }, g) => g.add('Not', [g.of(x!)]),
  Square({ inputs: [x] }, g) {
    const value = g.of(x!)
    return g.add('Mul', [value, value])
  },
  Rsqrt: (node, g) => g.add('Reciprocal', [g.add('Sqrt', [operand(node, g)])]),
  Relu6: (node, g) => clip(node, g, 0, 6),
  ClipByValue: (node, g) =>
    clip(node, g, node.attrs.clipValueMin as number, node.attrs.clipValueMax as number),
  /** max(x, 0) + alpha min(x, 0): one operator in float32, which is all that ONNX Runtime has. */
  LeakyRelu(node, g) {
    const [x, alpha] = [operand(node, g), node.attrs.alpha as number]
    if (g.precision === 'float32') return g.add('LeakyRelu', [x], { alpha: { float: alpha } })
    const below = g.add('Mul', [g.add('Min', [x, g.scalar(0)]), g.scalar(alpha)])
    return g.add('Add', [g.add('Relu', [x]), below])
  },
  /** 1 where x > 0, else alpha: −1 in the gradient of Abs. */
  Step(node, g) {
    const alpha = (node.attrs.alpha as number | undefined) ?? 0
    const positive = g.add('Greater', [operand(node, g), g.scalar(0)])
    if (alpha === 0) return g.cast(positive, 'bool', 'float32')
    return g.add('Where', [positive, g.scalar(1), g.scalar(alpha)])
  },
  Cast({ inputs: [x], outputs: [y] }, g) {
    if (y!.dtype !== 'bool') return g.of(x!, y!.dtype)
    return g.add('Not', [g.add('Equal', [g.of(x!), g.scalar(0, x!.dtype)])])
  },

  Add: binary('Add'),
  Sub: binary('Sub'),
  Multiply: binary('Mul'),
  RealDiv: (node, g) => stretched('Div', node, g, 'float32'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Pow: binary('Pow'),
  Mod: (node, g) => modulo(node, g, node.outputs[0]!.dtype),
  FloorDiv: floorDiv,
  AddN: (node, g) => operands(node, g, node.outputs[0]!.dtype).reduce((sum, x) => g.add('Add', [sum, x])),
  SquaredDifference(node, g) {
    const difference = binary('Sub')(node, g) as string
    return g.add('Mul', [difference, difference])
  },
  Prelu(node, g) {
    const [x, alpha] = operands(node, g, 'float32')
    const positive = g.add('GreaterOrEqual', [x!, g.scalar(0)])
    return g.add('Where', [positive, x!, g.add('Mul', [x!, alpha!])])
  },

  Equal: comparison('Equal'),
  NotEqual: (node, g) => g.add('Not', [comparison('Equal')(node, g) as string]),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  LogicalAnd: (node, g) => g.add('And', operands(node, g, 'bool')),
  /** Not both not: the WebGPU provider has no Or. */
  LogicalOr(node, g) {
    const [a, b] = operands(node, g, 'bool').map((x) => g.add('Not', [x]))
    return g.add('Not', [g.add('And', [a!, b!])])
  },
  Select({ inputs, names, outputs: [y] }, g) {
    const [condition, t, e] = ['condition', 't', 'e'].map((name) => inputs[names.indexOf(name)]!)
    return select(g, g.of(condition!, 'bool'), [g.of(t!, y!.dtype), g.of(e!, y!.dtype)], y!.dtype)
  },
}

/** ONNX Runtime has no Where for bool: it takes the way round by int32. */
export function select(g: Builder, condition: string, [yes, no]: [string, string], dtype: Kind): string {
  if (dtype !== 'bool') return g.add('Where', [condition, yes, no])
  const ints = [yes, no].map((name) => g.cast(name, 'bool', 'int32'))
  return g.cast(g.add('Where', [condition, ...ints]), 'int32', 'bool')
}

export function unary(op: string): LowerRule {
  return (node, g) => g.add(op, [operand(node, g)])
}

/** Whole numbers are round already, and ONNX rounds floats only. */
function rounding(op: string): LowerRule {
  return (node, g) =>
    node.outputs[0]!.dtype === 'float32' ? g.add(op, [operand(node, g)]) : operand(node, g)
}

/** In the type of the result: Exp of an int32 is a float32. */
export function operand({ inputs: [x], outputs: [y] }: KernelNode, g: Builder): string {
  return g.of(x!, y!.dtype)
}

export function operands({ inputs }: KernelNode, g: Builder, dtype: Kind): string[] {
  return inputs.map((x) => g.of(x, dtype))
}

function binary(op: string): LowerRule {
  return (node, g) => stretched(op, node, g, node.outputs[0]!.dtype)
}

function stretched(op: string, node: KernelNode, g: Builder, dtype: Kind): string {
  const names = operands(node, g, dtype) as [string, string]
  if (dtype !== 'float32') return g.add(op, names)
  return onStretched(g, op, node.inputs as unknown as [Value, Value], names, node.outputs[0]!.shape)
}

function comparison(op: string): LowerRule {
  return (node, g) => {
    const dtype = node.inputs.map((x) => x.dtype).reduce(upcast)
    return g.add(op, operands(node, g, dtype === 'bool' ? 'int32' : dtype))
  }
}

function clip(node: KernelNode, g: Builder, low: number, high: number): string {
  const { dtype } = node.outputs[0]!
  return g.add('Clip', [operand(node, g), g.scalar(low, dtype), g.scalar(high, dtype)])
}

/** The sign of the divisor, as in Python: a − b ⌊a / b⌋. ONNX says so for whole numbers only. */
function modulo(node: KernelNode, g: Builder, dtype: Kind): string {
  const [a, b] = operands(node, g, dtype)
  if (dtype === 'int32') return g.add('Mod', [a!, b!], { fmod: 0 })
  const truncated = g.add('Mod', [a!, b!], { fmod: 1 })
  return g.add('Mod', [g.add('Add', [truncated, b!]), b!], { fmod: 1 })
}

/** ⌊a / b⌋ as int32. ONNX divides whole numbers towards zero, so the remainder is taken away first. */
function floorDiv(node: KernelNode, g: Builder): string {
  const dtype = node.inputs.map((x) => x.dtype).reduce(upcast)
  const [a, b] = operands(node, g, dtype === 'bool' ? 'int32' : dtype)
  if (dtype === 'float32') return g.cast(g.add('Floor', [g.add('Div', [a!, b!])]), 'float32', 'int32')
  return g.add('Div', [g.add('Sub', [a!, g.add('Mod', [a!, b!], { fmod: 0 })]), b!])
}
