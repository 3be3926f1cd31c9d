/** The device of the trainings of a plan, tried before anything runs: datasets should not be made first for a word that is none. */
import type { Params, Stage } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { forkEntry } from '../../pipelines/executors/fork-entry.ts'
import { openState, reasons, type Target } from '../../pipelines/plan.ts'
import { childEnvironment } from './environment.ts'

/** Devices that are there wherever this code runs, so that nothing need be started to say so. */
const ALWAYS = ['cpu', 'eager']

/** `elsewhere`: stages run on other machines, so the name alone is checked. A training that is up to date needs no device. */
export async function checkDevices(target: Target, elsewhere: boolean): Promise<void> {
  const wanted = target.graph.stages
    .filter(({ run }) => run === 'train')
    .filter((stage) => deviceOf(stage) !== null)
  if (wanted.length === 0) return
  const stale = await reasons(target, openState(target))
  for (const name of new Set(wanted.filter(({ id }) => stale.has(id)).map(deviceOf))) {
    const missing = await whyNot(name!, elsewhere)
    if (missing !== null) throw new UserError(missing)
  }
}

/** null where there is nothing to try. */
function deviceOf({ params }: Stage): string | null {
  const device = (params.engine as Params | undefined)?.device
  return typeof device !== 'string' || ALWAYS.includes(device) ? null : device
}

/** In a process of its own, as in `fieldrank doctor`: a fault in a driver ends it and nothing else, and no library stays loaded here. */
function whyNot(name: string, elsewhere: boolean): Promise<string | null> {
  return new Promise((resolve) => {
    const args = [name, elsewhere ? 'elsewhere' : 'here']
    const child = forkEntry(new URL('./device-main', import.meta.url), childEnvironment(), { args })
    child.stdout!.resume()
    child.stderr!.resume()
    let said: string | null =
      `engine: device '${name}' ends the process that tries it. fieldrank doctor shows more`
    child.once('message', (missing: string | null) => {
      said = missing
    })
    child.once('close', () => resolve(said))
  })
}
