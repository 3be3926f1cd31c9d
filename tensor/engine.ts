/**
 * Training steps, gradients and predictions, compiled. A model and a loss are written once in TensorFlow.js ops; here
 * one step of them (forward, autodiff, optimizer) becomes one ONNX graph on the device `cpu`, or runs op by op on the
 * device `eager`. Both give the same numbers up to float32 rounding.
 *
 * Shapes are fixed at compilation. Tensors are host memory on both sides. Not for data-dependent control flow.
 */
import type { Declared, Params } from '../contracts.ts'
import { type Compiled, zeros } from './compiled.ts'
import { compileOn, type EngineOptions } from './devices.ts'
import { openOptimizer } from './optimizers.ts'
import {
  type ForwardOf,
  forwardProgram,
  gradientProgram,
  type LossOf,
  type Named,
  type NoiseRequest,
  prefixed,
  stepProgram,
  unprefixed,
} from './program.ts'
import type { HostTensor, Weights } from './types.ts'
import './index.ts'

export type { EngineOptions } from './devices.ts'
export { exportOnnx } from './export.ts'
export type { ForwardOf, LossOf, NoiseRequest } from './program.ts'

export interface StepSpec {
  weights: Weights // where training starts
  feeds: Record<string, Declared>
  loss: LossOf
  optimizer: { name: string; params?: Params }
}
export interface TrainStep {
  noise: readonly NoiseRequest[]
  /** One step of the optimizer at this learning rate; returns the loss before it. */
  run(feeds: Named<HostTensor>, noise: Named<HostTensor>, rate: number): Promise<number>
  weights(): Promise<Weights> // copies, brought from the device
  dispose(): Promise<void>
}
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

export async function compileStep(spec: StepSpec, options: EngineOptions): Promise<TrainStep> {
  const opened = openOptimizer(spec.optimizer.name, spec.optimizer.params)
  const program = stepProgram(spec.weights, spec.feeds, spec.loss, opened)
  const compiled = await compileOn(program, options)
  let [now, next] = [startOf(program.inputs, spec.weights), startOf(program.inputs, spec.weights)]
  let steps = 0

  return {
    noise: compiled.noise,
    async run(feeds, noise, rate) {
      const scalars = { rate, ...opened.optimizer.scalars(steps + 1, opened.settings) }
      const inputs = { ...now, ...feedsOf(feeds, noise), ...prefixed('scalars', hostScalars(scalars)) }
      const outputs = await compiled.run(inputs, next)
      ;[now, next] = [next, now] // what was written is read by the next step
      steps++
      return outputs.loss!.data[0]!
    },
    async weights() {
      const own = unprefixed('weights', now)
      await compiled.fetch(own)
      return weightsOf(spec.weights, own)
    },
    dispose: compiled.dispose,
  }
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

/** Weights as they are given, memory at zero, in buffers of their own. */
function startOf(inputs: Named<Declared>, weights: Weights): Record<string, HostTensor> {
  const start: Record<string, HostTensor> = {}
  for (const [name, declared] of Object.entries(inputs))
    if (/^(weights|memory)\//.test(name)) start[name] = zeros(declared)
  for (const [name, { data }] of weights) start[`weights/${name}`]!.data.set(data)
  return start
}

function feedsOf(feeds: Named<HostTensor>, noise: Named<HostTensor>): Record<string, HostTensor> {
  return { ...prefixed('feeds', feeds), ...prefixed('noise', noise) }
}

function hostScalars(values: Named<number>): Record<string, HostTensor> {
  const scalars: Record<string, HostTensor> = {}
  for (const [name, value] of Object.entries(values))
    scalars[name] = { shape: [], dtype: 'float32', data: Float32Array.of(value) }
  return scalars
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
