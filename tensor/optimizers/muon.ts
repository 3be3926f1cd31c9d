import type { Shape } from '../graph.ts'
import * as tf from '../tf.ts'
import { flushTiny } from '../tiny.ts'
import type { Tensor } from '../types.ts'
import { type AdamSettings, adamMove, corrections, decayed } from './adam.ts'
import { asMatrices, matrixOf } from './matrices.ts'
import type { Optimizer } from './optimizer.ts'

/**
 * For matrices G of momentum, m × n:
 *   v ← μ v + g;   G = g + μ v;   w ← w − r (0.2 √max(m, n) O + λ w),   O ≈ U Vᵀ where G = U S Vᵀ
 * O by `steps` Newton–Schulz steps on X = G / ‖G‖: X ← a X + (b A + c A²) X with A = X Xᵀ. All other weights: AdamW.
 *
 * Jordan et al. 2024, https://kellerjordan.github.io/posts/muon/, with the scale and the decay of Liu et al.,
 * arXiv:2502.16982, equation 4, which makes one learning rate do for both parts. Departure: a name does not say that a weight
 * is an embedding or the last layer, which both sources leave to AdamW; here a side beyond `longest` does.
 */
interface MuonSettings extends AdamSettings {
  momentum: number
  steps: number
  decay: number
  longest: number
  [name: string]: number
}

export const muon: Optimizer<MuonSettings> = {
  about: 'Muon: orthogonalized momentum for matrices, AdamW for the rest',
  cite: 'arXiv:2502.16982',
  defaults: { momentum: 0.95, steps: 5, decay: 0.1, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, longest: 4096 },
  alone: (shape, { longest }) => matrixOf(shape, longest) !== null,
  memory: ({ longest }, shape): Record<string, Shape> =>
    matrixOf(shape, longest) === null ? { mean: shape, square: shape } : { velocity: shape },
  scalars: corrections,
  update(weight, gradient, memory, scalars, settings) {
    const { momentum, steps, decay, longest } = settings
    const kept = decayed(weight, scalars.rate!, decay)
    const sides = matrixOf(weight.shape, longest)
    if (sides === null) {
      const { move, memory: next } = adamMove(gradient, memory, scalars, settings)
      return { weight: kept.sub(move), memory: next }
    }
    const velocity = flushTiny(memory.velocity!.mul(momentum).add(gradient))
    const direction = orthogonalized(asMatrices(gradient.add(velocity.mul(momentum)), sides), steps)
    const scale = 0.2 * Math.sqrt(Math.max(sides[1], sides[2]))
    const move = direction.reshape(weight.shape).mul(scalars.rate!.mul(scale))
    return { weight: kept.sub(move), memory: { velocity } }
  },
}

/** Singular values between 0.7 and 1.2 after 5 steps: the coefficients of Jordan et al. do not converge to 1, they are quick. */
const [A, B, C] = [3.4445, -4.775, 2.0315]

/** [..., m, n] → [..., m, n]. Products are m × m with m the shorter side. */
function orthogonalized(matrices: Tensor, steps: number): Tensor {
  const [rows, columns] = matrices.shape.slice(-2) as [number, number]
  const isTall = rows > columns
  const size = matrices.square().sum([-2, -1], true).sqrt().add(1e-7)
  let x: Tensor = matrices.div(size)
  for (let step = 0; step < steps; step++) {
    const gram = tf.matMul(x, x, isTall, !isTall) // [..., m, m]
    const factor = gram.mul(B).add(tf.matMul(gram, gram).mul(C))
    x = x.mul(A).add(isTall ? tf.matMul(x, factor) : tf.matMul(factor, x))
  }
  return x
}
