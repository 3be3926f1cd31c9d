/** Shapes of kernels that work on each element alone. */
import type { Kind, Shape } from '../graph.ts'
import { broadcast, type Call, input, one, type ShapeRule, upcast } from './call.ts'

const keep: ShapeRule = ({ inputs: [x] }) => [x!]
const float: ShapeRule = ({ inputs: [x] }) => one(x!.shape, 'float32')
const bool: ShapeRule = ({ inputs: [x] }) => one(x!.shape, 'bool')
const compare: ShapeRule = (call) => one(broadcastAll(call), 'bool')

/** Numbers stay what they are; bool counts as int32. */
const arithmetic: ShapeRule = (call) => {
  const dtype = call.inputs.map((x) => x.dtype).reduce(upcast)
  return one(broadcastAll(call), dtype === 'bool' ? 'int32' : dtype)
}

export const elementwiseShapes: Record<string, ShapeRule> = {
  Abs: keep,
  Neg: keep,
  Square: keep,
  Sign: keep,
  Floor: keep,
  Ceil: keep,
  Round: keep,
  Relu: keep,
  Relu6: keep,
  ClipByValue: keep,
  Identity: keep,
  ZerosLike: keep,
  OnesLike: keep,
  Step: float,
  Exp: float,
  Expm1: float,
  Log: float,
  Log1p: float,
  Sqrt: float,
  Rsqrt: float,
  Reciprocal: float,
  Tanh: float,
  Sigmoid: float,
  Elu: float,
  LeakyRelu: float,
  Softplus: float,
  Erf: float,
  Sin: float,
  Cos: float,
  Tan: float,
  Asin: float,
  Acos: float,
  Atan: float,
  Sinh: float,
  Cosh: float,
  Asinh: float,
  Acosh: float,
  Atanh: float,
  Selu: float,
  LogicalNot: bool,
  IsNan: bool,
  IsInf: bool,
  IsFinite: bool,
  Cast: ({ inputs: [x], attrs }) => one(x!.shape, attrs.dtype as Kind),
  Add: arithmetic,
  AddN: arithmetic,
  Sub: arithmetic,
  Multiply: arithmetic,
  RealDiv: (call) => one(broadcastAll(call), 'float32'),
  FloorDiv: (call) => one(broadcastAll(call), 'int32'),
  Mod: arithmetic,
  Maximum: arithmetic,
  Minimum: arithmetic,
  SquaredDifference: arithmetic,
  Pow: arithmetic,
  Atan2: arithmetic,
  Prelu: arithmetic,
  Equal: compare,
  NotEqual: compare,
  Greater: compare,
  GreaterEqual: compare,
  Less: compare,
  LessEqual: compare,
  LogicalAnd: compare,
  LogicalOr: compare,
  Select: (call) => {
    const [t, e] = [input(call, 't'), input(call, 'e')]
    return one(broadcastAll(call), upcast(t.dtype, e.dtype))
  },
}

function broadcastAll({ inputs }: Call): Shape {
  return inputs.map((x) => x.shape).reduce(broadcast)
}
