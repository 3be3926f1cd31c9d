/**
 * Sums of products by index letters, 'bij,bjk->bik', in place of tf.einsum, which has no gradient. Made of transposes,
 * reshapes and one matrix product an operand, left to right.
 *
 * Not supported: '...', a letter twice in one operand (a diagonal), a letter of the result that no operand has.
 */
import * as tf from '@tensorflow/tfjs'
import { sizeOf } from '../graph.ts'
import type { Tensor } from '../types.ts'

export function einsum(equation: string, ...tensors: Tensor[]): Tensor {
  const { operands, result } = parse(equation)
  if (operands.length !== tensors.length)
    throw new Error(`einsum '${equation}': ${operands.length} operands, got ${tensors.length} tensors`)
  const sides = sidesOf(equation, operands, tensors)
  const needed = (from: number) => new Set([...result, ...operands.slice(from).flat()])
  let product: Lettered = { letters: operands[0]!, tensor: tensors[0]! }
  for (let i = 1; i < operands.length; i++)
    product = multiply(product, { letters: operands[i]!, tensor: tensors[i]! }, needed(i + 1), sides)
  return arranged(summed(product, new Set(result)), result)
}

interface Lettered {
  letters: string[]
  tensor: Tensor
}
type Sides = ReadonlyMap<string, number>

function parse(equation: string): { operands: string[][]; result: string[] } {
  const match = /^([a-zA-Z]*(?:,[a-zA-Z]*)*)->([a-zA-Z]*)$/.exec(equation.replaceAll(' ', ''))
  if (match === null) throw new Error(`einsum '${equation}': must be letters, as in 'ij,jk->ik'`)
  const operands = match[1]!.split(',').map((word) => [...word])
  const result = [...match[2]!]
  for (const letters of [...operands, result])
    if (new Set(letters).size !== letters.length)
      throw new Error(`einsum '${equation}': a letter stands twice in '${letters.join('')}'`)
  const known = new Set(operands.flat())
  const unknown = result.find((letter) => !known.has(letter))
  if (unknown !== undefined) throw new Error(`einsum '${equation}': no operand has '${unknown}'`)
  return { operands, result }
}

function sidesOf(equation: string, operands: string[][], tensors: readonly Tensor[]): Sides {
  const sides = new Map<string, number>()
  for (const [i, letters] of operands.entries()) {
    const { shape } = tensors[i]!
    if (shape.length !== letters.length)
      throw new Error(
        `einsum '${equation}': operand ${i} has ${letters.length} letters, its tensor is [${shape}]`,
      )
    for (const [axis, letter] of letters.entries()) {
      const known = sides.get(letter) ?? shape[axis]!
      if (known !== shape[axis])
        throw new Error(`einsum '${equation}': '${letter}' is ${known} and ${shape[axis]}`)
      sides.set(letter, known)
    }
  }
  return sides
}

/** Over batch letters (in both, and needed later) a product of [left, inner] and [inner, right]. */
function multiply(first: Lettered, second: Lettered, later: ReadonlySet<string>, sides: Sides): Lettered {
  const a = summed(first, new Set([...later, ...second.letters]))
  const b = summed(second, new Set([...later, ...first.letters]))
  const both = a.letters.filter((letter) => b.letters.includes(letter))
  const batch = both.filter((letter) => later.has(letter))
  const inner = both.filter((letter) => !later.has(letter))
  const left = a.letters.filter((letter) => !both.includes(letter))
  const right = b.letters.filter((letter) => !both.includes(letter))
  const size = (letters: readonly string[]) => sizeOf(letters.map((letter) => sides.get(letter)!))

  const rows = arranged(a, [...batch, ...left, ...inner]).reshape([size(batch), size(left), size(inner)])
  const columns = arranged(b, [...batch, ...inner, ...right]).reshape([size(batch), size(inner), size(right)])
  const product = inner.length === 0 ? rows.mul(columns) : tf.matMul(rows, columns) // [batch, left, right]
  const letters = [...batch, ...left, ...right]
  return { letters, tensor: product.reshape(letters.map((letter) => sides.get(letter)!)) }
}

/** Without the letters that nobody needs any more. */
function summed({ letters, tensor }: Lettered, needed: ReadonlySet<string>): Lettered {
  const axes = [...letters.keys()].filter((axis) => !needed.has(letters[axis]!))
  if (axes.length === 0) return { letters, tensor }
  return { letters: letters.filter((letter) => needed.has(letter)), tensor: tensor.sum(axes) }
}

function arranged({ letters, tensor }: Lettered, order: readonly string[]): Tensor {
  const perm = order.map((letter) => letters.indexOf(letter))
  return perm.every((axis, i) => axis === i) ? tensor : tensor.transpose(perm)
}
