/** Training steps a second of the timed models (test/speed/train-models.ts) on a device, its loss read at each step. */

import { rng } from '../../math/rng.ts'
import type { Device } from '../../tensor/devices.ts'
import { compileStep } from '../../tensor/engine.ts'
import { drawNoise } from '../../tensor/noise.ts'
import { batchOf, cases } from '../speed/train-models.ts'

export interface Pace {
  perSecond: number
  losses: number[] // of the first steps, on which devices should agree
}

const WARM = 4 // they compile and are not counted
const SECONDS = 3

export const timedModels: readonly string[] = Object.keys(cases)

/** Noise and learning rate are those of every device. */
export async function paceOfTraining(name: string, device: Device): Promise<Pace> {
  const it = await cases[name]!()
  const step = await compileStep({ ...it, optimizer: { name: 'adam' } }, { device, threads: 1 })
  const batch = batchOf(it)
  const run = (count: number) => {
    const noise = step.noise.map(
      ({ name: request, shape, law }) => [request, drawNoise(shape, law, rng(1, request, count))] as const,
    )
    return step.run(batch, Object.fromEntries(noise), 1e-3)
  }
  const losses: number[] = []
  for (let count = 0; count < WARM; count++) losses.push(await run(count))
  const start = performance.now()
  let [count, seconds] = [0, 0]
  for (; seconds < SECONDS; count++) {
    await run(WARM + count)
    seconds = (performance.now() - start) / 1000
  }
  await step.dispose()
  return { perSecond: count / seconds, losses }
}
