/**
 * One training step as a program: forward, autodiff, optimizer. What is kept from step to step goes in and comes out under one
 * name: weights/<group>, memory/<slot>/<group>, average/<group>, where layout.ts says what a group is. Other inputs:
 * feeds/<name>, scalars/<name>, noise/<name>. Outputs beside what is kept: loss.
 *
 *   clip c > 0       g ← g min(1, c / (‖g‖ + 1e-6)), ‖g‖ over all weights: Pascanu et al., arXiv:1211.5063, as in PyTorch
 *   average d > 0    ā ← ā + (1 − min(d, (1 + t)/(10 + t))) (w − ā), from ā = w: Polyak averaging with the warm-up of
 *                    tf.train.ExponentialMovingAverage, without which the start would weigh for 1/(1 − d) steps
 */
import type { Declared, Params } from '../contracts.ts'
import { type Group, layoutOf, partsOf, wholeOf } from './layout.ts'
import { type OpenOptimizer, openOptimizer } from './optimizers.ts'
import { differentiate, type LossOf, type Named, type Program, prefixed, unprefixed } from './program.ts'
import * as tf from './tf.ts'
import type { Scalar, Tensor, Weights } from './types.ts'

export interface StepSpec {
  weights: Weights // where training starts
  feeds: Record<string, Declared>
  loss: LossOf
  optimizer: { name: string; params?: Params }
  clip?: number // largest norm of the gradient; 0: any
  average?: number // decay of the average of the weights; 0: none
  apart?: string // a weight that lies by itself, whatever its optimizer says
}

export interface StepProgram extends Program {
  groups: readonly Group[]
  opened: OpenOptimizer
  kept: Named<Declared> // what comes out under the name under which it went in
  scalars(step: number, rate: number): Named<number>
}

export function stepProgram(spec: StepSpec): StepProgram {
  const { weights, feeds, loss, clip = 0, average = 0, apart } = spec
  const opened = openOptimizer(spec.optimizer.name, spec.optimizer.params)
  const { optimizer, settings } = opened
  const groups = layoutOf(weights, (shape, name) => name === apart || optimizer.alone(shape, settings))
  const kept = keptOf(groups, opened, average > 0)
  const scalars = (step: number, rate: number) => ({
    rate,
    ...optimizer.scalars(step, settings),
    ...(average > 0 && { averaging: 1 - Math.min(average, (1 + step) / (10 + step)) }),
  })
  const scalar: Declared = { shape: [], dtype: 'float32' }
  const named = Object.keys(scalars(1, 0)).map((name) => [name, scalar] as const)
  return {
    groups,
    opened,
    kept,
    scalars,
    resident: Object.keys(kept),
    inputs: { ...kept, ...prefixed('feeds', feeds), ...prefixed('scalars', Object.fromEntries(named)) },
    run(inputs, noise) {
      const parts = partsOf(groups, unprefixed('weights', inputs))
      const { value, gradients } = differentiate(parts, inputs, loss, noise)
      const wholes = clipped(new Map(groups.map((group) => [group.name, wholeOf(group, gradients)])), clip)
      const outputs: Record<string, Tensor> = { loss: value }
      for (const [name, gradient] of wholes) Object.assign(outputs, updateOf(name, gradient, inputs, opened))
      return outputs
    },
  }
}

function keptOf(groups: readonly Group[], { optimizer, settings }: OpenOptimizer, isAveraged: boolean) {
  const kept: Record<string, Declared> = {}
  for (const { name, shape } of groups) {
    kept[`weights/${name}`] = { shape, dtype: 'float32' }
    for (const [slot, its] of Object.entries(optimizer.memory(settings, shape)))
      kept[`memory/${slot}/${name}`] = { shape: its, dtype: 'float32' }
    if (isAveraged) kept[`average/${name}`] = { shape, dtype: 'float32' }
  }
  return kept
}

function clipped(gradients: ReadonlyMap<string, Tensor>, clip: number): ReadonlyMap<string, Tensor> {
  if (clip === 0) return gradients
  const squares = [...gradients.values()].map((gradient) => gradient.square().sum())
  const norm = tf.addN(squares).sqrt()
  const factor = tf.minimum(tf.scalar(1), tf.scalar(clip).div(norm.add(1e-6)))
  return new Map([...gradients].map(([name, gradient]) => [name, gradient.mul(factor)]))
}

/** What is kept of one group, after the step. */
function updateOf(
  name: string,
  gradient: Tensor,
  inputs: Named<Tensor>,
  { optimizer, settings }: OpenOptimizer,
): Record<string, Tensor> {
  const fed = unprefixed('scalars', inputs) as Record<string, Scalar>
  const weight = inputs[`weights/${name}`]!
  const slots = Object.keys(optimizer.memory(settings, weight.shape))
  const past = Object.fromEntries(slots.map((slot) => [slot, inputs[`memory/${slot}/${name}`]!]))
  const next = optimizer.update(weight, gradient, past, fed, settings)
  const outputs: Record<string, Tensor> = { [`weights/${name}`]: next.weight }
  for (const slot of slots) outputs[`memory/${slot}/${name}`] = next.memory[slot]!
  const average = inputs[`average/${name}`]
  if (average !== undefined)
    outputs[`average/${name}`] = average.add(next.weight.sub(average).mul(fed.averaging!))
  return outputs
}
