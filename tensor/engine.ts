/**
 * Training steps, gradients and predictions, compiled. A model and a loss are written once in TensorFlow.js ops; here
 * one step of them (forward, autodiff, optimizer) becomes one ONNX graph on the device `cpu`, or runs op by op on the
 * device `eager`. Both give the same numbers up to float32 rounding.
 *
 * Shapes are fixed at compilation. Tensors are host memory on both sides. Not for data-dependent control flow.
 */
import type { Declared } from '../contracts.ts'
import type { Compiled } from './compiled.ts'
import { compileOn, type EngineOptions } from './devices.ts'
import {
  type ForwardOf,
  forwardProgram,
  gradientProgram,
  type LossOf,
  type Named,
  type NoiseRequest,
  prefixed,
  unprefixed,
} from './program.ts'
import type { HostTensor, Weights } from './types.ts'
import './index.ts'

export type { EngineOptions } from './devices.ts'
export { exportOnnx } from './export.ts'
export type { ForwardOf, LossOf, NoiseRequest } from './program.ts'
export type { StepSpec } from './step.ts'
export { compileStep, type StepState, type TrainStep } from './training.ts'

export interface GradientSpec {
  weights: Weights
  feeds: Record<string, Declared>
  loss: LossOf
}
export interface GradientStep {
  noise: readonly NoiseRequest[]
  run(feeds: Named<HostTensor>, noise: Named<HostTensor>): Promise<{ loss: number; gradients: Weights }>
  dispose(): Promise<void>
}
export interface ForwardSpec {
  weights: Weights
  feeds: Record<string, Declared>
  forward: ForwardOf
}
export interface Prediction {
  /** `weights` stand in for the compiled ones: validation during training. */
  run(feeds: Named<HostTensor>, weights?: Weights): Promise<Record<string, HostTensor>>
  dispose(): Promise<void>
}

export async function compileGradients(spec: GradientSpec, options: EngineOptions): Promise<GradientStep> {
  const compiled = await compileOn(gradientProgram(spec.weights, spec.feeds, spec.loss), options)
  const weights = prefixed('weights', Object.fromEntries(spec.weights))
  return {
    noise: compiled.noise,
    async run(feeds, noise) {
      const outputs = await compiled.run({ ...weights, ...feedsOf(feeds, noise) })
      return {
        loss: outputs.loss!.data[0]!,
        gradients: weightsOf(spec.weights, unprefixed('weights', outputs)),
      }
    },
    dispose: compiled.dispose,
  }
}

export async function compileForward(spec: ForwardSpec, options: EngineOptions): Promise<Prediction> {
  const compiled: Compiled = await compileOn(forwardProgram(spec.weights, spec.feeds, spec.forward), options)
  return {
    run: (feeds, weights = spec.weights) =>
      compiled.run({ ...prefixed('weights', Object.fromEntries(weights)), ...prefixed('feeds', feeds) }),
    dispose: compiled.dispose,
  }
}

function feedsOf(feeds: Named<HostTensor>, noise: Named<HostTensor>): Record<string, HostTensor> {
  return { ...prefixed('feeds', feeds), ...prefixed('noise', noise) }
}

/** Copies, in the order of the weights. */
function weightsOf(order: Weights, values: Named<HostTensor>): Weights {
  const copies = new Map<string, HostTensor>()
  for (const name of order.keys()) {
    const { shape, dtype, data } = values[name]!
    copies.set(name, { shape, dtype, data: data.slice() })
  }
  return copies
}
