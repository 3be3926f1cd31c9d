/** Cases for the ops that are our own, tensor/ops/. */
import {
  argsort,
  conjugate,
  groupNormalize,
  matMulComplex,
  multiplyComplex,
  normalize,
  sort,
  sortBy,
  squaredAbs,
  tf,
} from '../../../tensor/index.ts'
import type { Tensor } from '../../../tensor/types.ts'
import { type Case, on, real, tied, whole } from './harness.ts'

export const opsCases: Case[] = [
  sums('ij,jk->ik', [3, 4], [4, 2]),
  sums('bij,bjk->bik', [2, 3, 4], [2, 4, 2]),
  sums('ij,jk->ki', [3, 4], [4, 1]),
  sums('ij,ij->', [3, 4], [3, 4]),
  sums('i,j->ij', [3], [4]),
  sums('bhqd,bhkd->bhqk', [2, 1, 3, 2], [2, 1, 4, 2]),
  sums('bxyi,xyio->bxyo', [2, 2, 3, 2], [2, 3, 2, 3]),
  sums('ij->ji', [3, 4]),
  sums('ijk->j', [2, 3, 2]),
  sums('ij,k->i', [3, 2], [4]),
  sums('ij,jk,kl->il', [2, 3], [3, 4], [4, 2]),
  sums('ij,j,i->', [2, 3], [3], [2]),
  sums('i,i,i->i', [3], [3], [3]),
  ...on('sort', [[3, 5], [1], [2, 1, 4]], (x) => sort(x)),
  ...on('sort downwards', [[3, 5], [6]], (x) => sort(x, 'descending')),
  { name: 'sort of ties', inputs: [tied([3, 7])], f: (x) => [sort(x), argsort(x)], kinked: true },
  {
    name: 'argsort downwards of ties',
    inputs: [tied([3, 7])],
    f: (x) => argsort(x, 'descending'),
    gradient: false,
  },
  { name: 'argsort of int32', inputs: [whole([9], -4, 4)], f: (x) => argsort(x), gradient: false },
  { name: 'sortBy', inputs: [whole([2, 5], 0, 99), real([2, 5, 3])], f: (keys, x) => sortBy(keys, x) },
  { name: 'sortBy of a row', inputs: [real([5]), real([5])], f: (keys, x) => sortBy(keys, x, 'descending') },
  { name: 'sortBy of equals', inputs: [whole([6], 0, 2), real([6, 1])], f: (keys, x) => sortBy(keys, x) },
  ...on('normalize', [[3, 4], [2, 1, 3], [4]], (x) => normalize(x)),
  ...on(
    'normalize over sides',
    [
      [2, 3, 2, 2],
      [1, 2, 2, 1],
    ],
    (x) => normalize(x, [1, 2]),
  ),
  { name: 'normalize of equals', inputs: [constant([2, 3])], f: (x) => normalize(x, -1, 1e-2) },
  ...on(
    'groupNormalize',
    [
      [2, 2, 2, 4],
      [1, 3, 4],
      [2, 1, 1, 2],
    ],
    (x) => groupNormalize(x, 2),
  ),
  {
    name: 'complex product',
    inputs: [real([2, 3]), real([2, 3]), real([3]), real([3])],
    f: (a, b, c, d) => parts(multiplyComplex({ re: a, im: b }, conjugate({ re: c, im: d }))),
  },
  {
    name: 'complex matMul',
    inputs: [real([2, 2, 3]), real([2, 2, 3]), real([3, 2]), real([3, 2])],
    f: (a, b, c, d) => parts(matMulComplex({ re: a, im: b }, { re: c, im: d })),
  },
  { name: 'complex |z|²', inputs: [tied([5]), tied([5])], f: (a, b) => squaredAbs({ re: a, im: b }) },
]

function sums(equation: string, ...shapes: number[][]): Case {
  const f = (...tensors: Tensor[]) => tf.einsum(equation, ...tensors)
  return { name: `einsum ${equation}`, inputs: shapes.map((shape) => real(shape)), f }
}

function parts({ re, im }: { re: Tensor; im: Tensor }): Tensor[] {
  return [re, im]
}

function constant(shape: readonly number[]): Case['inputs'][0] {
  const size = shape.reduce((product, side) => product * side, 1)
  return { shape, dtype: 'float32', data: new Float32Array(size).fill(0.5) }
}
