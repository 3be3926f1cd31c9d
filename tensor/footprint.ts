/**
 * How many bytes the tensors of a program take at once, counted on its graph: kernels in the order in which they were recorded, a
 * tensor from the kernel that makes it to the last that reads it. A reshape is its source; an elementwise kernel writes over an
 * operand of its size that nobody else reads, as ONNX Runtime does. Inputs and constants are not counted.
 *
 * It is a count, not a measurement: it repeats to the byte on every machine, and knows neither the workspace of a kernel nor what
 * an allocator keeps.
 */
import { type Graph, type Kind, liveNodes, sizeOf, type Value } from './graph.ts'
import { elementwiseShapes } from './shapes/elementwise.ts'

/** `elements`: how many a tensor counts for, 0 where it is to be left out. */
export function footprint(
  { outputs }: Graph,
  elements: (value: Value) => number = ({ shape }) => sizeOf(shape),
): number {
  const nodes = liveNodes(outputs.values())
  const reads = readsOf(nodes, outputs.values())
  const held = new Map<Value, Held>()
  let [now, peak] = [0, 0]

  for (const node of nodes) {
    if (node.kind !== 'kernel') continue
    const read = node.inputs.flatMap((input) => held.get(input) ?? [])
    let unread = 0 // what a kernel makes beside what is asked of it is there while it runs
    for (const output of node.outputs) {
      const source = node.kernel === 'Reshape' ? held.get(node.inputs[0]!) : undefined
      const bytes = elements(output) * WIDTHS[output.dtype]
      const over = node.kernel in elementwiseShapes ? read.find((own) => isFree(own, read, bytes)) : undefined
      const mine = source ?? over ?? { bytes: node.kernel === 'Reshape' ? 0 : bytes, left: 0 }
      mine.left += reads.get(output)!
      held.set(output, mine)
      if (mine === source || mine === over) continue
      now += mine.bytes
      if (mine.left === 0) unread += mine.bytes
    }
    peak = Math.max(peak, now)
    for (const own of read) if (--own.left === 0) now -= own.bytes
    now -= unread
  }
  return peak
}

/** A piece of memory, and how many reads of it lie ahead. */
interface Held {
  bytes: number
  left: number
}

const WIDTHS: Record<Kind, number> = { float32: 4, int32: 4, bool: 1 }

/** Outputs of the program are read by the caller, at the end of all. */
function readsOf(nodes: ReturnType<typeof liveNodes>, ends: Iterable<Value>): Map<Value, number> {
  const reads = new Map<Value, number>()
  for (const node of nodes) {
    for (const output of node.outputs) reads.set(output, 0)
    if (node.kind === 'kernel') for (const input of node.inputs) reads.set(input, reads.get(input)! + 1)
  }
  for (const end of ends) reads.set(end, Number.POSITIVE_INFINITY)
  return reads
}

/** Of this size, and read for the last time by the kernel that reads all of `read`. */
function isFree(own: Held, read: readonly Held[], bytes: number): boolean {
  return own.bytes === bytes && own.left === read.filter((other) => other === own).length
}
