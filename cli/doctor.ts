/** fieldrank doctor: which devices work here, and what the others lack. */
import { UserError } from '../io/errors.ts'
import { forkEntry } from '../pipelines/executors/fork-entry.ts'
import { type Device, devices } from '../tensor/devices.ts'
import { isSound, type Verdict } from './doctor/trials.ts'
import { childEnvironment } from './flags/environment.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  about: 'shows which devices work: on each it trains a step, solves and makes a batch, and compares',
  arguments: '[devices...]',
  examples: ['fieldrank doctor', 'fieldrank doctor webgpu'],

  async run(names) {
    for (const name of names)
      if (!devices.includes(name as Device))
        throw new UserError(`doctor: no device '${name}' (${devices.join(', ')})`)
    const asked = names.length > 0 ? (names as Device[]) : devices
    process.stdout.write(line('device', 'works', 'gradients', 'residual', 'solution', 'fields'))
    let sound = true
    for (const device of asked) {
      const { verdict, notes } = await trial(device)
      process.stdout.write(report(device, verdict) + notes)
      const counts = names.length > 0 || device === 'cpu'
      if (counts && (typeof verdict === 'string' || !isSound(verdict))) sound = false
    }
    process.stdout.write(LEGEND)
    return sound ? 0 : 1
  },
}

export default verb

const LEGEND = `
gradients: of a small network, relative to eager; residual, solution: of the solver device-multigrid, the latter
against Cholesky; fields: greatest difference to the CPU's. \`--device <name>\` of run trains on a device.
`
const LIMIT = 10 * 60_000 // milliseconds; a GPU in software compiles its programs for a minute

function report(device: Device, verdict: Verdict | string): string {
  if (typeof verdict === 'string') return line(device, 'no', verdict)
  if (verdict.missing !== null) return line(device, 'no', verdict.missing)
  const { training, solving, fields } = verdict
  const numbers = [training, solving.residual, solving.apart, fields].map((value) => value.toExponential(1))
  return line(device, isSound(verdict) ? 'yes' : 'WRONG', ...numbers)
}

function line(device: string, works: string, ...rest: string[]): string {
  return `${`${device.padEnd(12)}${works.padEnd(7)}${rest.map((word) => word.padEnd(11)).join('')}`.trimEnd()}\n`
}

/**
 * In a process of its own, under the environment that stages have; why it ended, if it did so without a verdict. Of what is
 * printed there only the nodes that a GPU left to the CPU are shown.
 */
function trial(device: Device): Promise<{ verdict: Verdict | string; notes: string }> {
  return new Promise((resolve) => {
    const child = forkEntry(new URL('./doctor/trial-main', import.meta.url), childEnvironment(), {
      args: [device],
      serialization: 'advanced', // NaN stays NaN
      timeout: LIMIT,
    })
    child.stdout!.resume()
    let [said, errors] = [null as Verdict | null, '']
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-20_000)
    })
    child.once('message', (verdict) => {
      said = verdict as Verdict
    })
    child.once('close', (code, signal) => {
      const notes = errors.match(/^device '\w+': .* run on the cpu.*\n/gm) ?? []
      const ended = `its process ended (${signal ?? code}): ${lastLine(errors)}`
      resolve({ verdict: said ?? ended, notes: [...new Set(notes)].join('') })
    })
  })
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => /\w/.test(line))
  return (lines.find((line) => /Error/.test(line)) ?? lines.at(-1) ?? 'it said nothing').trim()
}
