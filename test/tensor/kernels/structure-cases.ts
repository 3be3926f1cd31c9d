/** Cases for kernels that move values without computing any. */
import { stopGradient, tf } from '../../../tensor/index.ts'
import type { Tensor } from '../../../tensor/types.ts'
import { type Case, on, real, whole } from './harness.ts'

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
  { name: 'stopGradient', inputs: [real([3, 4])], f: (x) => stopGradient(x).mul(x), truth: false },
  ...on(
    'stridedSlice',
    [
      [7, 5],
      [6, 5, 2],
      [8, 5],
    ],
    (x) => tf.stridedSlice(x, [1, 0], [7, 4], [2, 3]),
  ),
  ...on(
    'stridedSlice backwards',
    [
      [7, 5],
      [6, 4],
    ],
    (x) => tf.stridedSlice(x, [-1, 4], [0, 0], [-2, -1], 0, 2),
  ),
  ...on('stridedSlice of one row', [[7, 5]], (x) => tf.stridedSlice(x, [2], [3], [1], 0, 0, 0, 0, 1)),
  ...on('stridedSlice of all', [[2, 5]], (x) => tf.stridedSlice(x, [0], [2], [1])),
  ...on('stridedSlice, new axis', [[4, 3]], (x) => tf.stridedSlice(x, [0, 0], [0, 4], [1, 3], 0, 0, 0, 1)),
  ...mirrors('reflect'),
  ...mirrors('symmetric'),
  ...on(
    'depthToSpace',
    [
      [2, 2, 3, 8],
      [1, 1, 1, 4],
      [1, 3, 1, 4],
    ],
    (x) => tf.depthToSpace(x as tf.Tensor4D, 2),
  ),
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

function mirrors(mode: 'reflect' | 'symmetric'): Case[] {
  const pads = (before: number, after: number) =>
    on(
      `mirrorPad ${mode} ${before} ${after}`,
      [
        [3, 3],
        [4, 5],
        [3, 3, 2],
      ],
      (x) => tf.mirrorPad(x, [[before, after], [after, 0], ...(x.rank === 3 ? [[0, 1]] : [])] as Pads, mode),
    )
  return [...pads(1, 2), ...pads(2, 0), ...pads(0, 0)]
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
