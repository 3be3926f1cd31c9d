/** What the compiled kernels are tried on: sides of one, ties, zeros, stretched operands, negative axes, mixed types. */
import { gelu, logSumExp, silu, tf } from '../../../tensor/index.ts'
import type { Tensor } from '../../../tensor/types.ts'
import { type Case, extremes, real, tied, whole } from './harness.ts'

const SHAPES = [[3, 4], [1], [2, 1, 3], []]
const STRETCHED = [
  [[3, 4], [4]],
  [
    [2, 1, 3],
    [5, 1],
  ],
  [[], [2, 3]],
  [[1], [1, 1]],
] as const

type Unary = (x: Tensor) => Tensor
type Binary = (a: Tensor, b: Tensor) => Tensor

const smooth: Record<string, Unary> = {
  neg: tf.neg,
  exp: tf.exp,
  expm1: tf.expm1,
  square: tf.square,
  tanh: tf.tanh,
  sigmoid: tf.sigmoid,
  softplus: tf.softplus,
  erf: tf.erf,
  sin: tf.sin,
  cos: tf.cos,
  'tan of half': (x) => tf.tan(x.mul(0.5)),
  'asin of a third': (x) => tf.asin(x.mul(0.3)),
  'acos of a third': (x) => tf.acos(x.mul(0.3)),
  atan: tf.atan,
  'sinh of a third': (x) => tf.sinh(x.mul(0.3)),
  'cosh of a third': (x) => tf.cosh(x.mul(0.3)),
  asinh: tf.asinh,
  'acosh of more than 1': (x) => tf.acosh(x.square().add(1.2)),
  'atanh of a third': (x) => tf.atanh(x.mul(0.3)),
  gelu,
  silu,
  softmax: (x) => tf.softmax(x.reshape([1, -1])),
  logSoftmax: (x) => tf.logSoftmax(x.reshape([1, -1])),
}
const onPositives: Record<string, Unary> = {
  log: tf.log,
  log1p: tf.log1p,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  reciprocal: tf.reciprocal,
  'pow(1.5)': (x) => x.pow(1.5),
}
const kinked: Record<string, Unary> = {
  abs: tf.abs,
  sign: (x) => tf.sign(x).mul(x),
  relu: tf.relu,
  relu6: (x) => tf.relu6(x.mul(4)),
  elu: tf.elu,
  selu: tf.selu,
  leakyRelu: (x) => tf.leakyRelu(x, 0.1),
  step: (x) => tf.step(x).mul(x),
  'step(alpha)': (x) => tf.step(x, -0.5).mul(x),
  floor: (x) => tf.floor(x.mul(3)).mul(x),
  ceil: (x) => tf.ceil(x.mul(3)).mul(x),
  round: (x) => tf.round(x.mul(2.5)).mul(x),
  clip: (x) => tf.clipByValue(x, -0.5, 0.5),
  'onesLike, zerosLike': (x) => tf.onesLike(x).add(tf.zerosLike(x)).mul(x),
}
const binary: Record<string, Binary> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
  where: (a, b) => tf.where(a.greater(b), a, b.mul(2)),
}
const jumps = new Set(['maximum', 'minimum', 'where'])
const comparisons: Record<string, Binary> = {
  equal: tf.equal,
  notEqual: tf.notEqual,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
  and: (a, b) => tf.logicalAnd(a.greater(0), b.greater(0)),
  or: (a, b) => tf.logicalOr(a.greater(0), b.less(0)),
  not: (a, b) => tf.logicalNot(a.greater(b)),
  'where of bool': (a, b) => tf.where(a.greater(b), a.greater(0), b.greater(0)),
  isNaN: (a, b) => tf.isNaN(a.sub(b).cast('float32').sqrt()),
  isInf: (a, b) => tf.isInf(a.sub(b).cast('float32').reciprocal()),
  isFinite: (a, b) => tf.isFinite(a.sub(b).cast('float32').log()),
}

