/** The tensors of each track, on one page: what its models see, what they answer, what its losses compare. Types only. */
import type { Task } from './contracts.ts'
import type { Tensor } from './tensor/types.ts'

export interface Operators extends Task {
  facts: FieldFacts
  input: { k: Tensor; rhs: Tensor } // [B, n+1, n+1], [B, n, n]
  target: Tensor // x [B, n, n]
  output: { x: Tensor; flux?: Tensor } // [B, n, n]; what a loss asks for beside it, [B, n, n, channels]
}
export type FieldFacts = {
  grid: number // n; the rest brings fields to a network, all from the train split alone (models/layers/fields.ts)
  reading: string // 'nodes', or 'as-published'
  logK: { mean: number; deviation: number } // over all cells; deviation 0: k never varies and is no channel
  rhs: number // root mean squares: of rhs, of x, of the flux through a face over √k
  x: number
  flux: number
  channels: { readonly [output: string]: number } // what a loss asks for beside x, and how many channels each
}
export interface Recommenders extends Task {
  facts: { items: number; length: number }
  input: { history: Tensor; known?: Tensor } // int32 [B, L], items 1…N, 0 pads on the left; that of the batch, for what a network may skip: a place without a target holds no item
  target: Tensor // int32 [B, L], the next item at each place, 0 for none
  output: { states: Tensor; catalog: Tensor; places?: Tensor } // [B, L, D], [N, D]; logits are states · catalogᵀ, row j is item j + 1; [B, L]: 1 where the target is to be learned, everywhere if absent
}

/** Rows of a lower triangular factor L of A ≈ L Lᵀ, [N = n², W] each: slot 0 the diagonal, then the columns below it ascending, then 0s. */
export interface Preconditioners extends Task {
  facts: { grid: number; width: number } // n; W, the most entries that a row of a starting factor has
  input: {
    matrix: Tensor // A [B, n, n, 5]: center, west, east, south, north, as a Stencil has them
    rhs: Tensor // b [B, n, n], white noise
    factor: Tensor // L [B, N, W] of a classical method, the start; no stored entry is 0
    columns: Tensor // int32 [B, N, W], of each slot from 0; that of its own row where nothing is stored
  }
  target: Tensor // x of A x = b, [B, n, n]
  output: { correction?: Tensor; direction?: Tensor } // of L, [B, N, W], 0 where nothing is stored; or q ≈ A⁻¹ b up to a scale, [B, n, n]
}
