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
  const known = new Map<string, readonly Value[]>()
  const inputs = new Map<string, Value>()
  let [ids, reused] = [0, 0]

  function make(node: Node, outputs: readonly Typed[]): readonly Value[] {
    const values = outputs.map(({ shape, dtype }) => ({ shape: [...shape], dtype, id: ids++, node }))
    node.outputs = values
    return values
  }
  function once(key: string, build: () => readonly Value[]): readonly Value[] {
    const values = known.get(key) ?? build()
    known.set(key, values)
    return values
  }

  const recorder: Recorder = {
    inputs,
    get reused() {
      return reused
    },
    input(name, declared) {
      if (inputs.has(name)) throw new Error(`input '${name}' was declared twice`)
      const [value] = make({ kind: 'input', name, outputs: [] }, [declared])
      inputs.set(name, value!)
      return value!
    },
    constant(data, shape, dtype) {
      const first = data[0]
      if (first !== undefined && data.every((x) => Object.is(x, first)))
        return recorder.uniform(first, shape, dtype)
      const node: ConstantNode = { kind: 'constant', uniform: undefined, data: data.slice(), outputs: [] }
      const build = () => make(node, [{ shape, dtype }])
      if (data.length > SHORT) return build()[0]!
      return once(`constant ${dtype} [${shape}] ${[...data].map(exact).join()}`, build)[0]!
    },
    uniform(value, shape, dtype) {
      const data = sizeOf(shape) === 1 ? numbers(dtype, [value]) : numbers(dtype, [])
      const build = () => make({ kind: 'constant', uniform: value, data, outputs: [] }, [{ shape, dtype }])
      return once(`uniform ${dtype} [${shape}] ${exact(value)}`, build)[0]!
    },
    call(kernel, operands, names, attrs) {
      const rule = shapeRules[kernel]
      if (rule === undefined) throw new Error(untraceable(kernel))
      const call: Recorded = { kernel, inputs: operands, names, attrs }
      const outputs = rule(call)
      const simpler = simplify(call, outputs, recorder)
      if (simpler !== undefined) return [simpler]
      const node: KernelNode = { kind: 'kernel', ...call, outputs: [] }
      const values = once(keyOf(call), () => make(node, outputs))
      if (values !== node.outputs) reused++
      return values
    },
  }
  return recorder
}

function keyOf({ kernel, inputs, names, attrs }: Recorded): string {
  const told = JSON.stringify(attrs, (_, value) => (typeof value === 'number' ? exact(value) : value))
  return `${kernel}(${names}) ${inputs.map((value) => value.id)} ${told}`
}

/** Tells −0 from 0, and the numbers from one another that JSON calls null. */
function exact(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function untraceable(kernel: string): string {
  return (
    `kernel '${kernel}' cannot be compiled yet. docs/engine.md lists the kernels that can; ` +
    `the device 'eager' runs it`
  )
}
