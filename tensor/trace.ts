/**
 * The recorder: every kernel that a program calls becomes a node, unless an equal one is there already (value
 * numbering) or a pass knows something simpler. Nothing is computed but constants of constants.
 */
import {
  type Attrs,
  type ConstantNode,
  type KernelNode,
  type Kind,
  type Node,
  type Numbers,
  numbers,
  type Shape,
  sizeOf,
  type Typed,
  type Value,
} from './graph.ts'
import { type Recorded, simplify } from './passes/simplify.ts'
import { shapeRules } from './shapes/rules.ts'

export interface Recorder {
  readonly inputs: ReadonlyMap<string, Value>
  readonly reused: number // how many calls found their values there already
  input(name: string, declared: Typed): Value
  constant(data: Numbers, shape: Shape, dtype: Kind): Value
  uniform(value: number, shape: Shape, dtype: Kind): Value
  call(kernel: string, inputs: readonly Value[], names: readonly string[], attrs: Attrs): readonly Value[]
}

const SHORT = 4096 // constants up to this many elements are compared by content

export function startRecorder(): Recorder {
  const values = startValues()
  const inputs = new Map<string, Value>()
  let reused = 0

  const recorder: Recorder = {
    inputs,
    get reused() {
      return reused
    },
    input(name, declared) {
      if (inputs.has(name)) throw new Error(`input '${name}' was declared twice`)
      const [value] = values.make({ kind: 'input', name, outputs: [] }, [declared])
      inputs.set(name, value!)
      return value!
    },
    constant(data, shape, dtype) {
      const first = data[0]
      const same = first !== undefined && data.every((x) => Object.is(x, first))
      return same ? recorder.uniform(first, shape, dtype) : values.constant(data, { shape, dtype })
    },
    uniform(value, shape, dtype) {
      const data = numbers(dtype, sizeOf(shape) === 1 ? [value] : [])
      const node: ConstantNode = { kind: 'constant', uniform: value, data, outputs: [] }
      return values.once(`uniform ${dtype} [${shape}] ${exact(value)}`, node, [{ shape, dtype }])[0]!
    },
    call(kernel, operands, names, attrs) {
      const call: Recorded = { kernel, inputs: operands, names, attrs }
      const outputs = outputsOf(call)
      const simpler = simplify(call, outputs, recorder)
      if (simpler !== undefined) return [simpler]
      const node: KernelNode = { kind: 'kernel', ...call, outputs: [] }
      const found = values.once(keyOf(call), node, outputs)
      if (found !== node.outputs) reused++
      return found
    },
  }
  return recorder
}

/** The values of one recording, numbered as they are made; equal ones are made once. */
function startValues() {
  const known = new Map<string, readonly Value[]>()
  let ids = 0
  const make = (node: Node, outputs: readonly Typed[]): readonly Value[] => {
    node.outputs = outputs.map(({ shape, dtype }) => ({ shape: [...shape], dtype, id: ids++, node }))
    return node.outputs
  }
  const once = (key: string, node: Node, outputs: readonly Typed[]): readonly Value[] => {
    const values = known.get(key) ?? make(node, outputs)
    known.set(key, values)
    return values
  }
  const constant = (data: Numbers, typed: Typed): Value => {
    const node: ConstantNode = { kind: 'constant', uniform: undefined, data: data.slice(), outputs: [] }
    if (data.length > SHORT) return make(node, [typed])[0]!
    return once(`constant ${typed.dtype} [${typed.shape}] ${[...data].map(exact).join()}`, node, [typed])[0]!
  }
  return { make, once, constant }
}

function keyOf({ kernel, inputs, names, attrs }: Recorded): string {
  const told = JSON.stringify(attrs, (_, value) => (typeof value === 'number' ? exact(value) : value))
  return `${kernel}(${names}) ${inputs.map((value) => value.id)} ${told}`
}

/** Tells −0 from 0, and the numbers from one another that JSON calls null. */
function exact(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function outputsOf(call: Recorded): readonly Typed[] {
  const rule = shapeRules[call.kernel]
  if (rule !== undefined) return rule(call)
  throw new Error(
    `kernel '${call.kernel}' cannot be compiled yet. docs/engine.md lists the kernels that can; ` +
      `the device 'eager' runs it`,
  )
}
