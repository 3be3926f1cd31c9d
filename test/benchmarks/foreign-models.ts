/** ONNX files as somebody else would write them: an encoder of its own, free sides, types that ours never has. */

export interface ForeignPort {
  name: string
  type: number // TensorProto: 1 float32, 6 int32, 7 int64, 11 float64
  shape: readonly (number | string)[] // a text is a free side
}
export interface ForeignGraph {
  opset?: number
  inputs: readonly ForeignPort[]
  outputs: readonly ForeignPort[]
  nodes: readonly { op: string; inputs: readonly string[]; output: string; to?: number; axis?: number }[]
  constants?: readonly { name: string; shape: readonly number[]; values: Float32Array | BigInt64Array }[]
}

export const [FLOAT, INT32, INT64, DOUBLE] = [1, 6, 7, 11]

export function foreignModel({
  opset = 17,
  inputs,
  outputs,
  nodes,
  constants = [],
}: ForeignGraph): Uint8Array {
  const graph = [
    ...nodes.map((node) => bytes(1, encodeNode(node))),
    bytes(2, 'theirs'),
    ...constants.map(({ name, shape, values }) =>
      bytes(5, [
        ...shape.map((side) => integer(1, side)),
        integer(2, values instanceof Float32Array ? FLOAT : INT64),
        bytes(8, name),
        bytes(9, Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
      ]),
    ),
    ...inputs.map((port) => bytes(11, encodePort(port))),
    ...outputs.map((port) => bytes(12, encodePort(port))),
  ]
  return Buffer.concat([integer(1, 8), bytes(7, graph), bytes(8, [bytes(1, ''), integer(2, opset)])])
}

function encodeNode({ op, inputs, output, to, axis }: ForeignGraph['nodes'][number]): Buffer[] {
  const attribute = (name: string, value: number) =>
    bytes(5, [bytes(1, name), integer(3, value), integer(20, 2)])
  return [
    ...inputs.map((name) => bytes(1, name)),
    bytes(2, output),
    bytes(4, op),
    ...(to === undefined ? [] : [attribute('to', to)]),
    ...(axis === undefined ? [] : [attribute('axis', axis)]),
  ]
}

function encodePort({ name, type, shape }: ForeignPort): Buffer[] {
  const sides = shape.map((side) => bytes(1, [typeof side === 'number' ? integer(1, side) : bytes(2, side)]))
  return [bytes(1, name), bytes(2, [bytes(1, [integer(1, type), bytes(2, sides)])])]
}

function integer(field: number, value: number): Buffer {
  return Buffer.concat([varint(field * 8), varint(value)])
}

function bytes(field: number, value: string | Buffer | readonly Buffer[]): Buffer {
  const body =
    typeof value === 'string'
      ? Buffer.from(value)
      : Buffer.isBuffer(value)
        ? value
        : Buffer.concat(value as Buffer[])
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body])
}

function varint(value: number): Buffer {
  const out: number[] = []
  let rest = value
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) + 128)
  return Buffer.from([...out, rest])
}
