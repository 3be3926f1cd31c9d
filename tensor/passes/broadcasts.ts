/**
 * Elementwise work before the stretch, not after. The gradient of a mean is a small tensor times ones, then divided,
 * multiplied, added to something: f(stretch(x), y) is f(x, y) stretched, and if y has the full shape already the
 * stretch disappears. Constants of one value count as stretched scalars.
 */
import { sameShape, uniformOf, type Value } from '../graph.ts'
import { elementwiseShapes } from '../shapes/elementwise.ts'
import type { Recorder } from '../trace.ts'
import type { Pass } from './simplify.ts'

export const sinkBroadcasts: Pass = (call, [output], recorder) => {
  if (!Object.hasOwn(elementwiseShapes, call.kernel)) return undefined
  const small = call.inputs.map((value) => unstretched(value, recorder))
  if (small.every((value, i) => value === call.inputs[i])) return undefined
  const [result] = recorder.call(call.kernel, small, call.names, call.attrs)
  return stretch(result!, output!.shape, recorder)
}

function unstretched(value: Value, recorder: Recorder): Value {
  const uniform = uniformOf(value)
  if (uniform !== undefined)
    return value.shape.length === 0 ? value : recorder.uniform(uniform, [], value.dtype)
  const { node } = value
  return node.kind === 'kernel' && node.kernel === 'BroadcastTo' ? node.inputs[0]! : value
}

function stretch(value: Value, shape: readonly number[], recorder: Recorder): Value {
  if (sameShape(value.shape, shape)) return value
  return recorder.call('BroadcastTo', [value], ['x'], { shape: [...shape] })[0]!
}
