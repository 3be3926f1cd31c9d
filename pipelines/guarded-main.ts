/** The entry of a guarded child process: does one piece of work, says what came of it, and is ended by its parent. */
import { Worker } from 'node:worker_threads'
import type { Json } from '../contracts.ts'
import { load } from '../io/lookup.ts'
import { failureOf } from './failure.ts'
import type { FromGuarded } from './guard.ts'

/** What pipelines/guarded/<work>.ts default-exports. */
export type GuardedWork = (request: Json, progress: (rows: number, of: number) => void) => Promise<Json>

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL')) // the parent is dead

/** ONNX Runtime keeps this thread while a model runs, and no event is met; so another thread looks for the parent. A
 * process that is held back may have none: on Node 20 a thread is free of all that its process may not do.
 */
const WATCH = `
  const { workerData: parent } = require('node:worker_threads')
  setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL') }, 500)
`
const isFree = process.permission === undefined
if (isFree) new Worker(WATCH, { eval: true, execArgv: [], workerData: process.ppid }).unref()

process.on('message', async ({ work, request }: { work: string; request: Json }) => {
  try {
    const run = await load<GuardedWork>('work', 'pipelines/guarded', work)
    tell({ kind: 'done', result: await run(request, (rows, of) => tell({ kind: 'progress', rows, of })) })
  } catch (error) {
    tell({ kind: 'failed', failure: failureOf(error) })
  }
})

function tell(message: FromGuarded): void {
  if (process.connected) process.send!(message)
}
