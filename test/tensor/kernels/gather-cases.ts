/** Cases for matrix products and for kernels that look up by index. */
import { addRows, segmentMax, tf } from '../../../tensor/index.ts'
import type { Tensor } from '../../../tensor/types.ts'
import { type Case, on, real, tied, whole } from './harness.ts'

export const gatherCases: Case[] = [
  ...products(
    'matMul',
    [
      [
        [5, 3],
        [3, 4],
      ],
      [
        [1, 3],
        [3, 1],
      ],
      [
        [2, 5, 3],
        [2, 3, 4],
      ],
    ],
    false,
    false,
  ),
  ...products(
    'matMul tn',
    [
      [
        [3, 5],
        [3, 4],
      ],
      [
        [2, 3, 5],
        [2, 3, 4],
      ],
      [
        [1, 3, 5],
        [2, 3, 4],
      ],
    ],
    true,
    false,
  ),
  ...products(
    'matMul nt',
    [
      [
        [5, 3],
        [4, 3],
      ],
      [
        [2, 5, 3],
        [2, 4, 3],
      ],
      [
        [2, 5, 3],
        [1, 4, 3],
      ],
    ],
    false,
    true,
  ),
  ...products(
    'matMul tt',
    [
      [
        [3, 5],
        [4, 3],
      ],
      [
        [2, 3, 5],
        [2, 4, 3],
      ],
      [
        [2, 3, 5],
        [1, 4, 3],
      ],
    ],
    true,
    true,
  ),
  ...products(
    'matMul, stretched',
    [
      [
        [2, 3, 4, 5],
        [1, 1, 5, 2],
      ],
      [
        [2, 4, 5],
        [1, 5, 2],
      ],
      [
        [1, 4, 5],
        [3, 5, 2],
      ],
      [
        [2, 1, 4, 5],
        [1, 3, 5, 2],
      ],
    ],
    false,
    false,
  ),
  { name: 'dot of vectors', inputs: [real([4]), real([4])], f: (a, b) => tf.dot(a, b) },
  gather('gather', [6, 4], whole([5], 0, 6), 0),
  gather('gather by a matrix', [6, 4], whole([2, 3], 0, 6), 0),
  gather('gather of the last axis', [3, 6], whole([4], 0, 6), -1),
  gather('gather of the middle', [2, 5, 3], whole([2, 2], 0, 5), 1),
  gather('gather from one row', [1, 3], whole([4], 0, 1), 0),
  gather('gather within a batch', [2, 6, 3], whole([2, 4], 0, 6), 1, 1),
  gather('gather within a batch, by matrices', [2, 6], whole([2, 4, 2], 0, 6), 1, 1),
  gather('gather within a batch of two axes', [2, 3, 4, 2], whole([2, 3, 5], 0, 4), 2, 2),
  {
    name: 'gatherND',
    inputs: [real([5, 4]), whole([3, 2], 0, 4)],
    f: (x, at) => tf.gatherND(x, at),
  },
  {
    name: 'gatherND of rows',
    inputs: [real([5, 4]), whole([3, 1], 0, 5)],
    f: (x, at) => tf.gatherND(x, at),
  },
  {
    name: 'scatterND',
    inputs: [whole([4, 1], 0, 3), real([4, 2])],
    f: (at, x) => tf.scatterND(at, x, [3, 2]),
  },
  {
    name: 'scatterND to places',
    inputs: [whole([6, 2], 0, 3), real([6])],
    f: (at, x) => tf.scatterND(at, x, [3, 3]),
  },
  ...segments('segment sum', (x, ids) => tf.unsortedSegmentSum(x, ids as tf.Tensor1D, 4)),
  ...segments('segment max', (x, ids) => segmentMax(x, ids, 4)),
  ...segments('segment max, empty', (x, ids) => segmentMax(x, ids.mul(tf.scalar(2, 'int32')), 4, -7)),
  {
    name: 'segment sum, all in range',
    inputs: [real([5, 2]), whole([5], 0, 3)],
    f: (x, ids) => addRows(x, ids, 4),
  },
  {
    name: 'segment sum, ids of two axes',
    inputs: [real([2, 3, 2]), whole([2, 3], 0, 3)],
    f: (x, ids) => addRows(x, ids, 4),
  },
  {
    name: 'segment sum of int32',
    inputs: [whole([5], 0, 9), whole([5], 0, 3)],
    f: (x, ids) => tf.unsortedSegmentSum(x, ids as tf.Tensor1D, 3),
    gradient: false,
  },
  { name: 'oneHot', inputs: [whole([5], -1, 4)], f: (x) => tf.oneHot(x, 4), gradient: false },
  {
    name: 'oneHot of a matrix',
    inputs: [whole([2, 3], 0, 6)],
    f: (x) => tf.oneHot(x, 4, 2, -1, 'float32'),
    gradient: false,
  },
  {
    name: 'oneHot of one',
    inputs: [whole([1], 0, 2)],
    f: (x) => tf.oneHot(x, 2, 1, 0, 'bool'),
    gradient: false,
  },
  ...on('topk', [[3, 6], [6], [2, 1, 6]], (x) => {
    const { values, indices } = tf.topk(x, 2)
    return [values, indices]
  }),
  { name: 'topk of ties', inputs: [tied([3, 9])], f: topFour, kinked: true },
  ...on('topk of all', [[2, 4]], (x) => tf.topk(x, 4).values),
  ...on('gather by topk', [[6]], (x) => x.gather(tf.topk(x, 2).indices)),
]

function products(
  name: string,
  shapes: readonly (readonly [number[], number[]])[],
  ta: boolean,
  tb: boolean,
): Case[] {
  return shapes.map(([a, b]) => ({
    name: `${name} [${a}] [${b}]`,
    inputs: [real(a), real(b)],
    f: (x, y) => tf.matMul(x, y, ta, tb),
  }))
}

function gather(
  name: string,
  shape: number[],
  indices: Case['inputs'][0],
  axis: number,
  batchDims = 0,
): Case {
  return {
    name,
    inputs: [real(shape), indices],
    f: (x, at) => tf.gather(x, at as tf.Tensor1D, axis, batchDims),
  }
}

/** Ids below zero and beyond the last belong nowhere; one segment of four stays empty. */
function segments(name: string, f: (x: Tensor, ids: Tensor) => Tensor): Case[] {
  const ids = { shape: [7], dtype: 'int32' as const, data: Int32Array.of(0, 2, -1, 0, 2, 4, 1) }
  const same = { shape: [3], dtype: 'int32' as const, data: Int32Array.of(1, 1, 1) }
  return [
    { name, inputs: [real([7]), ids], f },
    { name: `${name} of rows`, inputs: [real([7, 3]), ids], f },
    { name: `${name} of ties`, inputs: [tied([7, 2]), ids], f, kinked: true },
    { name: `${name} into one`, inputs: [real([3, 1, 2]), same], f },
  ]
}

function topFour(x: Tensor): Tensor[] {
  const { values, indices } = tf.topk(x, 4)
  return [values, indices]
}
