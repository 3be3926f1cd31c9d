/**
 * One ONNX graph for any batch out of the same graph for two. A trace has fixed shapes; what changes with the batch are numbers
 * of the graph alone: the shapes that Reshape and Expand are given, the ends of slices, constants that repeat themselves along an axis.
 * Two traces tell these from the others. Each such number is c₀ + c₁ B; the free graph reads B off an input and computes it.
 *
 * undefined where the two are not that alike: other nodes or attributes, numbers that no line goes through, constants that differ
 * otherwise. Then the batch stays fixed.
 */
import type { OnnxModel, OnnxNode, OnnxPort, OnnxTensor } from './onnx.ts'

/** What the free side is called in the file. */
export const FREE = 'batch'

export interface OfBatch {
  batch: number
  model: OnnxModel
}

export function freeBatch(one: OfBatch, other: OfBatch): OnnxModel | undefined {
  const [a, b] = [one.model, other.model]
  if (!sameNodes(a.nodes, b.nodes) || a.constants.length !== b.constants.length) return undefined
  const inputs = a.inputs.map((port, i) => freePort(port, b.inputs[i]!, one, other))
  const outputs = a.outputs.map((port, i) => freePort(port, b.outputs[i]!, one, other))
  const source = inputs.find((port) => port?.shape[0] === FREE)
  if (source === undefined || !inputs.every(isFound) || !outputs.every(isFound)) return undefined

  const nodes: OnnxNode[] = [node('Shape', [source.name], BATCH, { start: 0, end: 1 })]
  const constants: OnnxTensor[] = []
  for (const [i, constant] of a.constants.entries()) {
    const twin = b.constants[i]!
    if (same(constant, twin)) constants.push(constant)
    else {
      const computed = computedAs(constant, twin, (x, y) => lineThrough(x, y, one.batch, other.batch))
      if (computed === undefined) return undefined
      nodes.push(...computed.nodes)
      constants.push(...computed.constants)
    }
  }
  return { nodes: [...nodes, ...a.nodes], constants, inputs, outputs }
}

const BATCH = 'free::batch' // int64 [1]

interface Computed {
  nodes: OnnxNode[]
  constants: OnnxTensor[]
}
/** c₀ and c₁. */
type Line = readonly [number, number]
type LineOf = (x: number, y: number) => Line | undefined

/** A number of both graphs as c₀ + c₁ B. Shapes and ends are whole multiples and little more; a square of B is no line. */
function lineThrough(x: number, y: number, batch: number, other: number): Line | undefined {
  const slope = (y - x) / (other - batch)
  const rest = x - slope * batch
  return Number.isInteger(slope) && Math.abs(rest) < batch / 2 ? [rest, slope] : undefined
}

/** Nodes that compute what was a constant, under its name. */
function computedAs(constant: OnnxTensor, twin: OnnxTensor, lineOf: LineOf): Computed | undefined {
  const { name, dtype, shape } = constant
  if (dtype !== twin.dtype || shape.length !== twin.shape.length) return undefined
  if (shape.every((side, i) => side === twin.shape[i])) {
    const [x, y] = [wholesOf(constant), wholesOf(twin)]
    return shape.length === 1 && x && y ? linear(name, x, y, lineOf) : undefined
  }
  const axes = [...shape.keys()].filter((i) => shape[i] !== twin.shape[i])
  const [part, other] = [onePiece(constant, axes), onePiece(twin, axes)]
  if (part === undefined || other === undefined || !same(part, other)) return undefined
  const whole = linear(`${name}::shape`, shape, twin.shape, lineOf)
  if (whole === undefined) return undefined
  return {
    nodes: [...whole.nodes, node('Expand', [part.name, `${name}::shape`], name)],
    constants: [...whole.constants, part],
  }
}

function linear(
  name: string,
  x: readonly number[],
  y: readonly number[],
  lineOf: LineOf,
): Computed | undefined {
  const lines = x.map((value, i) => lineOf(value, y[i]!))
  if (!lines.every((line) => line !== undefined)) return undefined
  const [start, slope] = [`${name}::0`, `${name}::1`]
  return {
    nodes: [node('Mul', [BATCH, slope], `${name}::moved`), node('Add', [`${name}::moved`, start], name)],
    constants: [
      wholes(
        start,
        lines.map(([rest]) => rest),
      ),
      wholes(
        slope,
        lines.map(([, by]) => by),
      ),
    ],
  }
}

/** A constant that is the same all along some axes, as it stands at their first place; undefined where it is not. */
function onePiece(
  { name, dtype, shape, bytes }: OnnxTensor,
  axes: readonly number[],
): OnnxTensor | undefined {
  const width = bytes.length / shape.reduce((product, side) => product * side, 1)
  const small = shape.map((side, i) => (axes.includes(i) ? 1 : side))
  const kept = new Uint8Array(small.reduce((product, side) => product * side, width))
  const steps = shape.map((_, i) => small.slice(i + 1).reduce((product, side) => product * side, 1))
  const placeOf = (element: number) => {
    let [rest, place] = [element, 0]
    for (let i = shape.length - 1; i >= 0; i--) {
      if (small[i] !== 1) place += (rest % shape[i]!) * steps[i]!
      rest = Math.floor(rest / shape[i]!)
    }
    return place
  }
  const seen = new Uint8Array(kept.length / width)
  for (let element = 0; element * width < bytes.length; element++) {
    const [piece, place] = [bytes.subarray(element * width, (element + 1) * width), placeOf(element)]
    if (seen[place] === 0) kept.set(piece, place * width)
    else if (Buffer.compare(piece, kept.subarray(place * width, (place + 1) * width)) !== 0) return undefined
    seen[place] = 1
  }
  return { name: `${name}::piece`, dtype, shape: small, bytes: kept }
}

/** The port with the batch free, wherever a side is the batch. */
function freePort(port: OnnxPort, twin: OnnxPort, one: OfBatch, other: OfBatch): OnnxPort | undefined {
  const shape = port.shape.map((side, i) => {
    if (side === twin.shape[i]) return side
    return side === one.batch && twin.shape[i] === other.batch ? FREE : undefined
  })
  return port.name === twin.name && shape.every((side) => side !== undefined) ? { ...port, shape } : undefined
}

function isFound(port: OnnxPort | undefined): port is OnnxPort {
  return port !== undefined
}

function sameNodes(a: readonly OnnxNode[], b: readonly OnnxNode[]): boolean {
  const told = ({ op, domain, inputs, outputs, attributes }: OnnxNode) =>
    JSON.stringify([op, domain, inputs, outputs, attributes])
  return a.length === b.length && a.every((node, i) => told(node) === told(b[i]!))
}

function same(a: OnnxTensor, b: OnnxTensor): boolean {
  return a.dtype === b.dtype && a.shape.join() === b.shape.join() && Buffer.compare(a.bytes, b.bytes) === 0
}

/** The elements of an int64 constant. */
function wholesOf({ dtype, bytes }: OnnxTensor): number[] | undefined {
  if (dtype !== 'int64') return undefined
  return Array.from(new BigInt64Array(bytes.slice().buffer), Number)
}

function wholes(name: string, values: readonly number[]): OnnxTensor {
  const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
  return { name, dtype: 'int64', shape: [values.length], bytes }
}

function node(
  op: string,
  inputs: string[],
  output: string,
  attributes: OnnxNode['attributes'] = {},
): OnnxNode {
  return { op, name: `free/${op}/${output}`, inputs, outputs: [output], attributes }
}
