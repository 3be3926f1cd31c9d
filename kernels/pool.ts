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
 * the number of workers changes no result. Many short jobs of one form are for a team (team.ts).
 * With one worker there is no thread: calls run here, and block while they run.
 *
 * A trap rejects that one call. The end of a thread, and `signal`, reject all that wait and all that come; `close` too.
 * A call in a thread can be stopped at any time; one that runs here ends first, so let calls be short (well under a second).
 */
import { setImmediate } from 'node:timers/promises'
import type { Kernel, Memory } from './load.ts'
import { type Life, lifeOf, openThreads, type Thread } from './threads.ts'

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
  signal?: AbortSignal
  /** Writes what all jobs may read into the memory of a seat, before any call. */
  prepare?(seat: Seat): void
}

export function openPool(file: URL, { bytes, workers, signal, prepare }: PoolOptions): Pool {
  const life = lifeOf(signal)
  const { kernels, threads, stop } = openThreads(file, { bytes, workers }, life)
  const free = kernels.map((kernel, t) => seat(kernel, life, threads[t]))
  for (const one of free) prepare?.(one)
  const waiting: ((seat: Seat) => void)[] = []
  return {
    workers: kernels.length,
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
      await stop()
    },
  }
}

/** A kernel that is called here, or by a thread: by one job at a time. */
function seat(kernel: Kernel, life: Life, thread?: Thread): Seat {
  const { memory, heap } = kernel
  return {
    memory,
    heap,
    async call(name, ...args) {
      life.check()
      kernel.check(name)
      if (thread !== undefined) return thread.ask({ name, args })
      await setImmediate() // timers and signals first
      life.check()
      return kernel.call(name, ...args)
    },
  }
}
