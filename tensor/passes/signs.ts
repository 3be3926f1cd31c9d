/**
 * Signs are free in sums and in constant factors, and cost a pass over memory as an operation of their own. Gradients of
 * differences are full of them: a gradient of a gradient of tanh had one negation for every eight operations. All of these
 * are exact.
 */
import { uniformOf, type Value } from '../graph.ts'
import type { Recorder } from '../trace.ts'
import type { Pass } from './simplify.ts'

export const moveSigns: Pass = ({ kernel, inputs }, _outputs, recorder) => {
  const [a, b] = inputs as [Value, Value]
  const call = (name: string, ...operands: Value[]) =>
    recorder.call(name, operands, operands.length === 1 ? ['x'] : ['a', 'b'], {})[0]!
  if (kernel === 'Neg') return negated(a) ?? withFactor(a, recorder)
  if (a.dtype !== 'float32' || b?.dtype !== 'float32') return undefined
  const [minusA, minusB] = [negated(a), negated(b)]
  if (kernel === 'Sub') return minusB && call('Add', a, minusB) // a − (−b)
  if (kernel === 'Add') return (minusB && call('Sub', a, minusB)) ?? (minusA && call('Sub', b, minusA))
  if (kernel !== 'Multiply') return undefined
  if (minusA && minusB) return call('Multiply', minusA, minusB)
  if (minusA) return into(minusA, b)
  return minusB && into(minusB, a)

  /** −x y, where the sign disappears in a constant factor of y, or moves on: often into a sum. */
  function into(x: Value, y: Value): Value {
    const flipped = withFactor(y, recorder)
    return flipped === undefined ? call('Neg', call('Multiply', x, y)) : call('Multiply', x, flipped)
  }
}

/** x where the value is −x. */
function negated({ node }: Value): Value | undefined {
  return node.kind === 'kernel' && node.kernel === 'Neg' ? node.inputs[0] : undefined
}

/** The value with the other sign, where it is a constant or has a constant factor. */
function withFactor(value: Value, recorder: Recorder): Value | undefined {
  const uniform = uniformOf(value)
  if (uniform !== undefined) return recorder.uniform(-uniform, value.shape, value.dtype)
  const { node } = value
  if (node.kind !== 'kernel' || node.kernel !== 'Multiply') return undefined
  const [x, factor] = node.inputs as [Value, Value]
  if (uniformOf(factor) === undefined) return undefined
  return recorder.call('Multiply', [x, withFactor(factor, recorder)!], ['a', 'b'], {})[0]
}
