/**
 * An ONNX model from elsewhere, in ONNX Runtime on the CPU. Its names, shapes and types are what the file declares; whether
 * they are the right ones is the caller's question. A model may be hostile: open it in a process that may die (pipelines/guard.ts).
 *
 * What goes wrong with it is an Error whose message is half a sentence on the file: what a stranger's model does is no bug of ours.
 *
 * Weights may stand in a second file beside it, as PyTorch writes large ones. Fed float32 becomes float64, and int32 int64,
 * where the model declares so; float64 that comes out is rounded to float32.
 */
import { readFile } from 'node:fs/promises'
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { opsetOf } from './onnx-opset.ts'
import type { HostTensor } from './types.ts'

/** null is a side of any length. */
export interface Port {
  name: string
  dtype: string // as ONNX Runtime calls it: float32, float64, int32, int64, …
  shape: readonly (number | null)[]
}

export interface ForeignModel {
  opset: number | null // of the standard operators; null where the file names none
  inputs: readonly Port[]
  outputs: readonly Port[]
  /** Returns the outputs that are asked for. */
  run(
    feeds: { readonly [name: string]: HostTensor },
    wanted: readonly string[],
  ): Promise<Record<string, HostTensor>>
  dispose(): Promise<void>
}

export async function openForeign(path: string, threads: number): Promise<ForeignModel> {
  const bytes = await readFile(path).catch(() => {
    throw new Error(`no such file (${path})`)
  })
  const session = await InferenceSession.create(path, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
  }).catch((error: Error) => {
    throw new Error(`not a model that ONNX Runtime can open (${short(error)})`)
  })
  const inputs = session.inputMetadata.map(portOf)
  return {
    opset: opsetOf(bytes),
    inputs,
    outputs: session.outputMetadata.map(portOf),
    async run(feeds, wanted) {
      const given = inputs.map(({ name, dtype }) => [name, toOrt(feeds[name]!, dtype)] as const)
      const outputs = await session.run(Object.fromEntries(given), [...wanted]).catch((error: Error) => {
        throw new Error(`failed while it ran (${short(error)})`)
      })
      return Object.fromEntries(wanted.map((name) => [name, fromOrt(outputs[name]!, `output '${name}'`)]))
    },
    dispose: () => session.release(),
  }
}

function portOf(metadata: InferenceSession.ValueMetadata): Port {
  if (!metadata.isTensor) return { name: metadata.name, dtype: 'no tensor', shape: [] }
  const shape = metadata.shape.map((side) => (typeof side === 'number' && side > 0 ? side : null))
  return { name: metadata.name, dtype: metadata.type, shape }
}

function toOrt({ shape, dtype, data }: HostTensor, wanted: string): OrtTensor {
  if (wanted === 'float64') return new OrtTensor('float64', Float64Array.from(data), shape)
  if (wanted === 'int64') return new OrtTensor('int64', BigInt64Array.from(data as Int32Array, BigInt), shape)
  return new OrtTensor(dtype, data as Float32Array, shape)
}

function fromOrt({ type, data, dims }: OrtTensor, subject: string): HostTensor {
  if (type !== 'float32' && type !== 'float64')
    throw new Error(`${subject} is of type ${type}, expected float32 or float64`)
  return { shape: [...dims], dtype: 'float32', data: Float32Array.from(data as Float32Array | Float64Array) }
}

/** ONNX Runtime's messages may name a source file of its own, and run over many lines. */
function short({ message }: Error): string {
  const line = message.split('\n')[0]!.replace(/\/\S+\.(cc|h):\d+\s*/g, '')
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`
}
