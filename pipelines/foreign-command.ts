/**
 * A command of somebody else, on the machine of the one who asks: with a limit of time, of memory and of what it may print.
 * It runs in a shell, as it was typed, in a process group of its own that is ended as one. This is no sandbox.
 */
import { spawn } from 'node:child_process'
import { UserError } from '../io/errors.ts'
import { type Limits, residentBytes } from './guard.ts'

const PRINTED = 2 ** 20

/** What it prints on stdout. `argument` is handed over as its last word. */
export function runForeign(
  command: string,
  argument: string,
  { limits, env }: { limits: Limits; env: Readonly<Record<string, string>> },
): Promise<string> {
  // "$0" is how a shell hands a word on without reading it
  const child = spawn('/bin/sh', ['-c', `exec ${command} "$0"`, argument], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [text, errors, why] = ['', '', '']
  const end = (reason: string) => {
    why ||= reason
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // it has ended by itself
    }
  }
  const clock = setTimeout(end, limits.seconds * 1000, `took more than ${limits.seconds} s. Raise --seconds`)
  const memory = `took more than ${Math.round(limits.bytes / 2 ** 20)} MiB of memory. Raise --memory`
  const watch = setInterval(async () => {
    const bytes = await residentBytes(child.pid!)
    if (bytes !== null && bytes > limits.bytes) end(memory)
  }, 50)
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more
    if (text.length > PRINTED) end('printed more than 1 MiB')
  })
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    errors = (errors + more).slice(-2000)
  })
  return new Promise((resolve, reject) => {
    child.on('error', (error) => end(error.message))
    child.on('close', (code) => {
      clearTimeout(clock)
      clearInterval(watch)
      const last = errors.trim().split('\n').at(-1)!.slice(0, 200)
      if (why === '' && code !== 0) why = `ended with exit code ${code}${last === '' ? '' : ` (${last})`}`
      if (why === '') resolve(text)
      else reject(new UserError(`--command: ${why}`))
    })
  })
}
