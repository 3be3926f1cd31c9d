/**
 * The entry of a child process: does stages one after another, as the parent asks. It writes nothing but the outs of
 * the stage; the journal is the parent's, and record() waits until the parent has it on the disk.
 * When the channel closes the parent is dead: the child ends at once, without the exit handlers of native libraries.
 */
import type { Json } from '../../contracts.ts'
import { canonical } from '../../io/json.ts'
import { type StageContext, stageContext } from '../context.ts'
import { errorOf, failureOf } from '../failure.ts'
import { workOf } from './in-process.ts'
import type { ToChild, ToParent } from './messages.ts'

const abort = new AbortController()
const waiting = new Map<number, { resolve(): void; reject(error: Error): void }>()
let numbers = 0

process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
// Ctrl-C reaches the whole group; the parent decides, and lets a stage end its shard.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})

process.on('message', (message: ToChild) => {
  switch (message.kind) {
    case 'abort':
      return abort.abort(new Error('stopped'))
    case 'recorded':
      return settle(message.number)?.resolve()
    case 'unrecorded':
      return settle(message.number)?.reject(errorOf(message.failure))
    case 'work':
      return void work(message)
  }
})

async function work(message: ToChild & { kind: 'work' }) {
  const { stage, stages, root, seed, asked, key, places, workers, receipts } = message
  try {
    const ctx = stageContext(stage, {
      root,
      seed,
      asked,
      key,
      places,
      journal: journal(new Map(receipts)),
      workers,
      log: (line) => tell({ kind: 'log', line }),
      progress: sparse((done, total, unit) => tell({ kind: 'progress', done, total, unit })),
      signal: abort.signal,
    })
    const facts = (await (await workOf(stages, stage.run))(stage, ctx)) ?? {}
    canonical(facts) // throws on what JSON cannot carry
    tell({ kind: 'done', facts })
  } catch (error) {
    tell({ kind: 'failed', failure: failureOf(error) })
  }
}

function journal(receipts: Map<string, Json>): StageContext['journal'] {
  return {
    receipts,
    done: (shard) => receipts.get(shard),
    async record(shard, receipt) {
      const number = numbers++
      canonical(receipt)
      await new Promise<void>((resolve, reject) => {
        waiting.set(number, { resolve, reject })
        tell({ kind: 'record', number, shard, receipt })
      })
      receipts.set(shard, receipt)
    },
  }
}

function settle(number: number) {
  const promise = waiting.get(number)
  waiting.delete(number)
  return promise
}

function tell(message: ToParent): void {
  if (process.connected) process.send!(message)
}

/** At most ten calls a second, and always the last. */
function sparse(f: StageContext['progress']): StageContext['progress'] {
  let last = 0
  return (done, total, unit) => {
    const now = performance.now()
    if (done < total && now - last < 100) return
    last = now
    f(done, total, unit)
  }
}
