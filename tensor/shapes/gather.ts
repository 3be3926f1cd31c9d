/** Shapes of matrix products and of kernels that look up by index. */
import type { Kind, Shape } from '../graph.ts'
import { axisOf, broadcast, input, one, type ShapeRule } from './call.ts'

export const gatherShapes: Record<string, ShapeRule> = {
  BatchMatMul: product,
  _FusedMatMul: product,
  GatherV2(call) {
    const [x, indices] = [input(call, 'x'), input(call, 'indices')]
    const axis = axisOf((call.attrs.axis as number) ?? 0, x.shape.length)
    const batchDims = (call.attrs.batchDims as number) ?? 0
    const looked = indices.shape.slice(batchDims)
    return one([...x.shape.slice(0, axis), ...looked, ...x.shape.slice(axis + 1)], x.dtype)
  },
  GatherNd(call) {
    const [params, indices] = [input(call, 'params'), input(call, 'indices')]
    return one([...indices.shape.slice(0, -1), ...params.shape.slice(indices.shape.at(-1)!)], params.dtype)
  },
  ScatterNd: (call) => one(call.attrs.shape as Shape, input(call, 'updates').dtype),
  UnsortedSegmentSum(call) {
    const [x, ids] = [input(call, 'x'), input(call, 'segmentIds')]
    return one([call.attrs.numSegments as number, ...x.shape.slice(ids.shape.length)], x.dtype)
  },
  SegmentMax(call) {
    const values = input(call, 'values')
    return one([call.attrs.segments as number, ...values.shape.slice(1)], 'float32')
  },
  OneHot: ({ inputs: [indices], attrs }) =>
    one([...indices!.shape, attrs.depth as number], (attrs.dtype as Kind) ?? 'int32'),
  TopK({ inputs: [x], attrs }) {
    const shape = x!.shape.with(-1, attrs.k as number)
    return [
      { shape, dtype: x!.dtype },
      { shape, dtype: 'int32' },
    ]
  },
}

function product({ inputs: [a, b], attrs }: Parameters<ShapeRule>[0]) {
  const batch = broadcast(a!.shape.slice(0, -2), b!.shape.slice(0, -2))
  const rows = a!.shape.at(attrs.transposeA ? -1 : -2)!
  const columns = b!.shape.at(attrs.transposeB ? -2 : -1)!
  return one([...batch, rows, columns], 'float32')
}
