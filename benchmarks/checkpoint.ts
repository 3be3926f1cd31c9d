/**
 * What a killed training run goes on from: checkpoint.safetensors in its unfinished folder, one file, replaced as a whole.
 *   state/<name>   all that the next step depends on: weights, memory of the optimizer, averages
 *   kept/<name>    the weights that would be used if training ended here
 *   metadata       steps taken, losses of the unfinished epoch, history, the line of the kept weights, seconds spent
 * Random numbers need no state: their streams are named by epoch and step (train.ts). So what follows is what would have
 * followed without the kill, to the byte.
 *
 * The pipeline keeps an unfinished folder only where the journal has a receipt, and wipes it when code, params or data
 * changed: one receipt says that a checkpoint may be trusted.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Journal } from '../contracts.ts'
import { exists } from '../io/files.ts'
import { readMetadata, readSafetensors, writeSafetensors } from '../io/safetensors.ts'
import type { TrainStep } from '../tensor/engine.ts'
import type { HostTensor, Weights } from '../tensor/types.ts'
import type { HistoryLine } from './run-folder.ts'

/** Where the loop is. It changes as the loop goes on. */
export interface Progress {
  steps: number
  losses: number[] // of the epoch that is not finished
  history: HistoryLine[]
  kept: { at: HistoryLine; weights: Weights } | null
}

export interface Checkpoints {
  /** Whether the last state on disk is older than asked. */
  isDue(): boolean
  save(step: TrainStep, progress: Progress): Promise<void>
  /** Puts the step back to the last state on disk; null where there is none. */
  resume(step: TrainStep): Promise<Progress | null>
  /** Seconds of training that lie in the runs before this one. */
  secondsBefore(): number
  drop(): Promise<void>
}

/** Every so many minutes; 0: never. */
export function openCheckpoints(folder: string, minutes: number, journal: Journal): Checkpoints {
  const file = join(folder, 'checkpoint.safetensors')
  const begun = performance.now()
  let [last, before] = [begun, 0]
  return {
    isDue: () => minutes > 0 && performance.now() - last >= 60_000 * minutes,
    async save(step, { steps, losses, history, kept }) {
      if (minutes === 0) return
      const state = await step.state()
      const tensors = [...prefixed('state', state.kept), ...prefixed('kept', kept?.weights ?? new Map())]
      const seconds = before + (performance.now() - begun) / 1000
      const progress = JSON.stringify({ steps, losses, history, at: kept?.at ?? null, seconds })
      await writeSafetensors(file, new Map(tensors), { progress })
      if (journal.done(RECEIPT) === undefined) await journal.record(RECEIPT, true)
      last = performance.now()
    },
    async resume(step) {
      if (minutes === 0 || journal.done(RECEIPT) === undefined || !(await exists(file))) return null
      const { progress } = await readMetadata(file)
      const { steps, losses, history, at, seconds } = JSON.parse(progress!)
      before = seconds
      const tensors = await readSafetensors(file)
      step.restore({ steps, kept: unprefixed('state', tensors) })
      return {
        steps,
        losses,
        history,
        kept: at === null ? null : { at, weights: unprefixed('kept', tensors) },
      }
    },
    secondsBefore: () => before,
    drop: () => rm(file, { force: true }),
  }
}

const RECEIPT = 'checkpoint'

function prefixed(prefix: string, tensors: Weights): [string, HostTensor][] {
  return [...tensors].map(([name, tensor]) => [`${prefix}/${name}`, tensor])
}

function unprefixed(prefix: string, tensors: Weights): Weights {
  const own = [...tensors].filter(([name]) => name.startsWith(`${prefix}/`))
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length + 1), tensor]))
}
