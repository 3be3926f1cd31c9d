/**
 * Segments: rows of a tensor grouped by an id of their own, in any order. Ids outside [0, n) belong nowhere.
 *
 * Adds the kernel SegmentMax, and takes over UnsortedSegmentSum of the JavaScript backend, which compares every id with
 * every segment: for the gradient of an embedding that is rows × items.
 */
import * as tf from '@tensorflow/tfjs'
import { noGradient, setGradient, setKernel } from '../gradients/register.ts'
import type { Tensor } from '../types.ts'

/**
 * out[s] = max over the rows i with ids[i] = s of values[i], elementwise; `empty` where there is none.
 * values float32 [P, …], finite; ids int32 [P]; out [n, …].
 * The gradient goes to the largest; equals share it evenly, as amax does in PyTorch.
 */
export function segmentMax(values: Tensor, ids: Tensor, n: number, empty = 0): Tensor {
  if (values.dtype !== 'float32' || ids.dtype !== 'int32' || ids.rank !== 1 || ids.size !== values.shape[0])
    throw new Error(
      `segmentMax: values must be float32 [P, …] and ids int32 [P] ` +
        `(got ${values.dtype} [${values.shape}] and ${ids.dtype} [${ids.shape}])`,
    )
  return tf.engine().runKernel('SegmentMax', { values, ids }, { segments: n, empty })
}

/**
 * out[s] = Σ of the rows i with ids[i] = s, for ids that are known to be in [0, n), as those of a look-up are: tf.unsortedSegmentSum
 * has to copy all rows to drop those that belong nowhere. rows [P…, I…], ids int32 [P…]; out [n, I…].
 */
export function addRows(rows: Tensor, ids: Tensor, n: number): Tensor {
  const attrs = { numSegments: n, inRange: true }
  return tf.engine().runKernel('UnsortedSegmentSum', { x: rows, segmentIds: ids }, attrs)
}

interface Cpu {
  readSync(dataId: object): Float32Array | Int32Array
  makeTensorInfo(shape: number[], dtype: tf.DataType, values: Float32Array | Int32Array): tf.TensorInfo
}
type Combine = (out: Float32Array | Int32Array, at: number, value: number) => void

setKernel('UnsortedSegmentSum', ({ inputs, attrs, backend }) => {
  const { x, segmentIds } = inputs as Record<string, tf.TensorInfo>
  const cpu = backend as Cpu
  const shape = [attrs!.numSegments as number, ...x!.shape.slice(segmentIds!.shape.length)]
  const size = shape.reduce((product, side) => product * side, 1)
  const out = x!.dtype === 'int32' ? new Int32Array(size) : new Float32Array(size)
  const add: Combine = (sums, at, value) => void (sums[at]! += value)
  combine(out, cpu.readSync(x!.dataId), cpu.readSync(segmentIds!.dataId), shape, add)
  return cpu.makeTensorInfo(shape, x!.dtype, out)
})

setKernel('SegmentMax', ({ inputs, attrs, backend }) => {
  const { values, ids } = inputs as Record<string, tf.TensorInfo>
  const { segments, empty } = attrs as { segments: number; empty: number }
  const cpu = backend as Cpu
  const shape = [segments, ...values!.shape.slice(1)]
  const size = shape.reduce((product, side) => product * side, 1)
  const out = new Float32Array(size).fill(Number.NEGATIVE_INFINITY)
  const larger: Combine = (largest, at, value) => void (largest[at] = Math.max(largest[at]!, value))
  combine(out, cpu.readSync(values!.dataId), cpu.readSync(ids!.dataId), shape, larger)
  const filled = out.map((value) => (value === Number.NEGATIVE_INFINITY ? empty : value))
  return cpu.makeTensorInfo(shape, 'float32', filled)
})

/** Upstream's gradient looks ids beyond the last segment up, and throws. */
setGradient('UnsortedSegmentSum', ['segmentIds'], (dy, [ids], attrs) => ({
  x: () => {
    if (attrs.inRange === true) return dy.gather(ids as tf.Tensor1D)
    const { inside, safe } = checked(ids!, attrs.numSegments as number)
    const tall = inside.reshape([...ids!.shape, ...dy.shape.slice(1).fill(1)])
    return dy.gather(safe as tf.Tensor1D).mul(tall.cast('float32'))
  },
  segmentIds: () => noGradient(ids!),
}))

setGradient('SegmentMax', ['values', 'ids'], (dy, [values, ids], attrs) => ({
  values: () => {
    const { segments, empty } = attrs as { segments: number; empty: number }
    const { inside, safe } = checked(ids!, segments) // [P]
    const largest = segmentMax(values!, ids!, segments, empty).gather(safe as tf.Tensor1D) // [P, …]
    const tall = inside.reshape([-1, ...values!.shape.slice(1).fill(1)]) // [P, 1, …]
    const won = values!.equal(largest).logicalAnd(tall).cast('float32') // [P, …]
    const winners = tf.unsortedSegmentSum(won, safe as tf.Tensor1D, segments).maximum(1) // [n, …]
    return won.mul(dy.div(winners).gather(safe as tf.Tensor1D)) // [P, …]
  },
  ids: () => noGradient(ids!),
}))

/** Which ids name a segment, and ids with 0 in place of the others. */
function checked(ids: Tensor, segments: number): { inside: Tensor; safe: Tensor } {
  const inside = ids.greaterEqual(0).logicalAnd(ids.less(segments))
  return { inside, safe: tf.where(inside, ids, tf.zerosLike(ids)) }
}

/** Each row of `rows` into the row of `out` that its id names. */
function combine(
  out: Float32Array | Int32Array,
  rows: ArrayLike<number>,
  ids: ArrayLike<number>,
  [n]: number[],
  with_: Combine,
): void {
  const width = out.length / n!
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]!
    if (id < 0 || id >= n!) continue
    for (let i = 0; i < width; i++) with_(out, id * width + i, rows[row * width + i]!)
  }
}
