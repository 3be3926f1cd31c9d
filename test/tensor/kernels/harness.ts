/**
 * One small program of each kernel, run three ways: eagerly, compiled, and compiled in double precision. Eager and compiled
 * must agree in every number; the first and second derivatives of the double one must be its central differences.
 */
import assert from 'node:assert/strict'
import { compileOn } from '../../../tensor/devices.ts'
import { sizeOf } from '../../../tensor/graph.ts'
import { tf } from '../../../tensor/index.ts'
import type { Program } from '../../../tensor/program.ts'
import type { HostTensor, Tensor } from '../../../tensor/types.ts'

export interface Case {
  name: string
  inputs: readonly HostTensor[]
  f(...inputs: Tensor[]): Tensor | Tensor[]
  /** false where there is nothing to differentiate: indices, comparisons. */
  gradient?: boolean
  /** Has kinks: at ties and extremes it is left out of the comparison with differences. */
  kinked?: boolean
  /** false where the gradient is not meant to be the derivative. */
  truth?: false
}

export const SEED = 7

/** A linear congruential stream (Numerical Recipes), so that a failing case can be seen again. */
export function stream(seed: number): () => number {
  let state = seed >>> 0
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
}

const next = stream(SEED)

/** Uniform in [low, high). */
export function real(shape: readonly number[], low = -1, high = 1): HostTensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * next())
  return { shape, dtype: 'float32', data }
}

/** Few different values, zero among them: for ties and kinks. */
export function tied(shape: readonly number[]): HostTensor {
  const data = Float32Array.from({ length: sizeOf(shape) }, () => Math.floor(next() * 4) - 1)
  return special({ shape, dtype: 'float32', data })
}

/** Where functions overflow, underflow, have poles or are not defined. */
export function extremes(): HostTensor {
  const data = Float32Array.of(-1000, -100, -20, -1e-6, 0, 1e-6, 20, 100, 1000)
  return special({ shape: [9], dtype: 'float32', data })
}

/** Inputs at which a derivative may not exist. */
export const specials = new WeakSet<HostTensor>()

function special(input: HostTensor): HostTensor {
  specials.add(input)
  return input
}

export function whole(shape: readonly number[], low: number, high: number): HostTensor {
  const data = Int32Array.from({ length: sizeOf(shape) }, () => low + Math.floor((high - low) * next()))
  return { shape, dtype: 'int32', data }
}

/** The same program on random inputs of several shapes. */
export function on(name: string, shapes: readonly number[][], f: (x: Tensor) => Tensor | Tensor[]): Case[] {
  return shapes.map((shape) => ({ name: `${name} [${shape}]`, inputs: [real(shape)], f }))
}

/**
 * Outputs y0, y1, … and, where asked for, of the total Σ w y, with w different at every place:
 * total; g0, g1, … = ∂ total / ∂ input; slope = Σ v g; h0, h1, … = ∂ slope / ∂ input.
 */
export function programOf({ inputs, f, gradient = true }: Case): Program {
  const declared = inputs.map(({ shape, dtype }, i) => [`x${i}`, { shape, dtype }])
  return {
    inputs: Object.fromEntries(declared),
    run(named) {
      const xs = inputs.map((_, i) => named[`x${i}`]!)
      const outputs: Record<string, Tensor> = {}
      for (const [i, y] of [f(...xs)].flat().entries()) outputs[`y${i}`] = y
      if (!gradient) return outputs
      const floats = xs.filter((x) => x.dtype === 'float32')
      const total = (...moved: Tensor[]) => {
        const rest = [...moved]
        return weighted([f(...xs.map((x) => (x.dtype === 'float32' ? rest.shift()! : x)))].flat())
      }
      const slope = (...moved: Tensor[]) => weighted([...tf.grads(total)(moved), nothing(moved)])
      const [first, second] = [tf.valueAndGrads(total)(floats), tf.valueAndGrads(slope)(floats)]
      outputs.total = first.value
      outputs.slope = second.value
      for (const [i, g] of first.grads.entries()) outputs[`g${i}`] = g
      for (const [i, h] of second.grads.entries()) outputs[`h${i}`] = h
      return outputs
    },
  }
}

/** Zero, but through every input: the slope of a linear function depends on none, which TensorFlow.js takes for a mistake. */
function nothing(xs: readonly Tensor[]): Tensor {
  return tf.addN(xs.map((x) => x.square().mul(0).sum()))
}

/** Eager against compiled. */
export async function compare(it: Case): Promise<void> {
  const program = programOf(it)
  const fed = Object.fromEntries(it.inputs.map((input, i) => [`x${i}`, input]))
  const eager = await compileOn(program, { device: 'eager', threads: 1 })
  const compiled = await compileOn(program, { device: 'cpu', threads: 1 })
  const [wanted, got] = [await eager.run(fed), await compiled.run(fed)]
  await compiled.dispose()
  assert.deepEqual(Object.keys(got), Object.keys(wanted))
  for (const [name, tensor] of Object.entries(wanted))
    if (name !== 'total' && name !== 'slope')
      assertClose(got[name]!, tensor, `${it.name} ${name}`, name.startsWith('y') ? 0 : 1e-6) // sums that cancel
}

/**
 * Float32 sums in another order, and other approximations of exp, erf and the like: 1e-5 of the largest value. Below 1e-6 a
 * derivative is what is left of the rounding of numbers of order one.
 */
export function assertClose(
  got: HostTensor,
  wanted: HostTensor,
  what: string,
  least = 0,
  tolerance = 1e-5,
): void {
  assert.equal(got.dtype, wanted.dtype, `${what}: type`)
  assert.deepEqual([...got.shape], [...wanted.shape], `${what}: shape`)
  const scale = Math.max(1e-30, least, ...[...wanted.data].filter(Number.isFinite).map(Math.abs))
  for (const [i, x] of wanted.data.entries()) {
    const y = got.data[i]!
    const same = Object.is(x, y) || Math.abs(x - y) <= tolerance * scale
    assert.ok(same, `${what}[${i}]: ${y}, eager gives ${x} (largest ${scale})`)
  }
}

export function weighted(outputs: readonly Tensor[]): tf.Scalar {
  const sums = outputs
    .filter((y) => y.dtype === 'float32')
    .map((y) => {
      const weights = Float32Array.from({ length: y.size }, (_, i) => Math.sin(1.7 * i) + 0.2)
      return y.mul(tf.tensor(weights, y.shape)).sum()
    })
  return tf.addN(sums) as tf.Scalar
}
