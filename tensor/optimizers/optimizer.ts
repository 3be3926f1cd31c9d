/** What an optimizer is: plain tensor code from weight, gradient, memory and this step's scalars to weight and memory. */
import type { About, Params } from '../../contracts.ts'
import type { Shape } from '../graph.ts'
import type { HostTensor, Scalar, Tensor } from '../types.ts'

export type Named<T> = { readonly [name: string]: T }

/**
 * Whatever changes from step to step (the learning rate, bias corrections) is an input of the step, never a constant of its
 * graph. Letters: w weight, g gradient, r learning rate, λ decay, t step from 1.
 */
export interface Optimizer<S extends Params = Params> extends About {
  defaults: S
  /**
   * Whether a weight of this shape is updated by itself. The others lie end to end in one vector and are updated at once:
   * one chain of operations for all of them, which must be elementwise.
   */
  alone(shape: Shape, settings: S): boolean
  /** What is kept for a weight of this shape, zero at first: name and shape. */
  memory(settings: S, shape: Shape): Named<Shape>
  /** What is fed beside the learning rate `rate` at step t = 1, 2, … */
  scalars(step: number, settings: S): Named<number>
  update(
    weight: Tensor,
    gradient: Tensor,
    memory: Named<Tensor>,
    scalars: Named<Scalar>,
    settings: S,
  ): Updated
  /** Whether the host changes the memory of weights that stand alone after this step; absent: never. */
  isTurn?(step: number, settings: S): boolean
  /** That change, in place. */
  turn?(memory: Named<HostTensor>, step: number): void
}
export interface Updated {
  weight: Tensor
  memory: Named<Tensor>
}
