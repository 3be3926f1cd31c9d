/**
 * Keeps vanishing numbers out of products and convolutions, which would meet each of them many times (see tiny.ts). An
 * operand is treated where an exponential tail goes into it, through elementwise kernels or not.
 */
import { type KernelNode, uniformOf, type Value } from '../graph.ts'
import { TINY } from '../tiny.ts'
import type { Recorder } from '../trace.ts'
import type { Pass } from './simplify.ts'

const products = new Set(['BatchMatMul', 'Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'])
const tails = new Set(['Exp', 'Sigmoid', 'Pow', 'Square'])
const carriers = new Set([
  'Add',
  'AddN',
  'Concat',
  'Multiply',
  'Neg',
  'PadV2',
  'RealDiv',
  'Select',
  'Slice',
  'Sub',
])
const views = new Set(['BroadcastTo', 'Reshape', 'Transpose'])

export const flushOperands: Pass = ({ kernel, inputs, names, attrs }, _outputs, recorder) => {
  if (!products.has(kernel)) return undefined
  const flushed = inputs.map((value) => flush(value, recorder))
  if (flushed.every((value, i) => value === inputs[i])) return undefined
  return recorder.call(kernel, flushed, names, attrs)[0]
}

/** Below the views, so that all views of a value share one flush. */
function flush(value: Value, recorder: Recorder): Value {
  const { node } = value
  if (node.kind !== 'kernel' || value.dtype !== 'float32' || !vanishes(value)) return value
  if (views.has(node.kernel)) {
    const below = flush(node.inputs[0]!, recorder)
    return recorder.call(node.kernel, [below], node.names, node.attrs)[0]!
  }
  const tiny = recorder.uniform(TINY, [], 'float32')
  const [raised] = recorder.call('Add', [value, tiny], ['a', 'b'], {})
  return recorder.call('Sub', [raised!, tiny], ['a', 'b'], {})[0]!
}

const known = new WeakMap<Value, boolean>()

/** Whether values between 0 and 2⁻¹²⁶ may come here in numbers. */
function vanishes(value: Value): boolean {
  const { node } = value
  if (node.kind !== 'kernel') return false
  const found = known.get(value) ?? (tails.has(node.kernel) || (carries(node) && node.inputs.some(vanishes)))
  known.set(value, found)
  return found
}

const LEAST = 1e-20 // its last digit is above 1e-28, far from where numbers are slow

function isOrdinary(value: Value): boolean {
  const uniform = uniformOf(value)
  return uniform !== undefined && Math.abs(uniform) >= LEAST
}

function carries(node: KernelNode): boolean {
  if (node.kernel === 'Sub' && uniformOf(node.inputs[1]!) === TINY) return false // flushed already
  // 1 − y² is zero or at least the last digit of 1: what is added to an ordinary constant cannot vanish.
  if ((node.kernel === 'Add' || node.kernel === 'Sub') && node.inputs.some(isOrdinary)) return false
  return carriers.has(node.kernel) || views.has(node.kernel)
}
