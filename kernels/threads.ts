/**
 * Threads that hold a kernel each, and how long they live: until they are closed, a signal comes, or one of them ends.
 * Idle threads do not keep the process alive, and none outlives it.
 */
import { Worker } from 'node:worker_threads'
import { compileKernel, type Kernel, loadKernel, type Module } from './load.ts'

export interface Thread {
  /** Sends a message to kernels/thread.mjs and waits for what it says to it: it answers one after another. */
  ask(message: object): Promise<number>
  stop(): Promise<unknown>
}

type Answer = { value: number } | { error: string }

/** A kernel for each of `workers`, and the threads that call them until `life` ends; one worker has no thread. */
export function openThreads(file: URL, { bytes, workers }: { bytes: number; workers: number }, life: Life) {
  const module = compileKernel(file)
  const kernels = Array.from({ length: Math.max(1, workers) }, () => loadKernel(module, bytes))
  const threads = workers <= 1 ? [] : kernels.map((kernel) => startThread(module, kernel, life))
  const stop = () => Promise.all(threads.map((thread) => thread.stop()))
  life.onEnd(stop)
  return { kernels, threads, stop }
}

/** A thread that calls `kernel`, whose memory this one sees too. */
function startThread(module: Module, kernel: Kernel, life: Life): Thread {
  const workerData = { module, memory: kernel.memory }
  const worker = new Worker(new URL('./thread.mjs', import.meta.url), { workerData, execArgv: [] })
  const asked: ((answer: Answer) => void)[] = [] // in the order of the answers
  worker.on('error', (error) => life.end(error))
  worker.on('exit', (code) => life.end(new Error(`pool: a thread ended with exit code ${code}`)))
  worker.on('message', (answer: Answer) => {
    asked.shift()!(answer)
    if (asked.length === 0) worker.unref()
  })
  worker.unref()
  return {
    async ask(message) {
      const answer = await life.during<Answer>((resolve) => {
        worker.ref()
        asked.push(resolve)
        worker.postMessage(message)
      })
      if ('error' in answer) throw new Error(answer.error)
      return answer.value
    },
    stop: () => worker.terminate(),
  }
}

/** How long promises may be waited for: until the first reason to end. */
export interface Life {
  check(): void // throws that reason
  end(reason: unknown): void
  onEnd(listener: () => void): void
  during<T>(begin: (resolve: (value: T) => void) => void): Promise<T>
}

export function lifeOf(signal?: AbortSignal): Life {
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
