/**
 * A product or a convolution plus one number a column is one operator in ONNX, and one pass over memory less. The sum must be
 * all that the product is needed for.
 */
import { type Graph, type KernelNode, type Node, sameShape, sizeOf, type Value } from '../graph.ts'
import type { Builder } from './builder.ts'
import { biasedConvolutions } from './convolution.ts'
import { biasedProduct } from './gather.ts'

/** A producer with what is added to it; the sum stands for both. */
export interface Biased {
  producer: KernelNode
  bias: Value
}
/** The ONNX name of the sum; undefined where this producer has no place for a bias. */
export type BiasRule = (node: KernelNode, bias: string, graph: Builder) => string | undefined

const rules: Readonly<Record<string, BiasRule>> = { ...biasedConvolutions, BatchMatMul: biasedProduct }

export function lowerBiased({ producer, bias }: Biased, g: Builder): string | undefined {
  return rules[producer.kernel]!(producer, g.reshape(g.of(bias), [sizeOf(bias.shape)]), g)
}

/** The sums that may stand for themselves and their producer. */
export function biasedSums(live: readonly Node[], outputs: Graph['outputs']): Map<KernelNode, Biased> {
  const uses = new Map<Value, number>()
  const used = (value: Value) => uses.set(value, (uses.get(value) ?? 0) + 1)
  for (const value of outputs.values()) used(value)
  for (const node of live) if (node.kind === 'kernel') node.inputs.forEach(used)
  const sums = new Map<KernelNode, Biased>()
  for (const node of live) {
    if (node.kind !== 'kernel' || node.kernel !== 'Add') continue
    const [a, b] = node.inputs as [Value, Value]
    const found = biasedOf(a, b, node.outputs[0]!) ?? biasedOf(b, a, node.outputs[0]!)
    if (found !== undefined && uses.get(found.producer.outputs[0]!) === 1) sums.set(node, found)
  }
  return sums
}

function biasedOf(product: Value, bias: Value, sum: Value): Biased | undefined {
  const { node: producer } = product
  if (producer.kind !== 'kernel' || !Object.hasOwn(rules, producer.kernel)) return undefined
  const columns = sum.shape.at(-1)!
  const isRow = bias.shape.at(-1) === columns && sizeOf(bias.shape) === columns
  const isFloat = sum.dtype === 'float32' && bias.dtype === 'float32'
  return isFloat && isRow && sameShape(product.shape, sum.shape) ? { producer, bias } : undefined
}
