/**
 * A trained model as an ONNX file of its own: weights inside under their own names, inputs and outputs as the model calls
 * them. An output that shares its name with an input or a weight is called <name>_out.
 */
import type { Declared } from '../contracts.ts'
import type { Graph, Value } from './graph.ts'
import { lower } from './lower/graph.ts'
import { encodeModel } from './onnx.ts'
import { type ForwardOf, forwardProgram } from './program.ts'
import { traceProgram } from './runtime.ts'
import type { Weights } from './types.ts'

/** Opset 20, static shapes: the batch size is that of the feeds. The file must stay under 2 GB, a limit of protobuf. */
export function exportOnnx(spec: {
  weights: Weights
  feeds: Record<string, Declared>
  forward: ForwardOf
}): Uint8Array {
  const { weights, feeds, forward } = spec
  const { graph } = traceProgram(forwardProgram(weights, feeds, forward))
  const inputs = new Map<string, Value>()
  for (const [name, value] of graph.inputs) {
    const own = name.slice(name.indexOf('/') + 1)
    if (inputs.has(own)) throw new Error(`export: '${own}' is both an input and a weight`)
    inputs.set(own, value)
  }
  const renamed: Graph = { inputs, outputs: graph.outputs }
  const outputName = (name: string) => (inputs.has(name) ? `${name}_out` : name)
  return encodeModel(lower(renamed, outputName, { fixed: weights }))
}
