import type { Shape } from '../graph.ts'
import * as tf from '../tf.ts'
import { flushTiny } from '../tiny.ts'
import type { HostTensor, Tensor } from '../types.ts'
import { type AdamSettings, adamMove, corrections, decayed } from './adam.ts'
import { eigenvectors, powerStep } from './eigenbasis.ts'
import { asMatrices, matrixOf } from './matrices.ts'
import type { Named, Optimizer } from './optimizer.ts'

/**
 * Adam in the eigenbasis of Shampoo's preconditioners. For matrices G, m × n, with Q_L, Q_R orthogonal:
 *   M ← β1 M + (1 − β1) G;   V ← β2 V + (1 − β2) (Q_Lᵀ G Q_R)²                      square elementwise
 *   W ← W − r Q_L ((Q_Lᵀ M Q_R) / (√V + ε)) Q_Rᵀ − r λ W                             M, V corrected as in Adam
 *   L ← β2 L + (1 − β2) G Gᵀ;   R ← β2 R + (1 − β2) Gᵀ G
 *   every `every` steps:  Q_L ← QR(L Q_L),  Q_R ← QR(R Q_R)
 * The first step moves nothing: L and R start with it, Q_L and Q_R are their eigenvectors. Other weights: AdamW.
 *
 * Vyas et al., arXiv:2409.11321, algorithms 3 and 4, settings of the authors' code. Q is renewed on the host in f64, between
 * two steps. Departures: filters are one matrix, not a tensor with a basis for each axis (as in algorithm 3, not in their
 * code); decay takes the old W; the columns of Q are not sorted anew (nor are they in the paper); weights with a side beyond
 * `longest` are left to AdamW, where theirs keep one basis.
 *
 * Why QR is no tensor code. Newton–Schulz (muon.ts), which needs products alone, finds the polar factor, and that of L Q is Q again:
 * L Q = Q (Qᵀ L Q), the second factor symmetric and nowhere negative. Nothing would turn; it is the triangular factor that
 * sorts the vectors. Cholesky takes it from Qᵀ L² Q, where float32 loses eigenvalues below √2⁻²³ = 3e-4 of the largest, and
 * gradients of low rank have little else. Gram–Schmidt is a chain of n ≤ 512 steps, unrolled in a graph that has no branches,
 * so computed at every step for one in `every`. The eigenvectors of the first step are sweeps of n² rotations on top.
 */
interface SoapSettings extends AdamSettings {
  decay: number
  every: number
  longest: number
  [name: string]: number
}

export const soap: Optimizer<SoapSettings> = {
  about: 'SOAP: Adam in the eigenbasis of the gradients of a matrix',
  cite: 'arXiv:2409.11321',
  defaults: { beta1: 0.95, beta2: 0.95, epsilon: 1e-8, decay: 0.01, every: 10, longest: 512 },
  alone: (shape, { longest }) => matrixOf(shape, longest) !== null,
  memory({ longest }, shape): Record<string, Shape> {
    const sides = matrixOf(shape, longest)
    if (sides === null) return { mean: shape, square: shape }
    const [count, rows, columns] = sides
    const [left, right] = [rows, columns].map((side) => (count === 1 ? [side, side] : [count, side, side]))
    return { mean: shape, square: shape, left: left!, right: right!, leftBasis: left!, rightBasis: right! }
  },
  scalars: (step, settings) => ({ ...corrections(Math.max(1, step - 1), settings), moves: step > 1 ? 1 : 0 }),

  update(weight, gradient, memory, scalars, settings) {
    const { decay, longest, beta2 } = settings
    const { rate, moves } = scalars
    const kept = decayed(weight, rate!.mul(moves!).asScalar(), decay)
    const sides = matrixOf(weight.shape, longest)
    const first = gradient.mul(moves!) // zero at the first step, so that nothing is remembered of it here
    if (sides === null) {
      const { move, memory: next } = adamMove(first, memory, scalars, settings)
      return { weight: kept.sub(move), memory: next }
    }
    const { left, right, leftBasis, rightBasis } = memory as Bases
    const into = (x: Tensor) => tf.matMul(tf.matMul(leftBasis, x, true), rightBasis) // Q_Lᵀ x Q_R
    const back = (x: Tensor) => tf.matMul(tf.matMul(leftBasis, x), rightBasis, false, true)
    const seen = asMatrices(gradient, sides)
    const turned = into(asMatrices(first, sides))
    const { beta1, epsilon } = settings
    const mean = flushTiny(memory.mean!.mul(beta1).add(first.mul(1 - beta1)))
    const square = flushTiny(
      memory.square!.mul(beta2).add(
        turned
          .square()
          .mul(1 - beta2)
          .reshape(weight.shape),
      ),
    )
    const deviation = square.mul(scalars.squareCorrection!).sqrt().add(epsilon)
    const ratio = into(asMatrices(mean, sides)).div(asMatrices(deviation, sides))
    const move = back(ratio).reshape(weight.shape).mul(rate!.mul(scalars.meanCorrection!))
    const next = {
      left: averaged(left, tf.matMul(seen, seen, false, true), beta2),
      right: averaged(right, tf.matMul(seen, seen, true), beta2),
    }
    return { weight: kept.sub(move), memory: { mean, square, ...next, leftBasis, rightBasis } }
  },

  isTurn: (step, { every }) => step === 1 || (step - 1) % every === 0,
  turn({ left, leftBasis, right, rightBasis }, step) {
    renew(left!, leftBasis!, step === 1)
    renew(right!, rightBasis!, step === 1)
  },
}

type Bases = Named<Tensor> & Record<'left' | 'right' | 'leftBasis' | 'rightBasis', Tensor>

function averaged(past: Tensor, now: Tensor, beta: number): Tensor {
  return flushTiny(past.mul(beta).add(now.mul(1 - beta)))
}

/** Q of each of the matrices [..., n, n]. */
function renew(matrices: HostTensor, bases: HostTensor, isFirst: boolean): void {
  const n = matrices.shape.at(-1)!
  for (let from = 0; from < matrices.data.length; from += n * n) {
    const P = Float64Array.from(matrices.data.subarray(from, from + n * n))
    const Q = Float64Array.from(bases.data.subarray(from, from + n * n))
    bases.data.set(isFirst ? eigenvectors(P, n) : powerStep(P, Q, n), from)
  }
}
