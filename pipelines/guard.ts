/**
 * Work on a file from a stranger, in a child process that may die: a limit of wall-clock time and one of memory.
 *
 * The child imports pipelines/guarded/<work>.ts and sends back what it returns. Its resident memory is read twenty times a
 * second, and the child is killed when it is over the limit; what it can take between two readings is not held back.
 * (`ulimit -v` would break WebAssembly's memory on Node 20.) Where neither /proc nor `ps` tells the memory, as on Windows,
 * there is no limit of memory, and a line on stderr says so. Where `reach` is given, the child can touch nothing else
 * (permissions.ts); where it is not, this is no sandbox: a file that takes over ONNX Runtime can do what its user can.
 *
 * The child ends when its parent does. One that is held back has no thread that could look for its parent while a parser
 * turns in circles; the system then ends it, after four times the limit of seconds of work.
 */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Json } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { type EntryOptions, forkEntry } from './executors/fork-entry.ts'
import { errorOf, type Failure } from './failure.ts'
import { isHeld, permissionFlags, type Reach } from './permissions.ts'

export interface Limits {
  seconds: number
  bytes: number
}
export interface Guarded {
  work: 'predict' | 'reproduce' | 'inspect' | 'submit' // pipelines/guarded/<work>.ts
  request: Json
  subject: string // begins the sentence when it goes wrong
  limits: Limits
  env: Readonly<Record<string, string>> // all that the child sees of the environment
  reach?: Reach // all that it may read and write; absent where native code works, which asks nobody
  progress?: (rows: number, of: number) => void
}

export type FromGuarded =
  | { kind: 'progress'; rows: number; of: number }
  | { kind: 'done'; result: Json }
  | { kind: 'failed'; failure: Failure }

/** `memoryOf` is the resident memory of a process in bytes, null where nothing tells it. */
export function runGuarded<T>(
  { work, request, subject, limits, env, reach, progress }: Guarded,
  memoryOf: (pid: number) => Promise<number | null> = residentBytes,
): Promise<T> {
  const child = forkEntry(new URL('./guarded-main', import.meta.url), env, heldBack(limits, reach))
  let answer: (FromGuarded & { kind: 'done' | 'failed' }) | null = null
  let broken = ''
  const kill = (why: string) => {
    broken ||= why
    child.kill('SIGKILL')
  }
  const memory = `took more than ${Math.round(limits.bytes / 2 ** 20)} MiB of memory. Raise --memory`
  const clock = setTimeout(kill, limits.seconds * 1000, `took more than ${limits.seconds} s. Raise --seconds`)
  let isTold = false
  let isKnown = false // a process that has ended tells nothing either, before anybody hears of its end
  const watch = setInterval(async () => {
    const bytes = await memoryOf(child.pid!)
    if (bytes !== null && bytes > limits.bytes && answer === null) kill(memory)
    const lives = child.exitCode === null && child.signalCode === null
    isKnown ||= bytes !== null
    if (isKnown || child.killed || !lives || isTold) return
    isTold = true
    process.stderr.write(`${subject}: this system does not tell its memory, so --memory has no effect\n`)
  }, 50)

  return new Promise<T>((resolve, reject) => {
    const tail = tailOf(child)
    child.on('error', () => {}) // what is wrong with a child shows in its 'close'
    child.on('message', (message: FromGuarded) => {
      if (message.kind === 'progress') return progress?.(message.rows, message.of)
      answer = message
      child.kill('SIGKILL') // it has said all; a native library may be slow to leave
    })
    child.on('close', (code, signal) => {
      clearTimeout(clock)
      clearInterval(watch)
      if (answer?.kind === 'done') resolve(answer.result as T)
      else if (answer?.kind === 'failed') reject(errorOf(answer.failure))
      else reject(new UserError(`${subject}: ${broken || crash(code, signal, tail())}`))
    })
    child.send({ work, request })
  })
}

/** The heap ends at the limit too: between two readings of the memory it could grow far beyond. */
function heldBack({ seconds, bytes }: Limits, reach: Reach | undefined): EntryOptions {
  if (reach === undefined || !isHeld) return {}
  const heap = `--max-old-space-size=${Math.ceil(bytes / 2 ** 20)}`
  return { flags: [heap, ...permissionFlags(reach)], cpuSeconds: 4 * seconds }
}

/** Resident memory of a process; null where nothing tells it. */
export async function residentBytes(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null)
  if (status !== null) return kibibytes(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1])
  const shown = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => null)
  return kibibytes(shown?.stdout)
}

function kibibytes(text: string | undefined): number | null {
  return text === undefined || text.trim() === '' ? null : Number(text) * 1024
}

function tailOf({ stdout, stderr }: ReturnType<typeof forkEntry>): () => string {
  let text = ''
  for (const stream of [stdout!, stderr!])
    stream.setEncoding('utf8').on('data', (more: string) => {
      text = (text + more).slice(-2000)
    })
  return () => text.trim().split('\n').at(-1)!.trim()
}

function crash(code: number | null, signal: string | null, said: string): string {
  const how =
    signal === null ? `its process ended with exit code ${code}` : `its process was ended by ${signal}`
  return said === '' ? how : `${how} (${said.slice(0, 200)})`
}
