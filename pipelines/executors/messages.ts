/** What a child process and its parent say to each other, as JSON over the channel of fork(). */
import type { Context, Json, Params, Stage } from '../../contracts.ts'
import type { Places } from '../context.ts'
import type { Failure } from '../failure.ts'

export type ToChild =
  | {
      kind: 'work'
      stage: Stage
      stages: string // the folder of stage modules
      root: string
      seed: number
      asked: Context['asked']
      key: string
      places: Places
      workers: number
      receipts: readonly (readonly [shard: string, receipt: Json])[]
    }
  | { kind: 'recorded'; number: number } // this receipt is on the disk
  | { kind: 'unrecorded'; number: number; failure: Failure }
  | { kind: 'abort' }

export type ToParent =
  | { kind: 'log'; line: string }
  | { kind: 'progress'; done: number; total: number; unit: string }
  | { kind: 'record'; number: number; shard: string; receipt: Json }
  | { kind: 'done'; facts: Params }
  | { kind: 'failed'; failure: Failure }