export const elementwiseCases: Case[] = [
  ...table(smooth, (f, name) => [
    ...SHAPES.map((shape) => unary(name, real(shape, -2, 2), f)),
    { ...unary(`${name} of extremes`, extremes(), f), kinked: true },
  ]),
  ...table(onPositives, (f, name) => [
    ...SHAPES.map((shape) => unary(name, real(shape, 0.3, 2), f)),
    { ...unary(`${name} of extremes`, extremes(), f), kinked: true },
  ]),
  ...table(kinked, (f, name) => [
    ...SHAPES.map((shape) => ({ ...unary(name, real(shape, -2, 2), f), kinked: true })),
    { ...unary(`${name} at its kinks`, tied([3, 5]), f), kinked: true },
  ]),
  ...table(binary, (f, name) => [
    ...STRETCHED.map(([a, b]) => ({ name, inputs: [real(a), real(b)], f, kinked: jumps.has(name) })),
    { name: `${name} of equals`, inputs: [tied([4, 3]), tied([4, 3])], f, kinked: jumps.has(name) },
  ]),
  ...STRETCHED.map(([a, b]) => ({ name: 'div', inputs: [real(a), real(b, 0.5, 2)], f: tf.div as Binary })),
  ...STRETCHED.map(([a, b]) => ({ name: 'pow', inputs: [real(a, 0.3, 2), real(b)], f: tf.pow as Binary })),
  ...STRETCHED.map(([a, b]) => ({
    name: 'mod',
    inputs: [real(a, -3, 3), real(b, 0.5, 2)],
    f: tf.mod as Binary,
    kinked: true,
  })),
  ...STRETCHED.map(([a, b]) => ({ name: 'atan2', inputs: [real(a), real(b)], f: tf.atan2 as Binary })),
  {
    name: 'mod below zero',
    inputs: [real([7], -3, 3), real([7], -2, -0.5)],
    f: tf.mod as Binary,
    kinked: true,
  },
  ...[[3, 4], [1], [2, 1, 4]].map((shape) => ({
    name: `prelu [${shape}]`,
    inputs: [real(shape), real(shape.slice(-1))],
    f: tf.prelu as Binary,
    kinked: true,
  })),
  { name: 'prelu at its kink', inputs: [tied([3, 4]), real([4])], f: tf.prelu as Binary, kinked: true },
  ...STRETCHED.map(([a, b]) => ({
    name: 'floorDiv of float32, scaled',
    inputs: [real(a, -7, 7), real(b, 0.5, 2)],
    f: (x: Tensor, y: Tensor) => tf.floorDiv(x, y).cast('float32').mul(y.square()),
    kinked: true,
  })),
  { name: 'addN', inputs: [real([2, 3]), real([2, 3]), real([2, 3])], f: (...xs) => tf.addN(xs) },
  { name: 'add, transposed', inputs: [real([2, 3])], f: (x) => x.transpose().add(1) },
  ...table(comparisons, (f, name) => [
    ...STRETCHED.map(([a, b]) => ({ name, inputs: [real(a), real(b)], f, gradient: false })),
    { name: `${name} of equals`, inputs: [tied([4, 3]), tied([4, 3])], f, gradient: false },
    { name: `${name} of int32`, inputs: [whole([4], -2, 2), whole([3, 4], -2, 2)], f, gradient: false },
  ]),
  ...wholeNumbers(),
]

export const reductionCases: Case[] = [
  ...reductions('sum', (x, axis, keep) => x.sum(axis, keep)),
  ...reductions('mean', (x, axis, keep) => x.mean(axis, keep)),
  ...reductions('max', (x, axis, keep) => x.max(axis, keep)),
  ...reductions('min', (x, axis, keep) => x.min(axis, keep)),
  ...reductions('prod', (x, axis, keep) => x.prod(axis, keep)),
  ...reductions('all', (x, axis, keep) => x.greater(-0.5).all(axis, keep), false),
  ...reductions('any', (x, axis, keep) => x.greater(0.5).any(axis, keep), false),
  ...reductions('argMax', (x, axis) => x.argMax([axis].flat()[0] ?? 0), false),
  ...reductions('argMin', (x, axis) => x.argMin([axis].flat()[0] ?? 0), false),
  ...reductions('logSumExp', (x, axis) => logSumExp(x, [axis].flat()[0] ?? -1)),
  { name: 'logSumExp of large', inputs: [real([3, 5], 900, 1000)], f: (x) => logSumExp(x) },
  { name: 'tf.logSumExp', inputs: [real([3, 5])], f: (x) => tf.logSumExp(x, 1) },
  { name: 'softmax of 3 axes', inputs: [real([2, 3, 4], -9, 9)], f: (x) => tf.softmax(x) },
  { name: 'prod with zeros', inputs: [tied([3, 4])], f: (x) => x.prod(1) },
  { name: 'sum of bool', inputs: [real([3, 4])], f: (x) => x.greater(0).sum(1), gradient: false },
  { name: 'norm', inputs: [real([3, 4])], f: (x) => tf.norm(x, 2, 1) },
  { name: 'moments', inputs: [real([3, 4])], f: (x) => tf.moments(x, 1).variance },
  ...[0, 1, -1].flatMap((axis) => [
    { name: `cumsum ${axis}`, inputs: [real([3, 3])], f: (x: Tensor) => x.cumsum(axis) },
    { name: `cumsum ${axis} back`, inputs: [real([3, 4])], f: (x: Tensor) => x.cumsum(axis, true, true) },
    {
      name: `cumprod ${axis}`,
      inputs: [real([3, 5])],
      f: (x: Tensor) => tf.cumprod(x, axis),
    },
    {
      name: `cumprod ${axis} back`,
      inputs: [tied([6, 1])],
      f: (x: Tensor) => tf.cumprod(x, axis, true, true),
    },
  ]),
]

