/**
 * How the weights of a training step lie in memory: those that an optimizer updates one number at a time end to end in one
 * vector, so that a step has one chain of small operations and not one a weight; the others by themselves.
 */
import { type Shape, sizeOf } from './graph.ts'
import type { HostTensor, Tensor, Weights } from './types.ts'

export interface Group {
  name: string
  shape: Shape
  members: readonly Member[]
}
interface Member {
  name: string
  shape: Shape
  from: number // its first number in the group
}

type Named<T> = { readonly [name: string]: T }

const TOGETHER = '*'

export function layoutOf(weights: Weights, alone: (shape: Shape, name: string) => boolean): Group[] {
  const groups: Group[] = []
  const together: Member[] = []
  let size = 0
  for (const [name, { shape }] of weights)
    if (alone(shape, name)) groups.push({ name, shape, members: [{ name, shape, from: 0 }] })
    else {
      together.push({ name, shape, from: size })
      size += sizeOf(shape)
    }
  if (together.length === 0) return groups
  const shape = together.length === 1 ? together[0]!.shape : [size]
  return [...groups, { name: TOGETHER, shape, members: together }]
}

/** The weights by name, cut out of their groups. */
export function partsOf(groups: readonly Group[], values: Named<Tensor>): Record<string, Tensor> {
  const parts: Record<string, Tensor> = {}
  for (const { name: group, members } of groups)
    for (const { name, shape, from } of members) {
      const whole = values[group]!
      parts[name] = members.length === 1 ? whole : whole.slice([from], [sizeOf(shape)]).reshape([...shape])
    }
  return parts
}

/** What belongs to the weights of a group, laid out as the group is. */
export function wholeOf({ members }: Group, parts: Named<Tensor>): Tensor {
  const [first, ...others] = members.map(({ name }) => parts[name]!)
  if (others.length === 0) return first!
  const flat = [first!, ...others].map((part) => part.flatten())
  return flat[0]!.concat(flat.slice(1))
}

/** Copies the weights into their groups, which are there already. */
export function pack(groups: readonly Group[], weights: Weights, into: Named<HostTensor>): void {
  for (const { name: group, members } of groups)
    for (const { name, from } of members) into[group]!.data.set(weights.get(name)!.data, from)
}

/** Copies, in the order of `weights`. */
export function unpack(groups: readonly Group[], values: Named<HostTensor>, weights: Weights): Weights {
  const places = new Map<string, { group: string; from: number }>()
  for (const { name: group, members } of groups)
    for (const { name, from } of members) places.set(name, { group, from })
  const copies = new Map<string, HostTensor>()
  for (const [name, { shape, dtype }] of weights) {
    const { group, from } = places.get(name)!
    copies.set(name, { shape, dtype, data: values[group]!.data.slice(from, from + sizeOf(shape)) })
  }
  return copies
}
