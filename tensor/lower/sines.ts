/**
 * sin, cos and tan of plain arithmetic, for a GPU: Vulkan lets its own be off by 2⁻¹¹ = 5e-4 between −π and π and says nothing beyond;
 * SwiftShader's are off by 2e-4, and so were the gradients of a network with one sine.
 *
 * x = h π + r with |r| ≤ π/2, and h whole for sin, a half and whole for cos; then ±sin r, by the Taylor series to r¹³, of which 7e-10 are left out.
 * h π is taken away in three parts that have 8 bits, 14 and the rest (Cody & Waite 1980; the numbers of Cephes' sinf), exact for
 * |x| < 8192. Off by at most two roundings of 1.
 */
import type { Builder, LowerRule } from './builder.ts'
import { operand } from './elementwise.ts'

export const sineRules: Record<string, LowerRule> = {
  Sin: (node, g) => (g.composeSines ? sin(g, operand(node, g)) : g.add('Sin', [operand(node, g)])),
  Cos: (node, g) => (g.composeSines ? cos(g, operand(node, g)) : g.add('Cos', [operand(node, g)])),
  Tan(node, g) {
    const x = operand(node, g)
    if (g.composeSines) return g.add('Div', [sin(g, x), cos(g, x)])
    if (g.precision === 'float32') return g.add('Tan', [x])
    return g.add('Div', [g.add('Sin', [x]), g.add('Cos', [x])])
  },
}

const PI = [3.140625, 9.675025939941406e-4, 1.5099579909783765e-7] as const

/** h = m the nearest to x / π: (−1)ᵐ sin(x − m π). */
function sin(g: Builder, x: string): string {
  const turns = g.add('Mul', [x, g.scalar(1 / Math.PI)])
  const m = g.add('Floor', [g.add('Add', [turns, g.scalar(0.5)])])
  return g.add('Mul', [sign(g, m), series(g, rest(g, x, m))])
}

/** h = m + ½ with m = ⌊x / π⌋: (−1)ᵐ⁺¹ sin(x − h π). */
function cos(g: Builder, x: string): string {
  const m = g.add('Floor', [g.add('Mul', [x, g.scalar(1 / Math.PI)])])
  const half = rest(g, x, g.add('Add', [m, g.scalar(0.5)]))
  return g.add('Mul', [sign(g, g.add('Add', [m, g.scalar(1)])), series(g, half)])
}

/** x − h π. */
function rest(g: Builder, x: string, h: string): string {
  return PI.reduce((left, part) => g.add('Sub', [left, g.add('Mul', [h, g.scalar(part)])]), x)
}

/** (−1)ᵐ = 1 − 2 (m − 2 ⌊m/2⌋). */
function sign(g: Builder, m: string): string {
  const pairs = g.add('Floor', [g.add('Mul', [m, g.scalar(0.5)])])
  const odd = g.add('Sub', [m, g.add('Add', [pairs, pairs])])
  return g.add('Sub', [g.scalar(1), g.add('Add', [odd, odd])])
}

/** r − r³/3! + r⁵/5! − … + r¹³/13!. */
function series(g: Builder, r: string): string {
  const square = g.add('Mul', [r, r])
  let sum = g.scalar(1)
  for (let n = 13; n > 1; n -= 2) {
    const factor = g.add('Mul', [square, g.scalar(-1 / (n * (n - 1)))])
    sum = g.add('Add', [g.add('Mul', [sum, factor]), g.scalar(1)])
  }
  return g.add('Mul', [r, sum])
}
