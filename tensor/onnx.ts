/**
 * ONNX files, written by hand: the dozen protobuf messages that a static graph needs.
 * Field numbers are those of onnx.proto (IR version 9); the opset is 20, which ONNX Runtime knows since 1.17.
 */
export const OPSET = 20
const IR_VERSION = 9

/** Operators of ONNX Runtime on images in blocks of channels (lower/blocks.ts). */
export const BLOCKED = 'com.microsoft.nchwc'

export type OnnxType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool'
export type Attribute = number | string | readonly number[] | { float: number }

export interface OnnxNode {
  op: string
  domain?: string // '' is ONNX itself
  name: string
  inputs: readonly string[] // '' is an optional input left out
  outputs: readonly string[]
  attributes: Readonly<Record<string, Attribute>>
}
export interface OnnxTensor {
  name: string
  dtype: OnnxType
  shape: readonly number[]
  bytes: Uint8Array // little-endian
}
export interface OnnxPort {
  name: string
  dtype: OnnxType
  shape: readonly number[]
}
export interface OnnxModel {
  nodes: readonly OnnxNode[]
  constants: readonly OnnxTensor[]
  inputs: readonly OnnxPort[]
  outputs: readonly OnnxPort[]
}

export function encodeModel({ nodes, constants, inputs, outputs }: OnnxModel): Uint8Array {
  const graph = message()
  for (const node of nodes) graph.nested(1, encodeNode(node))
  graph.text(2, 'fieldrank')
  for (const constant of constants) graph.nested(5, encodeTensor(constant))
  for (const port of inputs) graph.nested(11, encodePort(port))
  for (const port of outputs) graph.nested(12, encodePort(port))
  const file = message().integer(1, IR_VERSION).text(2, 'fieldrank').nested(7, graph)
  file.nested(8, message().text(1, '').integer(2, OPSET))
  for (const domain of new Set(nodes.flatMap(({ domain }) => domain ?? [])))
    file.nested(8, message().text(1, domain).integer(2, 1)) // their own count of versions
  return file.bytes()
}

const TYPES: Readonly<Record<OnnxType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9, float64: 11 }

/** The number of a type, as the attribute `to` of Cast wants it. */
export function typeNumber(dtype: OnnxType): number {
  return TYPES[dtype]
}

function encodeNode({ op, domain, name, inputs, outputs, attributes }: OnnxNode): Message {
  const node = message()
  for (const input of inputs) node.text(1, input)
  for (const output of outputs) node.text(2, output)
  node.text(3, name).text(4, op)
  for (const [key, value] of Object.entries(attributes)) node.nested(5, encodeAttribute(key, value))
  return domain === undefined ? node : node.text(7, domain)
}

function encodeAttribute(name: string, value: Attribute): Message {
  const attribute = message().text(1, name)
  if (typeof value === 'number') return attribute.integer(3, value).integer(20, 2)
  if (typeof value === 'string') return attribute.text(4, value).integer(20, 3)
  if ('float' in value) return attribute.float(2, value.float).integer(20, 1)
  for (const item of value) attribute.integer(8, item)
  return attribute.integer(20, 7)
}

function encodeTensor({ name, dtype, shape, bytes }: OnnxTensor): Message {
  const tensor = message()
  for (const side of shape) tensor.integer(1, side)
  return tensor.integer(2, TYPES[dtype]).text(8, name).raw(9, bytes)
}

function encodePort({ name, dtype, shape }: OnnxPort): Message {
  const sides = message()
  for (const side of shape) sides.nested(1, message().integer(1, side))
  const type = message().nested(1, message().integer(1, TYPES[dtype]).nested(2, sides))
  return message().text(1, name).nested(2, type)
}

interface Message {
  integer(field: number, value: number): Message
  float(field: number, value: number): Message
  text(field: number, value: string): Message
  raw(field: number, value: Uint8Array): Message
  nested(field: number, value: Message): Message
  parts(): readonly Uint8Array[]
  bytes(): Uint8Array
}

/** A protobuf message under construction. Wire types: 0 varint, 2 length-delimited, 5 four bytes. */
function message(): Message {
  const parts: Uint8Array[] = []
  const own: Message = {
    integer(field, value) {
      parts.push(varint(field << 3), varint(value))
      return own
    },
    float(field, value) {
      const four = new Uint8Array(4)
      new DataView(four.buffer).setFloat32(0, value, true)
      parts.push(varint((field << 3) | 5), four)
      return own
    },
    text: (field, value) => own.raw(field, Buffer.from(value, 'utf8')),
    raw(field, value) {
      parts.push(varint((field << 3) | 2), varint(value.length), value)
      return own
    },
    /** Its parts as they are: joined at every level, weights would be there once a level. */
    nested(field, value) {
      const inner = value.parts()
      const length = inner.reduce((total, part) => total + part.length, 0)
      parts.push(varint((field << 3) | 2), varint(length))
      for (const part of inner) parts.push(part)
      return own
    },
    parts: () => parts,
    bytes: () => Buffer.concat(parts),
  }
  return own
}

/** Seven bits a byte, lowest first; a negative number is its two's complement in 64 bits. */
function varint(value: number): Uint8Array {
  if (value >= 0 && value < 128) return Uint8Array.of(value)
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  return Uint8Array.from([...bytes, Number(rest)])
}
