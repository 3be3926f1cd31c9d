/**
 * Our solver on one thread, on two, and in two processes that share nothing. Samples are independent, so two threads should do
 * twice as many as one; where two processes do not, it is the machine.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Measured } from './peers.ts'
import type { Problems } from './problems.ts'
import { measure, repeated, warmUp } from './wall.ts'

export const ONE = 'ours, wall, 1 thread'
export const TWO = 'ours, wall, 2 threads'
export const APART = 'ours, wall, 2 processes'

/** Wall-clock ms per sample of each, ranges in turn. */
export async function measureThreads(problems: Problems, rounds: number): Promise<Map<string, Measured[]>> {
  const systems = repeated(problems)
  const children = [startLone(), startLone()]
  try {
    await Promise.all(children.map((child) => ask(child, problems)))
    const ways: [string, () => Promise<Measured>][] = [
      [ONE, () => onThreads(1)],
      [TWO, () => onThreads(2)],
      [
        APART,
        async () => together(await Promise.all(children.map((child) => ask<Measured>(child, 'measure')))),
      ],
    ]
    const found = new Map<string, Measured[]>(ways.map(([name]) => [name, []]))
    for (let round = 0; round < rounds; round++) {
      for (const [name, way] of ways) found.get(name)!.push(await way())
    }
    return found
  } finally {
    for (const child of children) child.kill()
  }

  async function onThreads(threads: number): Promise<Measured> {
    await warmUp(systems, threads)
    return measure(systems, threads)
  }
}

/** What several do that work at the same time: their samples a second add up. */
function together(all: readonly Measured[]): Measured {
  const perMs = all.reduce((sum, { ms }) => sum + 1 / ms, 0)
  return { ...all[0]!, ms: 1 / perMs, residual: Math.max(...all.map(({ residual }) => residual)) }
}

function startLone(): ChildProcess {
  const script = fileURLToPath(new URL('./lone.ts', import.meta.url))
  return fork(script, { execArgv: ['--import', 'tsx'], serialization: 'advanced' })
}

function ask<Answer>(child: ChildProcess, message: object | string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) => reject(new Error(`a process ended with exit code ${code}`))
    child.once('exit', onExit)
    child.once('message', (answer) => {
      child.off('exit', onExit)
      resolve(answer as Answer)
    })
    child.send(message)
  })
}
