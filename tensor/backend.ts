/**
 * A TensorFlow.js backend that computes nothing: while it is on, every kernel is handed to the recorder. It runs the
 * same program, autodiff included, as the eager one.
 */
import './cpu.ts'
import * as tf from '@tensorflow/tfjs'
import type { Declared } from '../contracts.ts'
import type { Attrs, Graph, Kind, Numbers, Value } from './graph.ts'
import { elementsOf } from './passes/constants.ts'
import type { Named } from './program.ts'
import { withoutRandomness } from './random.ts'
import { type Recorder, startRecorder } from './trace.ts'
import type { Tensor } from './types.ts'

export type Give = (name: string, declared: Declared) => Tensor

/** Runs f on placeholders, which it takes from `give`, and returns what f did to get from them to its result. */
export function trace(f: (give: Give) => Named<Tensor>): Graph & { reused: number } {
  const name = (registered ??= register())
  const [before, outer] = [tf.getBackend(), current]
  const own = startRecorder()
  current = { recorder: own, values: new WeakMap() }
  const outputs = new Map<string, Value>()
  void tf.setBackend(name) // takes effect at once: there is nothing to wait for
  try {
    tf.tidy(() => {
      const results = withoutRandomness(() => f((name, declared) => placeholder(own.input(name, declared))))
      for (const [name, tensor] of Object.entries(results)) outputs.set(name, valueBehind(tensor))
    })
  } finally {
    void tf.setBackend(before)
    current = outer
  }
  return { inputs: own.inputs, outputs, reused: own.reused }
}

let registered: string | null = null
let current: { recorder: Recorder; values: WeakMap<object, Value> } | null = null // values by data id

const backend: tf.KernelBackend = Object.assign(new tf.KernelBackend(), {
  write: (data: tf.BackendValues, shape: number[], dtype: tf.DataType) =>
    idOf(recording().recorder.constant(asNumbers(data, dtype), shape, dtype as Kind)),
  move: () => {
    throw new Error('trace: a tensor cannot be moved into a trace')
  },
  readSync(id: object): tf.BackendValues {
    const value = current?.values.get(id)
    if (value === undefined) throw new Error('trace: a tensor of a finished trace was used')
    const { node, shape } = value
    if (node.kind === 'constant') return elementsOf(node.outputs[0]!)
    throw new Error(unreadable(node.kind === 'kernel' ? node.kernel : node.name, shape))
  },
  async read(id: object) {
    return backend.readSync(id)
  },
  numDataIds: () => 0,
  refCount: () => 1,
  incRef: () => {},
  decRef: () => {},
  disposeData: () => true,
  memory: () => ({ unreliable: true }),
  floatPrecision: () => 32 as const,
  epsilon: () => 1e-7,
  dispose: () => {},
})

/** One recording kernel for each one of the JavaScript backend, known to the shape rules or not. */
function register(): string {
  let name = 'trace'
  while (tf.findBackendFactory(name) !== null) name += "'" // of another copy of this module, with a recorder of its own
  tf.registerBackend(name, () => backend, 0)
  for (const { kernelName } of tf.getKernelsForBackend('cpu'))
    tf.registerKernel({
      kernelName,
      backendName: name,
      kernelFunc: ({ inputs, attrs }) => record(kernelName, inputs, (attrs ?? {}) as Attrs),
    })
  return name
}

function record(
  kernel: string,
  inputs: tf.NamedTensorInfoMap,
  attrs: Attrs,
): tf.TensorInfo | tf.TensorInfo[] {
  const given = Object.entries(inputs).filter(([, tensor]) => tensor != null)
  if (given.length === 0) return asConstant(kernel, attrs)
  const operands = given.map(([, tensor]) => valueBehind(tensor!))
  const names = given.map(([name]) => name)
  const results = recording().recorder.call(kernel, operands, names, attrs).map(infoOf)
  return lists.has(kernel) ? results : results[0]!
}

const lists = new Set(['SplitV', 'TopK', 'Unpack']) // give a list, be it of one

/** Fill, Range and LinSpace depend on nothing: the JavaScript kernel makes them. */
function asConstant(kernel: string, attrs: Attrs): tf.TensorInfo {
  const cpu = tf.findBackend('cpu')
  const made = tf
    .getKernel(kernel, 'cpu')
    .kernelFunc({ inputs: {}, attrs: attrs as tf.NamedAttrMap, backend: cpu })
  const { dataId, shape, dtype } = made as tf.TensorInfo
  const data = asNumbers(cpu.readSync(dataId), dtype)
  cpu.disposeData(dataId)
  return infoOf(recording().recorder.constant(data, shape, dtype as Kind))
}

/** A tensor from outside the trace becomes a constant in it; it stays where it is. */
function valueBehind({ dataId, shape, dtype }: tf.TensorInfo): Value {
  const known = recording().values.get(dataId)
  if (known !== undefined) return known
  return recording().recorder.constant(asNumbers(tf.engine().readSync(dataId), dtype), shape, dtype as Kind)
}

function placeholder(value: Value): Tensor {
  return tf.engine().makeTensorFromDataId(idOf(value), [...value.shape], value.dtype, backend)
}

function infoOf(value: Value): tf.TensorInfo {
  return { dataId: idOf(value), shape: [...value.shape], dtype: value.dtype }
}

function idOf(value: Value): object {
  const id = {}
  recording().values.set(id, value)
  return id
}

function recording() {
  if (current === null) throw new Error('trace: none is on')
  return current
}

/** JavaScript kernels may keep bool or int32 values in a tensor that says float32. */
function asNumbers(data: tf.BackendValues, dtype: tf.DataType): Numbers {
  const list = data as Numbers
  if (dtype === 'float32') return list instanceof Float32Array ? list : Float32Array.from(list)
  if (dtype === 'int32') return list instanceof Int32Array ? list : Int32Array.from(list)
  if (dtype === 'bool') return list instanceof Uint8Array ? list : Uint8Array.from(list)
  throw new Error(`trace: tensors of type ${dtype} cannot be compiled`)
}

function unreadable(made: string, shape: readonly number[]): string {
  return (
    `${made} [${shape.join(', ')}]: its value was read inside a step, where it does not exist yet. ` +
    `What follows cannot depend on it except through tensor ops; to print it, use the device 'eager'`
  )
}
