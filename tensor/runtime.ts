/**
 * The device `cpu`: a program as one ONNX graph in ONNX Runtime.
 *
 * Fed tensors are read where they lie; what comes out is copied once. `run` blocks the thread that calls it. With one
 * thread, and with any fixed number of them, the same inputs give the same bytes.
 */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import type { Declared } from '../contracts.ts'
import { trace } from './backend.ts'
import { channelBlock } from './channel-block.ts'
import { type Compiled, checkInputs, zeros } from './compiled.ts'
import type { Graph } from './graph.ts'
import { lower } from './lower/graph.ts'
import { dtypeOf } from './noise.ts'
import { encodeModel } from './onnx.ts'
import { type NoiseRequest, type Program, recordNoise } from './program.ts'
import type { Dtype, HostTensor } from './types.ts'

export async function compileOrt(program: Program, threads: number): Promise<Compiled> {
  const { graph, requests } = traceProgram(program)
  const model = lower(graph, outputName, { channelBlock: await channelBlock() })
  const session = await InferenceSession.create(encodeModel(model), sessionOptions(threads))
  const declared: Record<string, Declared> = { ...program.inputs }
  for (const { name, shape, law } of requests) declared[`noise/${name}`] = { shape, dtype: dtypeOf(law) }
  const ends = [...graph.outputs].map(([name, { shape, dtype }]) => ({
    name,
    declared: { shape, dtype: (dtype === 'bool' ? 'int32' : dtype) as Dtype },
  }))

  return {
    noise: requests,
    async run(inputs, into = {}) {
      checkInputs(declared, inputs)
      const feeds: Record<string, OrtTensor> = {}
      for (const name of session.inputNames) feeds[name] = toOrt(inputs[name]!)
      const fetches: Record<string, OrtTensor> = {}
      const outputs: Record<string, HostTensor> = {}
      for (const { name, declared } of ends) {
        outputs[name] = into[name] ?? zeros(declared)
        fetches[outputName(name)] = toOrt(outputs[name])
      }
      await session.run(feeds, fetches)
      return outputs
    },
    async fetch() {}, // it is there
    changed() {},
    dispose: () => session.release(),
  }
}

/** The graph of a program, and the noise that it asks for. */
export function traceProgram(program: Program): { graph: Graph; requests: readonly NoiseRequest[] } {
  let requests: readonly NoiseRequest[] = []
  const graph = trace((give) => {
    const tensors = Object.entries(program.inputs).map(([name, declared]) => [name, give(name, declared)])
    const recorded = recordNoise(give)
    requests = recorded.requests
    return program.run(Object.fromEntries(tensors), recorded.noise)
  })
  return { graph, requests }
}

export function outputName(name: string): string {
  return `next/${name}`
}

function sessionOptions(threads: number): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    enableMemPattern: false, // a plan of all memory ahead took a quarter more of it (a loss over a catalog: double) and saved at most a tenth of the time
    logSeverityLevel: 3, // errors only
    extra: { session: { intra_op: { allow_spinning: '0' } } }, // waiting threads sleep: twice as fast on a shared machine
  }
}

export function toOrt({ dtype, data, shape }: HostTensor): OrtTensor {
  return new OrtTensor(dtype, data as Float32Array, shape)
}
