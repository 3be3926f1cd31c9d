/** Matrix products, and kernels that look up by index. */
import { type KernelNode, type Shape, sizeOf, type Value } from '../graph.ts'
import { axisOf } from '../shapes/call.ts'
import type { Builder, LowerRule } from './builder.ts'

export const gatherRules: Record<string, LowerRule> = {
  BatchMatMul,
  /** Indices must be in range: JavaScript refuses others, ONNX Runtime counts negative ones from the end. */
  GatherV2(node, g) {
    const [x, indices] = [named(node, 'x'), named(node, 'indices')]
    const axis = axisOf((node.attrs.axis as number) ?? 0, x.shape.length)
    const batchDims = (node.attrs.batchDims as number) ?? 0
    if (batchDims === 0) return g.add('Gather', [g.of(x), g.of(indices, 'int32')], { axis })
    if (axis !== batchDims) throw new Error(`gather: with batchDims ${batchDims} the axis must be the same`)
    const places = g.add('Unsqueeze', [g.of(indices, 'int32'), g.ints([indices.shape.length])])
    return g.add('GatherND', [g.of(x), g.cast(places, 'int32', 'int64')], { batch_dims: batchDims })
  },
  GatherNd: (node, g) => g.add('GatherND', [g.of(named(node, 'params')), int64(g, named(node, 'indices'))]),
  ScatterNd(node, g) {
    const [indices, updates] = [named(node, 'indices'), named(node, 'updates')]
    const zeros = g.filled(0, node.outputs[0]!.shape, updates.dtype)
    return g.add('ScatterND', [zeros, int64(g, indices), g.of(updates)], { reduction: 'add' })
  },
  /** Rows with an id outside [0, n) are dropped, as in JavaScript: they add zero to segment 0. Where all are in range (addRows in ops/segments.ts) no row is copied. */
  UnsortedSegmentSum(node, g) {
    const [x, ids] = [named(node, 'x'), named(node, 'segmentIds')]
    const [y] = node.outputs
    const sum = (rows: string, named: string) => {
      const places = rowPlaces(g, named, ids.shape.length)
      return g.add('ScatterND', [g.filled(0, y!.shape, x.dtype), places, rows], { reduction: 'add' })
    }
    if (node.attrs.inRange === true) return sum(g.of(x), g.of(ids))
    const { valid, safe } = checked(g, ids, y!.shape[0]!)
    const inner = x.shape.length - ids.shape.length
    const wide = g.reshape(valid, [...ids.shape, ...Array(inner).fill(1)])
    return sum(g.add('Where', [wide, g.of(x), g.scalar(0, x.dtype)]), safe)
  },
  /** Our own, see ops/segments.ts. Rows that belong nowhere are taken to segment 0 with the lowest of all values. */
  SegmentMax(node, g) {
    const [values, ids] = [named(node, 'values'), named(node, 'ids')]
    const [y] = node.outputs
    const { valid, safe } = checked(g, ids, y!.shape[0]!)
    const lowest = g.scalar(LOWEST)
    const tall = [ids.shape[0]!, ...values.shape.slice(1).map(() => 1)]
    const rows = g.add('Where', [g.reshape(valid, tall), g.of(values), lowest])
    const places = rowPlaces(g, safe, 1)
    const found = g.add('ScatterND', [g.filled(LOWEST, y!.shape), places, rows], { reduction: 'max' })
    return g.add('Where', [g.add('Equal', [found, lowest]), g.scalar(node.attrs.empty as number), found])
  },
  OneHot({ inputs: [indices], attrs, outputs: [y] }, g) {
    const pair = [(attrs.offValue as number) ?? 0, (attrs.onValue as number) ?? 1]
    const float = g.tensor(pair, [2], 'float32')
    const index = int64(g, indices!)
    const hot = g.add('OneHot', [index, g.scalar(attrs.depth as number, 'int64'), float], { axis: -1 })
    // ONNX counts a negative index from the end, JavaScript lights nothing
    const shape = [...indices!.shape, 1]
    const valid = g.reshape(g.add('GreaterOrEqual', [index, g.scalar(0, 'int64')]), shape)
    return g.cast(g.add('Where', [valid, hot, g.scalar(pair[0]!)]), 'float32', y!.dtype)
  },
  TopK({ inputs: [x], attrs }, g) {
    const [values, places] = g.addMany(
      'TopK',
      [g.of(x!), g.ints([attrs.k as number])],
      { axis: -1, sorted: 1 },
      2,
    )
    return [values!, g.cast(places!, 'int64', 'int32')]
  },
}

/** The lowest finite float32: what a segment without values starts from. */
export const LOWEST = -3.4028234663852886e38

function named(node: KernelNode, name: string): Value {
  return node.inputs[node.names.indexOf(name)]!
}

function int64(g: Builder, value: Value): string {
  return g.cast(g.of(value), value.dtype, 'int64')
}

/** Indices as ScatterND wants them, one more axis; shaped before they are int64, which the WebGPU provider cannot reshape. */
function rowPlaces(g: Builder, safe: string, rank: number): string {
  return g.cast(g.add('Unsqueeze', [safe, g.ints([rank])]), 'int32', 'int64')
}

/** Which ids are in [0, n), and ids with 0 in place of the others. */
function checked(g: Builder, ids: Value, n: number): { valid: string; safe: string } {
  const name = g.of(ids)
  const above = g.add('GreaterOrEqual', [name, g.scalar(0, 'int32')])
  const valid = g.add('And', [above, g.add('Less', [name, g.scalar(n, 'int32')])])
  return { valid, safe: g.add('Where', [valid, name, g.scalar(0, 'int32')]) }
}

/** Gemm knows transposes but has rank 2; it serves whenever the rest of the shape is folded away. */
function BatchMatMul(node: KernelNode, g: Builder): string {
  const {
    inputs: [a, b],
    attrs,
  } = node
  const plain = biasedProduct(node, undefined, g)
  if (plain !== undefined) return plain
  const [ta, tb] = [attrs.transposeA === true, attrs.transposeB === true]
  const turned = (x: Value, turn: boolean) => (turn ? g.transpose(g.of(x), lastTwo(x.shape)) : g.of(x))
  return g.add('MatMul', [turned(a!, ta), turned(b!, tb)]) // ONNX Runtime fuses Transpose into MatMul
}

/** A product with one matrix, and one number a column added; undefined where there are several matrices. */
export function biasedProduct(node: KernelNode, bias: string | undefined, g: Builder): string | undefined {
  const {
    inputs: [a, b],
    attrs,
    outputs: [y],
  } = node
  const [ta, tb] = [attrs.transposeA === true, attrs.transposeB === true]
  const flat = (x: Value) => sizeOf(x.shape.slice(0, -2)) === 1
  if (!flat(b!) || (!flat(a!) && ta)) return undefined
  // a batch of rows against one matrix is one long matrix against it
  const rows = flat(a!) ? a!.shape.slice(-2) : [sizeOf(a!.shape.slice(0, -1)), a!.shape.at(-1)!]
  const factors = [g.reshape(g.of(a!), rows), g.reshape(g.of(b!), b!.shape.slice(-2))]
  const operands = bias === undefined ? factors : [...factors, bias]
  return g.reshape(g.add('Gemm', operands, { transA: ta ? 1 : 0, transB: tb ? 1 : 0 }), y!.shape)
}

function lastTwo({ length }: Shape): number[] {
  return [...Array(length - 2).keys(), length - 1, length - 2]
}
