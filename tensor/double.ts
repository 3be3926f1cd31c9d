/**
 * The same program in double precision: every float32 of the trace is lowered as float64, for ONNX Runtime on the CPU.
 * TensorFlow.js has no such type, so this is the only way to 1e-12 here: an oracle for gradients, and for residuals of
 * small networks.
 *
 * Constants of the program keep the float32 value that TensorFlow.js gave them: 0.1 is 0.1 + 1.5e-9. What ONNX Runtime has
 * no double kernel for is composed of others (lower/taps.ts, lower/transcendental.ts). Not made for speed.
 */
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node'
import { lower } from './lower/graph.ts'
import { encodeModel } from './onnx.ts'
import type { Named, Program } from './program.ts'
import { traceProgram } from './runtime.ts'

export type Doubles = Float64Array | Int32Array

export interface DoubleProgram {
  run(inputs: Named<Doubles>): Promise<Record<string, Doubles>>
  dispose(): Promise<void>
}

/** float32 inputs and outputs are Float64Array, whole numbers Int32Array; shapes are those of the program. */
export async function compileDouble(program: Program): Promise<DoubleProgram> {
  const { graph } = traceProgram(program)
  const outputName = (name: string) => `next/${name}`
  const model = lower(graph, outputName, { precision: 'float64' })
  const session = await InferenceSession.create(encodeModel(model), {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  })
  return {
    async run(inputs) {
      const feeds: Record<string, OrtTensor> = {}
      for (const name of session.inputNames) feeds[name] = toOrt(inputs[name]!, program.inputs[name]!.shape)
      const results = await session.run(feeds)
      const outputs: Record<string, Doubles> = {}
      for (const name of graph.outputs.keys()) outputs[name] = results[outputName(name)]!.data as Doubles
      return outputs
    },
    dispose: () => session.release(),
  }
}

function toOrt(data: Doubles, shape: readonly number[]): OrtTensor {
  return data instanceof Float64Array
    ? new OrtTensor('float64', data, shape)
    : new OrtTensor('int32', data, shape)
}
