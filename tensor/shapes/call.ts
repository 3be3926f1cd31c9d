/** One call of a kernel, as shape rules see it. */
import type { Attrs, Kind, Shape, Typed } from '../graph.ts'

export interface Call {
  kernel: string
  inputs: readonly Typed[]
  names: readonly string[]
  attrs: Attrs
}
/** Shapes and types of the outputs, as the JavaScript kernels would give them. */
export type ShapeRule = (call: Call) => readonly Typed[]

export function input(call: Call, name: string): Typed {
  const found = optional(call, name)
  if (found === undefined) throw new Error(`kernel ${call.kernel} has no input '${name}'`)
  return found
}

export function optional(call: Call, name: string): Typed | undefined {
  const at = call.names.indexOf(name)
  return at < 0 ? undefined : call.inputs[at]
}

export function one(shape: Shape, dtype: Kind): readonly Typed[] {
  return [{ shape, dtype }]
}

/** −1 is the last axis. */
export function axisOf(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis
}

/** Axes of a reduction: none given means all. */
export function axesOf(axis: unknown, rank: number): number[] {
  if (axis === undefined || axis === null) return [...Array(rank).keys()]
  const list = Array.isArray(axis) ? (axis as number[]) : [axis as number]
  return list.map((a) => axisOf(a, rank)).sort((a, b) => a - b)
}

/** Right-aligned; a side of one stretches. */
export function broadcast(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, i) => {
    const left = a[a.length - rank + i] ?? 1
    const right = b[b.length - rank + i] ?? 1
    if (left !== right && left !== 1 && right !== 1)
      throw new Error(`shapes [${a.join(', ')}] and [${b.join(', ')}] do not broadcast`)
    return left === 1 ? right : left
  })
}

export function upcast(a: Kind, b: Kind): Kind {
  if (a === 'float32' || b === 'float32') return 'float32'
  return a === 'int32' || b === 'int32' ? 'int32' : 'bool'
}
