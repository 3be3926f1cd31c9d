/**
 * Runs stages in child processes that are used again stage after stage, so that a tensor library is imported once.
 * A stage module with `export const fresh = true` gets a new process that ends after it: its peak memory is its own.
 * A crash of a child (out of memory, a fault in native code) fails its stage with one sentence and nothing else.
 */
import type { ChildProcess } from 'node:child_process'
import type { Params, Stage } from '../../contracts.ts'
import type { RunStage, StageContext } from '../context.ts'
import { errorOf, failureOf } from '../failure.ts'
import { isFresh } from '../stage-file.ts'
import { forkEntry } from './fork-entry.ts'
import type { ToChild, ToParent } from './messages.ts'

export interface ChildOptions {
  stages: string // the folder of stage modules
  env: Readonly<Record<string, string>> // all that a child sees of the environment, but for KEEP_MEMORY
  /** Called with the ids of all living children before a new one is given work: whoever finds us dead can end them. */
  onChildren?(pids: readonly number[]): Promise<void>
  patience?: number // milliseconds between asking a stage to stop and ending its process; 3000
}

export interface Children {
  run: RunStage
  /** Ends all of them now. */
  close(): void
}

interface Child {
  process: ChildProcess
  pid: number
  tail: { text: string } // the end of what it printed
}

export function children(options: ChildOptions): Children {
  const alive = new Set<Child>()
  const idle: Child[] = []

  const start = async (env: ChildOptions['env']): Promise<Child> => {
    const child = spawn(env)
    alive.add(child)
    child.process.once('exit', () => {
      alive.delete(child)
      if (idle.includes(child)) idle.splice(idle.indexOf(child), 1)
    })
    await options.onChildren?.([...alive].map(({ pid }) => pid))
    return child
  }

  return {
    async run(stage, ctx) {
      const isOwn = isFresh(options.stages, stage.run)
      const child = isOwn
        ? await start({ ...KEEP_MEMORY, ...options.env })
        : (idle.pop() ?? (await start(options.env)))
      let isReusable = false // after a failure nobody knows what the modules of the stage have left behind
      try {
        const facts = await perform(child, stage, ctx, options)
        isReusable = !isOwn && !ctx.signal.aborted
        return facts
      } finally {
        if (isReusable) idle.push(child)
        else child.process.kill('SIGKILL')
      }
    },
    close() {
      for (const child of alive) child.process.kill('SIGKILL')
    },
  }
}

/**
 * glibc gives the end of its heap back to the system as soon as it is free, and the next step of a training gets it again page by page:
 * ONNX Runtime for Node hands out its outputs, weights among them, in fresh buffers at every step. On a virtual machine that took
 * twice the time of the step itself for 1.4 M weights. A process that ends with its stage may keep what it had. Below 256 MiB
 * (larger ones are mapped as before); other C libraries do not read this.
 */
export const KEEP_MEMORY = { MALLOC_TRIM_THRESHOLD_: `${2 ** 40}`, MALLOC_MMAP_THRESHOLD_: `${2 ** 28}` }

function spawn(env: ChildOptions['env']): Child {
  const child = forkEntry(new URL('./child-main', import.meta.url), env)
  const tail = { text: '' }
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      tail.text = (tail.text + text).slice(-4000)
    })
  }
  child.on('error', () => {}) // what is wrong with a child shows in its 'close', or in the next line
  if (child.pid === undefined) throw new Error('no child process could be started')
  return { process: child, pid: child.pid, tail }
}

function perform(child: Child, stage: Stage, ctx: StageContext, options: ChildOptions): Promise<Params> {
  const { process: proc, tail } = child
  tail.text = ''
  return new Promise<Params>((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const onMessage = (message: ToParent) => {
      if (message.kind === 'log') ctx.log(message.line)
      else if (message.kind === 'progress') ctx.progress(message.done, message.total, message.unit)
      else if (message.kind === 'record') void record(message, ctx, proc)
      else end(() => (message.kind === 'done' ? resolve(message.facts) : reject(errorOf(message.failure))))
    }
    // 'close' and not 'exit': by then its last words have been read
    const onClose = (code: number | null, signal: NodeJS.Signals | null) =>
      end(() => reject(crashed(stage, code, signal, tail.text)))
    const onAbort = () => {
      tell(proc, { kind: 'abort' })
      timer = setTimeout(() => proc.kill('SIGKILL'), options.patience ?? 3000)
    }
    const end = (settle: () => void) => {
      clearTimeout(timer)
      proc.off('message', onMessage).off('close', onClose)
      ctx.signal.removeEventListener('abort', onAbort)
      settle()
    }
    proc.on('message', onMessage).on('close', onClose)
    if (proc.exitCode !== null || proc.signalCode !== null) onClose(proc.exitCode, proc.signalCode)
    ctx.signal.addEventListener('abort', onAbort)
    if (ctx.signal.aborted) onAbort()
    const { root, seed, asked, key, places, workers } = ctx
    const receipts = [...ctx.journal.receipts]
    const { stages } = options
    tell(proc, { kind: 'work', stage, stages, root, seed, asked, key, places, workers, receipts })
  })
}

/** A receipt of the child's → the journal, and word back when it is on the disk. */
async function record(message: ToParent & { kind: 'record' }, ctx: StageContext, proc: ChildProcess) {
  const { number, shard, receipt } = message
  try {
    await ctx.journal.record(shard, receipt)
    tell(proc, { kind: 'recorded', number })
  } catch (error) {
    tell(proc, { kind: 'unrecorded', number, failure: failureOf(error) })
  }
}

/** A child that is gone is met by its 'close', not by the failing send. */
function tell(proc: ChildProcess, message: ToChild): void {
  if (proc.connected) proc.send(message, () => {})
}

function crashed(stage: Stage, code: number | null, signal: NodeJS.Signals | null, tail: string): Error {
  const how = signal === null ? `ended with exit code ${code}` : `was killed by ${signal}`
  const isMemory = signal === 'SIGKILL' || /heap out of memory|bad_alloc|Cannot allocate memory/i.test(tail)
  const why = isMemory ? '; most often that is too little memory' : ''
  const message = `stage '${stage.id}': its process ${how}${why}`
  const said = tail.trim() === '' ? '' : `\n${tail.trim().split('\n').slice(-20).join('\n')}`
  return errorOf({ message, isUser: false, stack: message + said })
}
