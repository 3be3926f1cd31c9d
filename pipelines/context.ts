/** The Context of a stage: where its deps and outs lie, its streams of random numbers, its journal. */
import type { Context, Journal, Json, Params, Stage } from '../contracts.ts'
import { rng } from '../math/rng.ts'

/** A Context that can be sent to another process: its places and receipts are plain data. */
export interface StageContext extends Context {
  key: string // of the stage, as the lock has it
  places: Places
  journal: Journal & { receipts: ReadonlyMap<string, Json> }
}

export interface Places {
  deps: Readonly<Record<string, string>>
  outs: Readonly<Record<string, string>>
}

/** Where a stage runs. Every Executor of contracts.ts is one. */
export type RunStage = (stage: Stage, ctx: StageContext) => Promise<Params>

/** What differs from stage to stage, or from process to process. */
export interface Surroundings {
  root: string
  seed: number
  asked: Context['asked']
  key: string
  places: Places
  journal: StageContext['journal']
  workers: number
  part?: readonly [from: number, to: number]
  log(line: string): void
  progress(done: number, total: number, unit: string): void
  signal: AbortSignal
}

export function stageContext(stage: Stage, around: Surroundings): StageContext {
  const { places, seed } = around
  const find = (kind: 'deps' | 'outs', path: string) => {
    const map = places[kind]
    const known = Object.keys(map).find((key) => path === key || path.startsWith(`${key}/`))
    if (known !== undefined) return map[known]! + path.slice(known.length)
    throw new Error(`stage '${stage.id}' asks for '${path}', which is not among its ${kind}`)
  }
  return {
    ...around,
    rng: (...name) => rng(seed, ...name),
    dep: (path) => find('deps', path),
    out: (path) => find('outs', path),
  }
}
