/**
 * A compiled training step with all that it keeps from one step to the next: weights, the memory of the optimizer, the
 * average of the weights. All of it can be taken out and put back: a run that goes on from there is the run that never stopped.
 */
import { zeros } from './compiled.ts'
import { compileOn, type EngineOptions } from './devices.ts'
import { pack, unpack } from './layout.ts'
import { openProbe, type Probe, type ProbeOf } from './probe.ts'
import { type Named, type NoiseRequest, prefixed, unprefixed } from './program.ts'
import { type StepSpec, stepProgram } from './step.ts'
import type { HostTensor, Weights } from './types.ts'

export interface TrainStep {
  noise: readonly NoiseRequest[]
  /** One step of the optimizer at this learning rate; returns the loss before it. */
  run(feeds: Named<HostTensor>, noise: Named<HostTensor>, rate: number): Promise<number>
  weights(): Promise<Weights> // copies, brought from the device
  /** Where the weights are averaged their average, else the weights. Copies. */
  averages(): Promise<Weights>
  /** All that the next step depends on, until it is taken. */
  state(): Promise<StepState>
  restore(state: StepState): void
  dispose(): Promise<void> // once or more
}
/** A step that others are built on. */
export interface OpenStep extends TrainStep {
  /** Hands out what is kept under these names as it lies in memory, to be read and written between two steps. */
  lend(names: readonly string[], use: (kept: Named<HostTensor>) => void): Promise<void>
  /** Another function of the weights, feeds and noise of this step: run before a step, it sees what the step will see. */
  probe(f: ProbeOf): Promise<Probe>
}
export interface StepState {
  steps: number
  kept: Weights
}

export async function compileStep(spec: StepSpec, options: EngineOptions): Promise<OpenStep> {
  const program = stepProgram(spec)
  const compiled = await compileOn(program, options)
  const { groups, opened, kept } = program
  let [now, next] = [startOf(program, spec.weights), startOf(program, spec.weights)]
  let steps = 0
  let isOpen = true

  const unpacked = async (prefix: 'weights' | 'average') => {
    const own = unprefixed(prefix, now)
    await compiled.fetch(own)
    return unpack(groups, own, spec.weights)
  }
  /** What an optimizer does to its memory on the host, for the weights that stand alone. */
  const turn = async () => {
    const { optimizer, settings } = opened
    for (const { name, shape } of groups.filter((group) => optimizer.alone(group.shape, settings))) {
      const slots = Object.keys(optimizer.memory(settings, shape))
      const memory = Object.fromEntries(slots.map((slot) => [slot, now[`memory/${slot}/${name}`]!]))
      await compiled.fetch(memory)
      optimizer.turn!(memory, steps)
      compiled.changed(memory)
    }
  }

  return {
    noise: compiled.noise,
    async run(feeds, noise, rate) {
      const scalars = hostScalars(program.scalars(steps + 1, rate))
      const changing = {
        ...prefixed('feeds', feeds),
        ...prefixed('noise', noise),
        ...prefixed('scalars', scalars),
      }
      const outputs = await compiled.run({ ...now, ...changing }, next)
      ;[now, next] = [next, now] // what was written is read by the next step
      steps++
      if (opened.optimizer.isTurn?.(steps, opened.settings)) await turn()
      return outputs.loss!.data[0]!
    },
    weights: () => unpacked('weights'),
    async lend(names, use) {
      const lent = Object.fromEntries(names.map((name) => [name, now[name]!]))
      await compiled.fetch(lent)
      use(lent)
      compiled.changed(lent)
    },
    probe: (f) => openProbe(program, f, options, () => now),
    averages: () => unpacked(spec.average ? 'average' : 'weights'),
    async state() {
      await compiled.fetch(now)
      const copies = Object.entries(now).map(([name, tensor]) => [name, copyOf(tensor)] as const)
      return { steps, kept: new Map(copies) }
    },
    restore(state) {
      const names = Object.keys(kept)
      if (state.kept.size !== names.length || !names.every((name) => state.kept.has(name)))
        throw new Error('restore: the state is that of another training step')
      for (const name of names) now[name]!.data.set(state.kept.get(name)!.data)
      compiled.changed(now)
      steps = state.steps
    },
    async dispose() {
      if (isOpen) await compiled.dispose()
      isOpen = false
    },
  }
}

/** Weights as they are given, their average too, memory at zero, in buffers of their own. */
function startOf(
  { groups, kept }: ReturnType<typeof stepProgram>,
  weights: Weights,
): Record<string, HostTensor> {
  const start: Record<string, HostTensor> = {}
  for (const [name, declared] of Object.entries(kept)) start[name] = zeros(declared)
  pack(groups, weights, unprefixed('weights', start))
  const averages = unprefixed('average', start)
  if (Object.keys(averages).length > 0) pack(groups, weights, averages)
  return start
}

function copyOf({ shape, dtype, data }: HostTensor): HostTensor {
  return { shape, dtype, data: data.slice() }
}

function hostScalars(values: Named<number>): Record<string, HostTensor> {
  const scalars: Record<string, HostTensor> = {}
  for (const [name, value] of Object.entries(values))
    scalars[name] = { shape: [], dtype: 'float32', data: Float32Array.of(value) }
  return scalars
}
