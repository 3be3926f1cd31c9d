/** Kills a command at random moments, with SIGKILL, and starts it again and again. */
import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { rng } from '../../math/rng.ts'

export interface Killing {
  kills: number
  seed: number // of the moments; print it
  within: number // milliseconds after its start in which a run is killed
  /** Called when a run has ended by itself before its moment: check what it made, and make it worth running again. */
  whole(): void | Promise<void>
}

/** Ends with a run that is left alone. Throws when a run that was not killed fails. Returns the moments. */
export async function killAtRandom(command: readonly string[], options: Killing): Promise<number[]> {
  const random = rng(options.seed, 'kill')
  const moments: number[] = []
  while (moments.length < options.kills) {
    const moment = Math.round(random.uniform() * options.within)
    const { killed } = await runFor(command, moment)
    if (killed) moments.push(moment)
    else await options.whole()
  }
  await runFor(command, null)
  return moments
}

/** Runs the command; kills it after `moment` milliseconds if it has not ended. */
export async function runFor(
  command: readonly string[],
  moment: number | null,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<{ killed: boolean; code: number | null; output: string; errors: string }> {
  const [program, ...args] = command as [string, ...string[]]
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { output: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => (said.output += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (said.errors += text))
  const ended = new Promise<{ code: number | null; by: string | null }>((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code, by) => resolve({ code, by }))
  })
  if (moment !== null) {
    await Promise.race([ended, sleep(moment)])
    child.kill(signal)
  }
  const { code, by } = await ended
  const killed = by === 'SIGKILL'
  if (!killed && code !== 0 && signal === 'SIGKILL') throw new Error(`exit code ${code}: ${said.errors}`)
  return { killed, code, ...said }
}
