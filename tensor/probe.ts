/** A second function of what a training step is made of: its weights as they are now, its feeds, some of its noise. */
import { compileOn, type EngineOptions } from './devices.ts'
import { initFrom } from './init.ts'
import { partsOf } from './layout.ts'
import { type LossOf, type Named, type NoiseRequest, prefixed, unprefixed } from './program.ts'
import type { StepProgram } from './step.ts'
import type { HostTensor, Tensor } from './types.ts'

export type ProbeOf = (...of: Parameters<LossOf>) => Tensor

export interface Probe {
  noise: readonly NoiseRequest[]
  /** `noise` may hold more than is asked for here: that of the step. */
  run(feeds: Named<HostTensor>, noise: Named<HostTensor>): Promise<HostTensor>
  dispose(): Promise<void>
}

/** `kept` gives what the step would be fed with next. */
export async function openProbe(
  { inputs, groups }: StepProgram,
  f: ProbeOf,
  options: EngineOptions,
  kept: () => Named<HostTensor>,
): Promise<Probe> {
  const weights = Object.keys(inputs).filter((name) => name.startsWith('weights/'))
  const feeds = Object.keys(inputs).filter((name) => name.startsWith('feeds/'))
  const program = {
    inputs: Object.fromEntries([...weights, ...feeds].map((name) => [name, inputs[name]!])),
    run(given: Named<Tensor>, noise: Parameters<ProbeOf>[2]) {
      const parts = partsOf(groups, unprefixed('weights', given))
      return { value: f(initFrom(new Map(Object.entries(parts))), unprefixed('feeds', given), noise) }
    },
  }
  const compiled = await compileOn(program, options)
  return {
    noise: compiled.noise,
    async run(fed, noise) {
      const drawn = Object.fromEntries(compiled.noise.map(({ name }) => [`noise/${name}`, noise[name]!]))
      const own = Object.fromEntries(weights.map((name) => [name, kept()[name]!]))
      return (await compiled.run({ ...own, ...prefixed('feeds', fed), ...drawn })).value!
    },
    dispose: compiled.dispose,
  }
}
