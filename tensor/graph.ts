/**
 * What a trace records: values, and the nodes that make them. A graph is the live nodes behind some named outputs;
 * a node that nobody needs is never reached, so there is no pass for dead code.
 */

export type Kind = 'float32' | 'int32' | 'bool'
export type Shape = readonly number[]
export type Attrs = Readonly<Record<string, unknown>>
export type Numbers = Float32Array | Int32Array | Uint8Array

export interface Typed {
  shape: Shape
  dtype: Kind
}
export interface Value extends Typed {
  id: number
  node: Node
}
export type Node = InputNode | ConstantNode | KernelNode

export interface InputNode {
  kind: 'input'
  name: string
  outputs: readonly Value[]
}
/** `uniform` is the one value that all elements have; then no data is kept, however large the shape. */
export interface ConstantNode {
  kind: 'constant'
  uniform: number | undefined
  data: Numbers
  outputs: readonly Value[]
}
export interface KernelNode {
  kind: 'kernel'
  kernel: string // as TensorFlow.js calls it
  inputs: readonly Value[]
  names: readonly string[] // of the inputs, in the same order
  attrs: Attrs
  outputs: readonly Value[]
}

export interface Graph {
  inputs: ReadonlyMap<string, Value>
  outputs: ReadonlyMap<string, Value>
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, side) => product * side, 1)
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((side, i) => side === b[i])
}

/** In the typed array of this kind. */
export function numbers(dtype: Kind, values: Iterable<number>): Numbers {
  if (dtype === 'float32') return Float32Array.from(values)
  return dtype === 'int32' ? Int32Array.from(values) : Uint8Array.from(values)
}

/** The one value of all elements, or undefined. */
export function uniformOf(value: Value): number | undefined {
  return value.node.kind === 'constant' ? value.node.uniform : undefined
}

/** The nodes that the outputs need, each after those that it needs itself. */
export function liveNodes(outputs: Iterable<Value>): Node[] {
  const live = new Set<Node>()
  const waiting = [...outputs].map((value) => value.node)
  while (waiting.length > 0) {
    const node = waiting.pop()!
    if (live.has(node)) continue
    live.add(node)
    if (node.kind === 'kernel') for (const input of node.inputs) waiting.push(input.node)
  }
  return [...live].sort((a, b) => a.outputs[0]!.id - b.outputs[0]!.id) // ids grow as values are recorded
}
