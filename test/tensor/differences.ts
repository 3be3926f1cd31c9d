/**
 * Central differences of an eager forward pass, as an oracle that knows nothing of the gradients.
 *
 * Step 2⁻⁶: the forward pass is float32, so a sum of size 10 is off by 10 · 6e-8, and the quotient by 2e-5; the
 * truncation error is h² f‴ / 6 ≈ 4e-5 f‴. Both are far below the tolerance of 3e-3 of the largest derivative, and an
 * error of a gradient (a lost term, a wrong axis, a missing factor) is far above it.
 */
import assert from 'node:assert/strict'
import { tf } from '../../tensor/index.ts'
import type { HostTensor, Scalar, Tensor } from '../../tensor/types.ts'

const STEP = 2 ** -6
const TOLERANCE = 3e-3

type Function = (...inputs: Tensor[]) => Scalar

/** ∂f/∂input by tf.grads against differences, at every element of every float32 input. */
export function checkGradient(f: Function, inputs: readonly HostTensor[], what: string): void {
  const floats = inputs.flatMap((input, i) => (input.dtype === 'float32' ? [i] : []))
  const exact = tf.tidy(() => {
    const tensors = inputs.map(toTensor)
    const moved = (...xs: Tensor[]) => f(...tensors.map((x, i) => xs[floats.indexOf(i)] ?? x))
    return tf
      .grads(moved)(floats.map((i) => tensors[i]!))
      .map((gradient) => gradient.dataSync().slice())
  })
  for (const [k, i] of floats.entries())
    assertNear([...exact[k]!], slopes(f, inputs, i), `${what}, input ${i}`)
}

/** The same for the gradient itself: ∂/∂x Σ v ∂f/∂x with v different at every place. One input. */
export function checkSecond(f: (x: Tensor) => Scalar, input: HostTensor, what: string): void {
  const slope = (x: Tensor) => {
    const gradient = tf.grad(f)(x)
    const weights = Float32Array.from({ length: gradient.size }, (_, i) => Math.cos(2.3 * i) + 0.3)
    return gradient.mul(tf.tensor(weights, gradient.shape)).sum() as Scalar
  }
  checkGradient(slope, [input], `${what}, second`)
}

function slopes(f: Function, inputs: readonly HostTensor[], moving: number): number[] {
  const values = [...inputs[moving]!.data]
  const at = (element: number, by: number) => {
    const data = Float32Array.from(values)
    data[element]! += by
    const shifted = inputs.map((input, i) => (i === moving ? { ...input, data } : input))
    return tf.tidy(() => f(...shifted.map(toTensor)).dataSync()[0]!)
  }
  return values.map((_, element) => (at(element, STEP) - at(element, -STEP)) / (2 * STEP))
}

function assertNear(got: number[], wanted: number[], what: string): void {
  const scale = Math.max(1e-2, ...wanted.map(Math.abs))
  for (const [i, slope] of wanted.entries())
    assert.ok(
      Math.abs(got[i]! - slope) <= TOLERANCE * scale,
      `${what}[${i}]: gradient ${got[i]}, differences give ${slope} (largest ${scale})`,
    )
}

function toTensor({ data, shape, dtype }: HostTensor): Tensor {
  return tf.tensor(data, [...shape], dtype)
}
