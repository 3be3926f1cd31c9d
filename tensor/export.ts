/**
 * A trained model as an ONNX file of its own: weights inside under their own names, inputs and outputs as the model calls
 * them. An output that shares its name with an input or a weight is called <name>_out.
 */
import type { Declared } from '../contracts.ts'
import { freeBatch, type OfBatch } from './free-batch.ts'
import type { Graph, Value } from './graph.ts'
import { lower } from './lower/graph.ts'
import { encodeModel, type OnnxModel } from './onnx.ts'
import { type ForwardOf, forwardProgram } from './program.ts'
import { traceProgram } from './runtime.ts'
import type { Weights } from './types.ts'

export interface ExportSpec {
  weights: Weights
  feeds: Record<string, Declared>
  forward: ForwardOf
}

/**
 * Opset 20. The first side of all feeds is the batch: it is free in the file (free-batch.ts), or that of the feeds where the
 * model does more with it than carry it along. The file must stay under 2 GB, a limit of protobuf.
 */
export function exportOnnx(spec: ExportSpec): Uint8Array {
  return encodeModel(anyBatch(spec) ?? modelOf(spec))
}

/** Primes, so that no other side of a model is one of them, or a multiple. */
const BATCHES = [1009, 1013] as const

function anyBatch(spec: ExportSpec): OnnxModel | undefined {
  const firsts = new Set(Object.values(spec.feeds).map(({ shape }) => shape[0]))
  if (firsts.size !== 1 || firsts.has(undefined)) return undefined
  const [one, other] = BATCHES.map((batch) => ({ batch, model: modelOf(withBatch(spec, batch)) })) as [
    OfBatch,
    OfBatch,
  ]
  return freeBatch(one, other)
}

function withBatch(spec: ExportSpec, batch: number): ExportSpec {
  const feeds = Object.entries(spec.feeds).map(([name, { shape, dtype }]) => [
    name,
    { shape: shape.with(0, batch), dtype },
  ])
  return { ...spec, feeds: Object.fromEntries(feeds) }
}

function modelOf({ weights, feeds, forward }: ExportSpec): OnnxModel {
  const { graph } = traceProgram(forwardProgram(weights, feeds, forward))
  const inputs = new Map<string, Value>()
  for (const [name, value] of graph.inputs) {
    const own = name.slice(name.indexOf('/') + 1)
    if (inputs.has(own)) throw new Error(`export: '${own}' is both an input and a weight`)
    inputs.set(own, value)
  }
  const renamed: Graph = { inputs, outputs: graph.outputs }
  const outputName = (name: string) => (inputs.has(name) ? `${name}_out` : name)
  return lower(renamed, outputName, { fixed: weights })
}
