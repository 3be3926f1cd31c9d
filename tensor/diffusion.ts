/**
 * −div(k ∇u) on tensors, as solvers/diffusion/stencil.ts has it on the host: k on (n+1)² cells, u on the n² nodes
 * between them, u = 0 on the wall, h = 1/(n+1).
 *
 *   A u = −div(t ⊙ ∇u),   ∇u the slopes (n+1)(u_i − u_{i−1}) across faces, t the mean of the two cells a face crosses
 *
 * so that ⟨A u, v⟩ = Σ_faces t ∇u ∇v with sums over nodes and faces, no h in either.
 *
 * What lives on faces comes in two parts: `first` [B, n+1, n], across the first axis, from the wall before row 0 to the
 * wall behind row n−1; `second` [B, n, n+1], across the second axis.
 */
import * as tf from './tf.ts'
import type { Tensor } from './types.ts'

export interface OnFaces {
  first: Tensor // [B, n+1, n]
  second: Tensor // [B, n, n+1]
}

/** k [B, n+1, n+1] on cells → t on faces. */
export function facesOf(k: Tensor): OnFaces {
  return { first: meanAlong(k, 2), second: meanAlong(k, 1) }
}

/** u [B, n, n] → (n+1)(u_i − u_{i−1}) on faces, with u = 0 beyond the wall. */
export function slopesOf(u: Tensor): OnFaces {
  const scale = u.shape[1]! + 1
  const padded = (axis: number): [number, number][] => [0, 1, 2].map((a) => (a === axis ? [1, 1] : [0, 0]))
  return {
    first: differenceAlong(tf.pad(u, padded(1)), 1).mul(scale), // [B, n+1, n]
    second: differenceAlong(tf.pad(u, padded(2)), 2).mul(scale), // [B, n, n+1]
  }
}

/** div w = (n+1)(w_{i+1} − w_i), both axes added: faces → [B, n, n]. Minus its adjoint is slopesOf. */
export function divergenceOf({ first, second }: OnFaces): Tensor {
  const scale = first.shape[1]!
  return differenceAlong(first, 1).add(differenceAlong(second, 2)).mul(scale) // [B, n, n]
}

/** A u of k on cells: [B, n, n]. */
export function diffusionOf(k: Tensor, u: Tensor): Tensor {
  const [t, slopes] = [facesOf(k), slopesOf(u)]
  return divergenceOf({ first: t.first.mul(slopes.first), second: t.second.mul(slopes.second) }).neg()
}

/** Σ weight ⊙ value² over the faces of each row of the batch: [B]. */
export function squaredOnFaces(value: OnFaces, weight: OnFaces): Tensor {
  return value.first
    .square()
    .mul(weight.first)
    .sum([1, 2])
    .add(value.second.square().mul(weight.second).sum([1, 2])) // [B]
}

function meanAlong(x: Tensor, axis: number): Tensor {
  return part(x, axis, 0)
    .add(part(x, axis, 1))
    .mul(0.5)
}

function differenceAlong(x: Tensor, axis: number): Tensor {
  return part(x, axis, 1).sub(part(x, axis, 0))
}

/** All but the last (from = 0) or the first (from = 1) of an axis. */
function part(x: Tensor, axis: number, from: number): Tensor {
  const begin = x.shape.map((_, a) => (a === axis ? from : 0))
  return x.slice(
    begin,
    x.shape.map((length, a) => (a === axis ? length - 1 : length)),
  )
}
