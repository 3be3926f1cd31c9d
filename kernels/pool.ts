/**
 * One kernel on several threads. Each seat of the pool is a kernel with a memory of its own, which the owner sees too:
 *
 *   const pool = openPool(new URL('./built/fields.wasm', import.meta.url), { bytes, workers: 2, signal })
 *   const x = await pool.use(async (seat) => {
 *     new Float64Array(seat.memory.buffer, seat.heap, n).set(input)      // in: from `heap` on, `bytes` long; see layOut()
 *     const status = await seat.call('solve', seat.heap, n)               // an exported function, numbers in, a number out
 *     return new Float64Array(seat.memory.buffer, seat.heap, n).slice()  // out: copied, the seat goes to the next
 *   })
 *   await pool.close()
 *
 * `use` waits for a free seat, so as many jobs as one likes may be begun; whoever wants results in order keeps the promises in
 * order. A job must not rely on what another left in the memory of its seat (what all may read is written by `prepare`), and then
 * the number of workers changes no result.
 * With one worker there is no thread: calls run here, and block while they run.
 *
 * A trap rejects that one call. The end of a thread, and `signal`, reject all that wait and all that come; `close` too.
 * Idle threads do not keep the process alive, and none outlives it. A call in a thread can be stopped at any time; one that
 * runs here ends first, so let calls be short (well under a second).
 */
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { compileKernel, type Kernel, loadKernel, type Memory, type Module } from './load.ts'

export interface Seat {
  memory: Memory
  heap: number
  call(name: string, ...args: number[]): Promise<number>
}

export interface Pool {
  workers: number
  heap: number // the same in every seat
  /** Lends a seat to `job` alone, until its promise settles. */
  use<T>(job: (seat: Seat) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export interface PoolOptions {
  bytes: number // of memory per seat, beyond the constants of the kernel
  workers: number
  /** Seats of a thread, 1 unless told: with 2, one job moves its numbers in or out while the thread works for the other. */
  buffers?: number
  signal?: AbortSignal
  /** Writes what all jobs may read into the memory of a seat, before any call. */
  prepare?(seat: Seat): void
}

export function openPool(file: URL, { bytes, workers, buffers = 1, signal, prepare }: PoolOptions): Pool {
  const module = compileKernel(file)
  const life = lifeOf(signal)
  const kernelsOf = (seats: number) => Array.from({ length: seats }, () => loadKernel(module, bytes))
  const lone = workers <= 1
  const teams = lone ? [kernelsOf(1)] : Array.from({ length: workers }, () => kernelsOf(buffers))
  const threads = lone ? [] : teams.map((team) => start(module, team, life))
  const seats = teams.map((team, t) =>
    team.map((kernel, place) => seat(kernel, life, threads[t] && { thread: threads[t], place })),
  )
  // Every thread gets a first job before any gets a second.
  const free = seats[0]!.flatMap((_, place) => seats.map((ofThread) => ofThread[place]!))
  for (const one of free) prepare?.(one)
  const waiting: ((seat: Seat) => void)[] = []
  const stopThreads = () => Promise.all(threads.map((thread) => thread.stop()))
  life.onEnd(stopThreads)
  return {
    workers: teams.length,
    heap: free[0]!.heap,
    async use(job) {
      life.check()
      const mine = free.pop() ?? (await life.during<Seat>((resolve) => waiting.push(resolve)))
      try {
        return await job(mine)
      } finally {
        const next = waiting.shift()
        if (next === undefined) free.push(mine)
        else next(mine)
      }
    },
    async close() {
      life.end(new Error('pool: it was closed'))
      await stopThreads()
    },
  }
}

/** A kernel that is called here, or by a thread that knows it by its place: by one job at a time. */
function seat(kernel: Kernel, life: Life, of?: { thread: Thread; place: number }): Seat {
  const { memory, heap } = kernel
  return {
    memory,
    heap,
    async call(name, ...args) {
      life.check()
      kernel.check(name)
      if (of === undefined) {
        await setImmediate() // timers and signals first
        life.check()
        return kernel.call(name, ...args)
      }
      const answer = await of.thread.ask({ place: of.place, name, args })
      if ('error' in answer) throw new Error(`kernel: ${name}: ${answer.error}`)
      return answer.value
    },
  }
}

/**
 * What a thread does. Text, because a thread starts from a file of JavaScript, which there is not while we run from sources,
 * and because threads that load nothing start in a few milliseconds.
 */
const THREAD = `
  const { parentPort, workerData } = require('node:worker_threads')
  const { module, memories } = workerData
  const kernels = memories.map((memory) => new WebAssembly.Instance(module, { env: { memory } }).exports)
  parentPort.on('message', ({ place, name, args }) => {
    let answer
    try {
      answer = { place, value: kernels[place][name](...args) ?? 0 }
    } catch (error) {
      answer = { place, error: error.message }
    }
    parentPort.postMessage(answer)
  })`
type Call = { place: number; name: string; args: readonly number[] }
type Answer = { place: number } & ({ value: number } | { error: string })

interface Thread {
  ask(call: Call): Promise<Answer>
  stop(): Promise<unknown>
}

/** A seat has one call at a time, so its next answer belongs to the last call. */
function start(module: Module, team: readonly Kernel[], life: Life): Thread {
  const workerData = { module, memories: team.map(({ memory }) => memory) }
  const worker = new Worker(THREAD, { eval: true, workerData, execArgv: [] })
  const asked = new Map<number, (answer: Answer) => void>()
  worker.on('error', (error) => life.end(error))
  worker.on('exit', (code) => life.end(new Error(`pool: a thread ended with exit code ${code}`)))
  worker.on('message', (answer: Answer) => asked.get(answer.place)?.(answer))
  worker.unref()
  return {
    async ask(call) {
      worker.ref()
      try {
        return await life.during<Answer>((resolve) => {
          asked.set(call.place, resolve)
          worker.postMessage(call)
        })
      } finally {
        asked.delete(call.place)
        if (asked.size === 0) worker.unref()
      }
    },
    stop: () => worker.terminate(),
  }
}

/** How long promises may be waited for: until the first reason to end. */
interface Life {
  check(): void // throws that reason
  end(reason: unknown): void
  onEnd(listener: () => void): void
  during<T>(begin: (resolve: (value: T) => void) => void): Promise<T>
}

function lifeOf(signal: AbortSignal | undefined): Life {
  let over: { reason: unknown } | null = null
  const rejects = new Set<(reason: unknown) => void>()
  const onAbort = () => life.end(signal!.reason)
  const life: Life = {
    check() {
      if (over !== null) throw over.reason
    },
    end(reason) {
      if (over !== null) return
      over = { reason }
      signal?.removeEventListener('abort', onAbort)
      for (const reject of rejects) reject(reason)
    },
    onEnd: (listener) => void rejects.add(listener),
    async during(begin) {
      life.check()
      let mine: ((reason: unknown) => void) | undefined
      try {
        return await new Promise((resolve, reject) => {
          rejects.add((mine = reject))
          begin(resolve)
        })
      } finally {
        rejects.delete(mine!)
      }
    },
  }
  if (signal?.aborted) life.end(signal.reason)
  signal?.addEventListener('abort', onAbort)
  return life
}