function table<F>(ops: Record<string, F>, cases: (f: F, name: string) => Case[]): Case[] {
  return Object.entries(ops).flatMap(([name, f]) => cases(f, name))
}

function unary(name: string, input: Case['inputs'][0], f: Unary): Case {
  return { name: `${name} [${input.shape}]`, inputs: [input], f }
}

function reductions(
  name: string,
  f: (x: Tensor, axis: number | number[] | undefined, keep: boolean) => Tensor,
  gradient = true,
): Case[] {
  const of = (
    label: string,
    input: Case['inputs'][0],
    axis: number | number[] | undefined,
    keep: boolean,
  ): Case => ({
    name: `${name} ${label}`,
    inputs: [input],
    f: (x) => f(x, axis, keep),
    gradient,
  })
  return [
    of('of the last axis', real([3, 4]), -1, false),
    of('of the first axis, kept', real([3, 4]), 0, true),
    of('of a side of one', real([3, 1, 2]), 1, false),
    of('of two axes', real([2, 3, 4]), [0, 2], true),
    of('of all', real([2, 3]), undefined, false),
    { ...of('with ties', tied([4, 5]), 1, false), kinked: true },
  ]
}

function wholeNumbers(): Case[] {
  const [a, b] = [whole([9], -7, 7), whole([9], 1, 4)]
  const minus = { ...b, data: (b.data as Int32Array).map((x) => -x) }
  const on = (name: string, f: Binary, inputs = [a, b]): Case => ({
    name: `${name} of int32`,
    inputs,
    f,
    gradient: false,
  })
  const one = (name: string, f: Unary): Case => ({
    name: `${name} of int32`,
    inputs: [a],
    f,
    gradient: false,
  })
  return [
    on('add', tf.add),
    on('sub', tf.sub),
    on('mul', tf.mul),
    on('maximum', tf.maximum),
    on('minimum', tf.minimum),
    on('floorDiv', tf.floorDiv),
    on('floorDiv below zero', tf.floorDiv, [a, minus]),
    on('mod', tf.mod),
    on('mod below zero', tf.mod, [a, minus]),
    on('where', (x, y) => tf.where(x.greater(0), x, y)),
    on('mixed add', (x, y) => x.add(y.cast('float32').mul(0.5))),
    {
      name: 'floorDiv of float32',
      inputs: [real([9], -7, 7), real([9], 0.5, 2)],
      f: tf.floorDiv,
      gradient: false,
    },
    one('abs', tf.abs),
    one('neg', tf.neg),
    one('sign', tf.sign),
    one('square', tf.square),
    one('sum', (x) => x.sum()),
    one('max', (x) => x.max()),
    one('cumsum', (x) => x.cumsum()),
    one('cast to bool', (x) => x.cast('bool')),
    one('cast to float32', (x) => x.cast('float32').mul(0.5)),
    { name: 'cast float32 to int32', inputs: [real([9], -4, 4)], f: (x) => x.cast('int32'), gradient: false },
    { name: 'cast float32 to bool', inputs: [tied([9])], f: (x) => x.cast('bool'), gradient: false },
  ]
}
