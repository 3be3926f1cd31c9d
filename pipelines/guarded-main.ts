/** The entry of a guarded child process: does one piece of work, says what came of it, and is ended by its parent. */
import type { Json } from '../contracts.ts'
import { load } from '../io/lookup.ts'
import { failureOf } from './failure.ts'
import type { FromGuarded } from './guard.ts'

/** What pipelines/guarded/<work>.ts default-exports. */
export type GuardedWork = (request: Json, progress: (rows: number, of: number) => void) => Promise<Json>

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL')) // the parent is dead

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
