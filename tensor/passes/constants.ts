/** Constants of constants, computed by the JavaScript kernels while recording. */
import * as tf from '@tensorflow/tfjs'
import { type Numbers, numbers, sameShape, sizeOf, uniformOf, type Value } from '../graph.ts'
import type { Pass, Recorded } from './simplify.ts'

const LARGEST = 65536 // elements; beyond that a constant would cost more in the file than its computation

/** Moving the elements of a constant whose elements are all the same changes its shape alone. */
export const foldUniform: Pass = ({ kernel, inputs }, [output], recorder) => {
  if (kernel === 'ZerosLike') return recorder.uniform(0, output!.shape, output!.dtype)
  if (kernel === 'OnesLike') return recorder.uniform(1, output!.shape, output!.dtype)
  if (kernel === 'UnsortedSegmentSum' && uniformOf(inputs[0]!) === 0)
    return recorder.uniform(0, output!.shape, output!.dtype)
  const uniform = moves.has(kernel) ? uniformOf(inputs[0]!) : undefined
  return uniform === undefined ? undefined : recorder.uniform(uniform, output!.shape, output!.dtype)
}

const moves = new Set(['Reshape', 'ExpandDims', 'Transpose', 'Tile', 'BroadcastTo', 'Slice', 'Reverse'])

export const foldConstants: Pass = (call, [output], recorder) => {
  if (call.inputs.some((value) => value.node.kind !== 'constant')) return undefined
  const largest = Math.max(sizeOf(output!.shape), ...call.inputs.map((value) => sizeOf(value.shape)))
  const ragged = call.kernel === 'Select' && call.inputs.some((x) => !sameShape(x.shape, output!.shape))
  if (largest > LARGEST || ragged || call.kernel === 'BroadcastTo') return undefined
  return recorder.constant(numbers(output!.dtype, compute(call)), output!.shape, output!.dtype)
}

/** The elements of a constant, written out. */
export function elementsOf(value: Value): Numbers {
  if (value.node.kind !== 'constant') throw new Error('not a constant')
  const { uniform, data } = value.node
  return uniform === undefined ? data : numbers(value.dtype, Array(sizeOf(value.shape)).fill(uniform))
}

interface CpuBackend {
  makeTensorInfo(shape: readonly number[], dtype: string, values: Numbers): tf.TensorInfo
  disposeIntermediateTensorInfo(info: tf.TensorInfo): void
  readSync(dataId: object): Numbers
}

function compute({ kernel, inputs, names, attrs }: Recorded): Numbers {
  const cpu = tf.findBackend('cpu') as unknown as CpuBackend
  const infos = inputs.map((value) => cpu.makeTensorInfo([...value.shape], value.dtype, elementsOf(value)))
  const { kernelFunc } = tf.getKernel(kernel, 'cpu')
  const made = kernelFunc({
    inputs: inputsOf(names, infos),
    attrs: attrs as tf.NamedAttrMap,
    backend: cpu,
  })
  const result = [made].flat()[0]!
  const values = cpu.readSync(result.dataId).slice()
  for (const info of [...infos, result]) cpu.disposeIntermediateTensorInfo(info)
  return values
}

/** Concat, Pack and AddN take a list, which has numbers for names. */
function inputsOf(names: readonly string[], infos: readonly tf.TensorInfo[]): tf.NamedTensorInfoMap {
  if (names[0] === '0') return infos as unknown as tf.NamedTensorInfoMap
  return Object.fromEntries(names.map((name, i) => [name, infos[i]]))
}
