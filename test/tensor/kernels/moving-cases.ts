/** Cases for kernels that move values, look them up or multiply matrices. */
import { segmentMax, stopGradient, tf } from '../../../tensor/index.ts'
import type { Tensor } from '../../../tensor/types.ts'
import { type Case, real, tied, whole } from './harness.ts'

type Pads = [number, number][]

export const structureCases: Case[] = [
  ...on(
    'reshape',
    [
      [2, 6],
      [1, 12],
      [3, 4],
    ],
    (x) => x.reshape([4, -1]),
  ),
  ...on('reshape twice', [[2, 6]], (x) => x.reshape([3, 4]).reshape([12]).square()),
  ...on('expandDims', [[3], [2, 3], []], (x) => x.expandDims(-1).expandDims(0)),
  ...on(
    'squeeze',
    [
      [1, 3, 1],
      [2, 1],
    ],
    (x) => x.squeeze(),
  ),
  ...on(
    'flatten',
    [
      [2, 3],
      [1, 1],
    ],
    (x) => x.flatten(),
  ),
  ...on(
    'transpose',
    [
      [2, 3, 4],
      [1, 3, 4],
      [2, 1, 1],
    ],
    (x) => x.transpose([2, 0, 1]),
  ),
  ...on('transpose twice', [[2, 3, 4]], (x) => x.transpose([2, 0, 1]).transpose([0, 2, 1])),
  ...on('transpose there and back', [[2, 3, 4]], (x) => x.transpose([2, 0, 1]).transpose([1, 2, 0]).square()),
  ...on(
    'tile',
    [
      [2, 3],
      [1, 3],
      [1, 1],
    ],
    (x) => x.tile([2, 3]),
  ),
  ...on('tile of rank 5', [[1, 2, 1, 2, 1]], (x) => x.tile([2, 1, 3, 2, 1])),
  ...on('tile by one', [[2, 3]], (x) => x.tile([1, 1])),
  ...on('broadcastTo', [[3], [1, 3], [4, 1, 3], []], (x) => x.broadcastTo([4, 2, 3])),
  ...on(
    'slice',
    [
      [4, 5],
      [2, 4, 3],
    ],
    (x) => x.slice([1, 2], [-1, 1]),
  ),
  ...on('slice of one axis', [[4, 5]], (x) => x.slice(1, 2)),
  ...on('slice of all', [[4, 5]], (x) => x.slice([0, 0], [4, 5])),
  ...on(
    'pad',
    [
      [2, 3],
      [1, 1],
    ],
    (x) =>
      x.pad([
        [1, 0],
        [2, 1],
      ] as Pads),
  ),
  ...on('pad with a value', [[2, 3]], (x) =>
    x.pad(
      [
        [0, 0],
        [2, 1],
      ] as Pads,
      -2,
    ),
  ),
  ...on('pad by nothing', [[2, 3]], (x) =>
    x.pad([
      [0, 0],
      [0, 0],
    ] as Pads),
  ),
  ...on(
    'unstack',
    [
      [2, 3],
      [4, 1],
    ],
    (x) => tf.unstack(x, 1),
  ),
  ...on('unstack the last', [[2, 3]], (x) => tf.unstack(x, -1).map((y, i) => y.mul(i))),
  ...on(
    'split',
    [
      [2, 6],
      [1, 6, 2],
    ],
    (x) => tf.split(x, [2, 3, 1], 1).map((y, i) => y.mul(i)),
  ),
  ...on('split evenly', [[6, 2]], (x) => tf.split(x, 3).map((y, i) => y.mul(i))),
  ...on('split into one', [[6, 2]], (x) => tf.split(x, 1)),
  ...on(
    'reverse',
    [
      [3, 4],
      [1, 4],
      [2, 3, 2],
    ],
    (x) => x.reverse(1),
  ),
  ...on('reverse all', [[3, 4]], (x) => x.reverse()),
  ...on('reverse the last', [[3, 4]], (x) => x.reverse(-1)),
  ...on('stopGradient', [[3, 4]], (x) => stopGradient(x).mul(x)),
  { name: 'concat', inputs: [real([2, 3]), real([2, 1])], f: (...xs) => tf.concat(xs, 1) },
  {
    name: 'concat of the last',
    inputs: [real([2, 3]), real([2, 3]), real([2, 2])],
    f: (...xs) => tf.concat(xs, -1),
  },
  { name: 'concat of one', inputs: [real([2, 3])], f: (...xs) => tf.concat(xs, 0) },
  { name: 'stack', inputs: [real([2, 3]), real([2, 3])], f: (...xs) => tf.stack(xs, 1) },
  { name: 'stack at the end', inputs: [real([2]), real([2])], f: (...xs) => tf.stack(xs, -1) },
  { name: 'int32', inputs: [whole([4, 3], 0, 9)], f: moveWhole, gradient: false },
  { name: 'bool', inputs: [real([4, 3])], f: moveBool, gradient: false },
  {
    name: 'constants',
    inputs: [real([4])],
    f: (x) =>
      x
        .mul(tf.range(0, 4))
        .add(tf.linspace(0, 1, 4))
        .add(tf.fill([4], 2)),
  },
  {
    name: 'eye',
    inputs: [real([3, 3])],
    f: (x) => x.mul(tf.eye(3)).add(tf.linalg.bandPart(x as tf.Tensor2D, -1, 0)),
  },
]

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
    gradient: false,
  },
  {
    name: 'gatherND of rows',
    inputs: [real([5, 4]), whole([3, 1], 0, 5)],
    f: (x, at) => tf.gatherND(x, at),
    gradient: false,
  },
  {
    name: 'scatterND',
    inputs: [whole([4, 1], 0, 3), real([4, 2])],
    f: (at, x) => tf.scatterND(at, x, [3, 2]),
    gradient: false,
  },
  {
    name: 'scatterND to places',
    inputs: [whole([6, 2], 0, 3), real([6])],
    f: (at, x) => tf.scatterND(at, x, [3, 3]),
    gradient: false,
  },
  ...segments('segment sum', (x, ids) => tf.unsortedSegmentSum(x, ids as tf.Tensor1D, 4)),
  ...segments('segment max', (x, ids) => segmentMax(x, ids, 4)),
  ...segments('segment max, empty', (x, ids) => segmentMax(x, ids.mul(tf.scalar(2, 'int32')), 4, -7)),
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
  ...on('topk of all', [[2, 4]], (x) => tf.topk(x, 4).values),
  ...on('gather by topk', [[6]], (x) => x.gather(tf.topk(x, 2).indices)),
]

function on(name: string, shapes: readonly number[][], f: (x: Tensor) => Tensor | Tensor[]): Case[] {
  return shapes.map((shape) => ({ name: `${name} [${shape}]`, inputs: [real(shape)], f }))
}

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
    { name: `${name} of ties`, inputs: [tied([7, 2]), ids], f },
    { name: `${name} into one`, inputs: [real([3, 1, 2]), same], f },
  ]
}

function moveWhole(x: Tensor): Tensor[] {
  return [
    x.reshape([3, 4]),
    x.transpose(),
    x.slice([1, 0], [2, 3]),
    x.pad(
      [
        [1, 0],
        [0, 1],
      ] as Pads,
      5,
    ),
    x.tile([1, 2]),
    tf.concat([x, x]),
    tf.stack([x, x]),
    x.reverse(0),
    x.gather([0, 2]),
  ]
}

function moveBool(x: Tensor): Tensor[] {
  const positive = x.greater(0)
  return [
    positive.reshape([3, 4]),
    positive.transpose(),
    positive.slice([1, 0], [2, 3]),
    positive.tile([1, 2]),
  ]
}
