/**
 * Gradients of products and look-ups.
 *
 * BatchMatMul: upstream forgets to sum over stretched batch axes, and throws. Its JavaScript kernel takes the wrong
 *   matrices when both operands are stretched, in silence.
 * GatherV2 with batchDims: upstream unrolls the batch, one look-up a row.
 * TopK, GatherNd, ScatterNd: upstream has none.
 */
import * as tf from '@tensorflow/tfjs'
import { sizeOf } from '../graph.ts'
import { addRows } from '../ops/segments.ts'
import { broadcast } from '../shapes/call.ts'
import type { Tensor } from '../types.ts'
import { noGradient, setGradient, setKernel, sumTo } from './register.ts'

const multiply = tf.getKernel('BatchMatMul', 'cpu').kernelFunc

setKernel('BatchMatMul', ({ inputs, attrs, backend }) => {
  const { a, b } = inputs as { a: tf.TensorInfo; b: tf.TensorInfo }
  const [left, right] = [a.shape.slice(0, -2), b.shape.slice(0, -2)]
  const plain = left.join() === right.join() || sizeOf(left) === 1 || sizeOf(right) === 1
  if (plain) return multiply({ inputs: { a, b }, attrs: attrs!, backend })
  const batch = broadcast(left, right)
  return multiply({
    inputs: { a: stretch(a, batch, backend), b: stretch(b, batch, backend) },
    attrs: attrs!,
    backend,
  })
})

/** Y = A B, each transposed or not: dA = dY Bᵀ and dB = Aᵀ dY, transposed the same way. */
setGradient('BatchMatMul', ['a', 'b'], (dy, [a, b], attrs) => {
  const [ta, tb] = [attrs.transposeA === true, attrs.transposeB === true]
  const byA = () => (ta ? tf.matMul(b!, dy, tb, true) : tf.matMul(dy, b!, false, !tb))
  const byB = () => (tb ? tf.matMul(dy, a!, true, ta) : tf.matMul(a!, dy, !ta, false))
  const shared = !ta && a!.rank > 2 && sizeOf(b!.shape.slice(0, -2)) === 1
  return {
    a: () => sumTo(byA(), a!.shape),
    b: () => (shared ? bySharedMatrix(a!, b!, dy, tb) : sumTo(byB(), b!.shape)),
  }
})

setGradient('GatherV2', ['x', 'indices'], (dy, [x, indices], attrs) => ({
  x: () => scatterBack(dy, x!, indices!, attrs as unknown as { axis: number; batchDims?: number }),
  indices: () => noGradient(indices!),
}))

/** To the places that the values came from. Indices have no gradient, but upstream stops at them. */
setGradient('TopK', ['x'], (dy, [x], attrs) => ({
  x: () => {
    const { indices } = tf.topk(x!, attrs.k as number)
    const [rows, n] = [x!.size / x!.shape.at(-1)!, x!.shape.at(-1)!]
    const places = indices.reshape([rows, -1]).add(tf.range(0, rows * n, n, 'int32').expandDims(1)) // [R, K]
    const [values] = dy as unknown as [Tensor, Tensor]
    return addRows(values.flatten(), places.flatten().toInt(), rows * n).reshape(x!.shape)
  },
}))

/** Each look-up adds to the place that it read; upstream's op for it drops nothing, so indices must be in range. */
setGradient('GatherNd', ['params', 'indices'], (dy, [params, indices]) => ({
  params: () => tf.scatterND(indices!, dy, params!.shape),
  indices: () => noGradient(indices!),
}))

setGradient('ScatterNd', ['indices'], (dy, [indices]) => ({
  updates: () => tf.gatherND(dy, indices!),
  indices: () => noGradient(indices!),
}))

/** One matrix for the whole batch: its gradient is one product of all rows, not a sum of one product each. */
function bySharedMatrix(a: Tensor, b: Tensor, dy: Tensor, tb: boolean): Tensor {
  const rows = a.reshape([-1, a.shape.at(-1)!]) // [R, K]
  const errors = dy.reshape([-1, dy.shape.at(-1)!]) // [R, N]
  const product = tb ? tf.matMul(errors, rows, true, false) : tf.matMul(rows, errors, true, false)
  return product.reshape(b.shape)
}

/** Letters: O places before the axis, n along it, I after it, K indices for each of them. */
function scatterBack(
  dy: Tensor,
  x: Tensor,
  indices: Tensor,
  attrs: { axis: number; batchDims?: number },
): Tensor {
  const axis = attrs.axis < 0 ? attrs.axis + x.rank : attrs.axis
  const [outer, n, inner] = [sizeOf(x.shape.slice(0, axis)), x.shape[axis]!, sizeOf(x.shape.slice(axis + 1))]
  if ((attrs.batchDims ?? 0) > 0) {
    const own = indices.reshape([outer, -1]) // [O, K]
    const places = own.add(tf.range(0, outer, 1, 'int32').mul(tf.scalar(n, 'int32')).expandDims(1)) // [O, K]
    const rows = dy.reshape([own.size, inner]) // [O K, I]
    return addRows(rows, places.flatten().toInt(), outer * n).reshape(x.shape)
  }
  const rows = dy.reshape([outer, indices.size, inner]).transpose([1, 0, 2]) // [K, O, I]
  const sums = addRows(rows, indices.flatten(), n) // [n, O, I]
  return sums.transpose([1, 0, 2]).reshape(x.shape)
}

/** Repeats matrices along the batch axes of side one. */
function stretch(x: tf.TensorInfo, batch: readonly number[], backend: object): tf.TensorInfo {
  const lead = batch.length - (x.shape.length - 2)
  const shape = [...Array(lead).fill(1), ...x.shape]
  const reps = [...batch.map((side, i) => side / shape[i]!), 1, 1]
  const { kernelFunc } = tf.getKernel('Tile', 'cpu')
  return kernelFunc({ inputs: { x: { ...x, shape } }, attrs: { reps }, backend }) as tf.TensorInfo
}
