/**
 * Scaling rows costs least where there are fewest columns. The gradient of log Σ exp is softmax rows times a factor
 * each, as wide as the catalog, and goes into two products that are much narrower:
 *   (r ∘ X) B  = r ∘ (X B)
 *   (r ∘ X)ᵀ B = Xᵀ (r ∘ B)      with r one number a row
 */
import { sizeOf, type Value } from '../graph.ts'
import type { Pass } from './simplify.ts'

const WORTH = 4 // how many times larger X must be than what is scaled instead

export const moveScales: Pass = (call, [output], recorder) => {
  const { kernel, inputs, names, attrs } = call
  if (kernel !== 'BatchMatMul') return undefined
  const [a, b] = inputs as [Value, Value]
  const scaled = rowScaled(a)
  if (scaled === undefined) return undefined
  const { x, scale } = scaled
  const multiply = (left: Value) => recorder.call('Multiply', [left, scale], ['a', 'b'], {})[0]!
  if (!attrs.transposeA) {
    if (sizeOf(x.shape) < WORTH * sizeOf(output!.shape)) return undefined
    return multiply(recorder.call(kernel, [x, b], names, attrs)[0]!)
  }
  if (attrs.transposeB || sizeOf(x.shape) < WORTH * sizeOf(b.shape)) return undefined
  return recorder.call(kernel, [x, multiply(b)], names, attrs)[0]
}

/** x and one factor a row, where the value is their product. */
function rowScaled({ node, shape }: Value): { x: Value; scale: Value } | undefined {
  if (node.kind !== 'kernel' || node.kernel !== 'Multiply' || shape.length < 2) return undefined
  const [a, b] = node.inputs as [Value, Value]
  const isScale = (value: Value) => value.shape.length === shape.length && value.shape.at(-1) === 1
  const isFull = (value: Value) => value.dtype === 'float32' && sizeOf(value.shape) === sizeOf(shape)
  if (isFull(a) && isScale(b)) return { x: a, scale: b }
  return isFull(b) && isScale(a) ? { x: b, scale: a } : undefined
}
