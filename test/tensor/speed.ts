/**
 * How long a training step takes: npx tsx test/tensor/speed.ts [case] [steps] [threads]
 * Prints medians over the steps: wall time and CPU time of the process; on a shared machine the second is the one to read.
 */
import type { Declared, Loss, Model, Params } from '../../contracts.ts'
import { load } from '../../io/lookup.ts'
import { rng } from '../../math/rng.ts'
import { compileStep, type LossOf } from '../../tensor/engine.ts'
import { tf } from '../../tensor/index.ts'
import { collectWeights } from '../../tensor/init.ts'
import { drawNoise } from '../../tensor/noise.ts'
import type { HostTensor } from '../../tensor/types.ts'

interface Case {
  track: string
  model: string
  loss: string
  params: Params
  facts: Params
  feeds: Record<string, Declared>
}

const catalog = { facts: { items: 12000, length: 32 }, feeds: { history: ids(), target: ids() } }
const grid = { facts: { grid: 32 }, feeds: { k: field(33), rhs: field(32), target: field(32) } }
const cases: Record<string, Case> = {
  'sasrec-ce': { track: 'recommenders', model: 'sasrec', loss: 'ce', params: {}, ...catalog },
  'sasrec-sce': { track: 'recommenders', model: 'sasrec', loss: 'sce', params: {}, ...catalog },
  unet: { track: 'operators', model: 'unet', loss: 'relative-l2', params: { channels: 16 }, ...grid },
  fno: { track: 'operators', model: 'fno', loss: 'relative-l2', params: {}, ...grid },
}

const [only, steps = '12', threads = '1'] = process.argv.slice(2)
for (const [name, it] of Object.entries(cases))
  if (only === undefined || only === name) console.log(`${name.padEnd(11)} ${await measure(it)}`)

async function measure({
  track,
  model: modelName,
  loss: lossName,
  params,
  facts,
  feeds,
}: Case): Promise<string> {
  const model = await load<Model>('model', `models/${track}`, modelName)
  const loss = await load<Loss>('loss', `losses/${track}`, lossName)
  const lossOf: LossOf = (init, { target, ...input }, noise) => {
    const forward = model.build({ ...model.defaults, ...params }, facts, init)
    return loss.value(forward(input, noise), { input, target: target! }, loss.defaults, noise)
  }
  const weights = collectWeights(
    (init) => model.build({ ...model.defaults, ...params }, facts, init),
    (weight) => rng(1, weight),
  )
  const begun = performance.now()
  const options = { device: 'cpu' as const, threads: Number(threads) }
  const step = await compileStep({ weights, feeds, loss: lossOf, optimizer: { name: 'adam' } }, options)
  const compiled = performance.now() - begun
  const [wall, cpu]: [number[], number[]] = [[], []]
  for (let i = 0; i < Number(steps); i++) {
    const fed = Object.fromEntries(
      Object.entries(feeds).map(([name, declared]) => [name, feed(name, declared, i)]),
    )
    const noise = step.noise.map(({ name, shape, law }) => [name, drawNoise(shape, law, rng(2, name, i))])
    const [before, start] = [process.cpuUsage(), performance.now()]
    await step.run(fed, Object.fromEntries(noise), 1e-3)
    const { user, system } = process.cpuUsage(before)
    wall.push(performance.now() - start)
    cpu.push((user + system) / 1000)
  }
  await step.dispose()
  const count = [...weights.values()].reduce((sum, { data }) => sum + data.length, 0)
  const peak = process.resourceUsage().maxRSS / 1024
  return (
    `${count} weights, compiled in ${compiled.toFixed(0)} ms; a step: wall ${median(wall)} ms, CPU ${median(cpu)} ms ` +
    `(least ${Math.min(...cpu).toFixed(0)}); peak ${peak.toFixed(0)} MB, ${tf.memory().numTensors} tensors left`
  )
}

function ids(): Declared {
  return { shape: [64, 32], dtype: 'int32' }
}

function field(n: number): Declared {
  return { shape: [8, n, n], dtype: 'float32' }
}

function feed(name: string, { shape, dtype }: Declared, step: number): HostTensor {
  const stream = rng(3, name, step)
  if (dtype === 'int32') {
    const drawn = drawNoise(shape, { integer: 12000 }, stream)
    return { ...drawn, data: drawn.data.map((id) => id + 1) as Int32Array }
  }
  const drawn = drawNoise(shape, 'uniform', stream)
  return { ...drawn, data: drawn.data.map((x) => x + 0.5) as Float32Array }
}

function median(values: number[]): string {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!.toFixed(0)
}
