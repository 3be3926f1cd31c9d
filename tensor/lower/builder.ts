/** The ONNX graph under construction: what the lowering rules write to. */
import { type KernelNode, type Kind, sizeOf, type Value } from '../graph.ts'
import { type Attribute, type OnnxNode, type OnnxTensor, type OnnxType, typeNumber } from '../onnx.ts'

/** ONNX name of the output of a kernel, or names where it has several. */
export type LowerRule = (node: KernelNode, graph: Builder) => string | readonly string[]

type Attributes = Readonly<Record<string, Attribute>>

/** What float32 means in a graph: itself, or double precision (see double.ts). Rules always say float32. */
export type Precision = 'float32' | 'float64'

export interface Builder {
  readonly precision: Precision
  readonly channelBlock: number // channels of a block (blocks.ts); 0: no blocks
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxTensor[]
  /** The ONNX name of a value, cast if it is not of the asked type. */
  of(value: Value, dtype?: Kind): string
  name(value: Value, name: string): void
  /** Adds an operator with one output. */
  add(op: string, inputs: readonly string[], attributes?: Attributes, domain?: string): string
  addMany(op: string, inputs: readonly string[], attributes: Attributes, outputs: number): string[]
  cast(name: string, from: OnnxType, to: OnnxType): string
  ints(values: readonly number[]): string // an int64 vector: axes, shapes, splits
  scalar(value: number, dtype?: OnnxType): string
  tensor(values: Iterable<number>, shape: readonly number[], dtype: OnnxType): string
  reshape(name: string, shape: readonly number[]): string
  transpose(name: string, perm: readonly number[]): string
  /** A tensor of one value, made when the graph runs rather than kept in the file. */
  filled(value: number, shape: readonly number[], dtype?: OnnxType): string
  /** Makes a tensor an output of the graph. */
  end(name: string, output: string): void
  /** What the operators added from now on are called in profiles. */
  label(label: string): void
}

export function inPrecision(dtype: OnnxType, precision: Precision): OnnxType {
  return dtype === 'float32' ? precision : dtype
}

const SMALL = 64 // uniform constants up to this many elements are written out

export function startBuilder(precision: Precision = 'float32', channelBlock = 0): Builder {
  const nodes: OnnxNode[] = []
  const { constants, constant } = startConstants(precision)
  const names = new Map<Value, string>()
  let [count, label] = [0, '']

  const push = (
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    outputs: number,
    domain?: string,
  ) => {
    const made = Array.from({ length: outputs }, () => `value::${count++}`)
    const name = `${label}/${op}/${nodes.length}`
    nodes.push({ op, ...(domain && { domain }), name, inputs, outputs: made, attributes })
    return made
  }

  const builder: Builder = {
    precision,
    channelBlock,
    nodes,
    constants,
    of(value, dtype = value.dtype) {
      const name = names.get(value) ?? constantOf(value, builder)
      names.set(value, name)
      return builder.cast(name, value.dtype, dtype)
    },
    name: (value, name) => void names.set(value, name),
    add: (op, inputs, attributes = {}, domain) => push(op, inputs, attributes, 1, domain)[0]!,
    addMany: (op, inputs, attributes, outputs) => push(op, inputs, attributes, outputs),
    cast: (name, from, to) =>
      from === to ? name : builder.add('Cast', [name], { to: typeNumber(inPrecision(to, precision)) }),
    ints: (values) => constant(values, [values.length], 'int64'),
    scalar: (value, dtype = 'float32') => constant([value], [], dtype),
    tensor: constant,
    reshape: (name, shape) => builder.add('Reshape', [name, builder.ints(shape)]),
    transpose: (name, perm) =>
      perm.every((axis, i) => axis === i) ? name : builder.add('Transpose', [name], { perm }),
    filled(value, shape, dtype = 'float32') {
      if (sizeOf(shape) <= SMALL) return constant(Array(sizeOf(shape)).fill(value), shape, dtype)
      return builder.add('Expand', [builder.scalar(value, dtype), builder.ints(shape)])
    },
    end: (name, output) =>
      void nodes.push({ op: 'Identity', name: output, inputs: [name], outputs: [output], attributes: {} }),
    label: (next) => void (label = next),
  }
  return builder
}

/** The initializers of the graph; equal short ones are written once. */
function startConstants(precision: Precision) {
  const constants: OnnxTensor[] = []
  const known = new Map<string, string>()
  const constant: Builder['tensor'] = (values, shape, asked) => {
    const dtype = inPrecision(asked, precision)
    const bytes = bytesOf(values, dtype)
    const key = bytes.length <= 256 ? `${dtype} [${shape}] ${Buffer.from(bytes).toString('hex')}` : undefined
    const found = key === undefined ? undefined : known.get(key)
    if (found !== undefined) return found
    const name = `constant::${constants.length}`
    constants.push({ name, dtype, shape, bytes })
    if (key !== undefined) known.set(key, name)
    return name
  }
  return { constants, constant }
}

function constantOf({ id, node, shape, dtype }: Value, builder: Builder): string {
  if (node.kind !== 'constant') throw new Error(`value ${id} was not lowered`)
  const { uniform, data } = node
  const written = uniform === undefined || data.length === 1
  return written ? builder.tensor(data, shape, dtype) : builder.filled(uniform, shape, dtype)
}

function bytesOf(values: Iterable<number>, dtype: OnnxType): Uint8Array {
  const list = typed(values, dtype)
  return new Uint8Array(list.buffer, list.byteOffset, list.byteLength)
}

function typed(values: Iterable<number>, dtype: OnnxType) {
  if (dtype === 'float32') return Float32Array.from(values)
  if (dtype === 'float64') return Float64Array.from(values)
  if (dtype === 'int32') return Int32Array.from(values)
  if (dtype === 'int64') return BigInt64Array.from([...values].map(BigInt))
  return Uint8Array.from(values)
}
