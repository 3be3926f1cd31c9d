/** A recorded graph → an ONNX model. Shapes are static; what an output does not need is left out. */
import { type Graph, type KernelNode, liveNodes, type Value } from '../graph.ts'
import type { OnnxModel, OnnxPort } from '../onnx.ts'
import type { HostTensor } from '../types.ts'
import { type Biased, biasedSums, lowerBiased } from './bias.ts'
import { type Builder, inPrecision, type Precision, startBuilder } from './builder.ts'
import { lowerRules } from './rules.ts'

/** How outputs are called: ONNX wants names that no input has. */
export type Naming = (name: string) => string

export interface LowerOptions {
  fixed?: ReadonlyMap<string, HostTensor> // inputs that become constants of the model; they are float32
  precision?: Precision
  channelBlock?: number // of the machine that will run it (channel-block.ts); 0, by default: ONNX alone
}

export function lower(
  { inputs, outputs }: Graph,
  outputName: Naming,
  { fixed = new Map(), precision = 'float32', channelBlock = 0 }: LowerOptions = {},
): OnnxModel {
  const builder = startBuilder(precision, channelBlock)
  const live = liveNodes(outputs.values())
  const ports: OnnxPort[] = []
  for (const [name, value] of inputs) {
    if (!live.includes(value.node)) continue
    builder.name(value, name)
    if (!fixed.has(name)) ports.push({ name, shape: value.shape, dtype: inPrecision(value.dtype, precision) })
  }
  const sums = biasedSums(live, outputs)
  const producers = new Set([...sums.values()].map(({ producer }) => producer))
  for (const node of live) {
    if (node.kind !== 'kernel' || producers.has(node)) continue // with its sum
    lowerNode(node, sums.get(node), builder)
  }
  const ends = [...outputs].map(([name, value]) => lowerOutput(outputName(name), value, builder))
  const kept = [...fixed].filter(([name]) => live.includes(inputs.get(name)!.node))
  const weights = kept.map(([name, { shape, dtype, data }]) => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    return { name, shape, dtype, bytes }
  })
  return { nodes: builder.nodes, constants: [...weights, ...builder.constants], inputs: ports, outputs: ends }
}

function lowerNode(node: KernelNode, sum: Biased | undefined, builder: Builder): void {
  if (sum !== undefined) {
    builder.label(`${sum.producer.kernel}/${node.outputs[0]!.id}`)
    const name = lowerBiased(sum, builder)
    if (name !== undefined) {
      builder.name(node.outputs[0]!, name)
      return
    }
    lowerNode(sum.producer, undefined, builder)
  }
  const rule = lowerRules[node.kernel]
  if (rule === undefined) throw new Error(`kernel '${node.kernel}' has a shape rule but no lowering rule`)
  builder.label(`${node.kernel}/${node.outputs[0]!.id}`)
  const names = [rule(node, builder)].flat()
  for (const [i, value] of node.outputs.entries()) builder.name(value, names[i]!)
}

/** Bool leaves as int32; an output is always a tensor of its own, even where it is an input. */
function lowerOutput(name: string, value: Value, builder: Builder): OnnxPort {
  const dtype = value.dtype === 'bool' ? 'int32' : value.dtype
  builder.label('output')
  builder.end(builder.of(value, dtype), name)
  return { name, shape: value.shape, dtype: inPrecision(dtype, builder.precision) }
}
