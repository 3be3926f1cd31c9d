/** A run, whole: claim the folder, finish what a killed run left, plan, execute, let go. */
import { readdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { claim } from './claim.ts'
import { withPieces } from './cluster/collect.ts'
import type { RunStage } from './context.ts'
import { type Events, execute, type Outcome } from './execute.ts'
import { children } from './executors/child.ts'
import type { Failure } from './failure.ts'
import { recover } from './outputs.ts'
import { acceptCode, aim, openState, type Reasons, type Request, reasons, type Target } from './plan.ts'

export interface RunOptions {
  events: Events & {
    /** The plan stands; nothing has run yet. */
    planned?(target: Target, stale: Reasons): void
    /** Stages that were whole when a run was killed. */
    recovered?(ids: readonly string[]): void
    accepted?(ids: readonly string[]): void
  }
  signal: AbortSignal
  env?: Readonly<Record<string, string>> // of the children
  jobs?: number // in place of limits.cpu
  keepGoing?: boolean
  acceptCode?: boolean
  executor?: RunStage // in place of child processes
  cluster?: (local: RunStage, target: Target) => RunStage // sends stages elsewhere; `local` are child processes
}

export interface Report {
  target: Target
  outcomes: ReadonlyMap<string, Outcome>
  failures: readonly Failure[]
  isStopped: boolean // by the signal, before everything was made
}

/** Folders of the engine that a finished run leaves empty. */
const EMPTY = ['.partial', '.journal', '.view', '.replaced']

export async function run(request: Request, options: RunOptions): Promise<Report> {
  const target = aim(request) // every mistake that can be seen without the data is said before the data is touched
  const owned = await claim(target.root)
  const { stages } = target
  const onChildren = (pids: readonly number[]) => owned.children(pids)
  const pool = children({ stages, env: options.env ?? {}, onChildren })
  try {
    return await carryOut(target, options, executorOf(options, pool.run, target), owned.check)
  } finally {
    pool.close()
    await owned.release()
  }
}

function executorOf({ executor, cluster }: RunOptions, local: RunStage, target: Target): RunStage {
  return cluster?.(local, target) ?? executor ?? withPieces(local, target)
}

async function carryOut(
  target: Target,
  options: RunOptions,
  executor: RunStage,
  check: () => Promise<void>,
): Promise<Report> {
  const { events, signal, jobs, keepGoing = false } = options
  const state = openState(target)
  await sweep(target.root)
  const recovered = await recover(target.root, state.lock, state.hashes)
  if (recovered.length > 0) events.recovered?.(recovered)
  const accepted = options.acceptCode ? await acceptCode(target, state) : []
  if (accepted.length > 0) events.accepted?.(accepted)
  const stale = await reasons(target, state)
  events.planned?.(target, stale)

  const failures: Failure[] = []
  const failed: Events['failed'] = (stage, failure) => {
    failures.push(failure)
    events.failed(stage, failure)
  }
  const limits = jobs === undefined ? target.pipeline.limits : { ...target.pipeline.limits, cpu: jobs }
  const how = { run: executor, limits, keepGoing, signal, events: { ...events, failed }, check }
  const outcomes = await execute(target, state, stale, how)

  await state.hashes.save()
  for (const folder of EMPTY) await dropEmpty(join(target.root, folder))
  const isWhole = [...outcomes.values()].every((outcome) => outcome === 'made' || outcome === 'kept')
  return { target, outcomes, failures, isStopped: signal.aborted && !isWhole }
}

/** Deletes what a killed run may have left and nothing ever needs: views, outs that were replaced, temporary files. */
async function sweep(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    const isLeftover =
      name === '.view' || name === '.replaced' || /^(lock\.yaml|\.hashes\.json)\..*tmp$/.test(name)
    if (isLeftover) await rm(join(root, name), { recursive: true, force: true })
  }
}

/** Removes folders that hold nothing, from the leaves up. */
async function dropEmpty(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) if (entry.isDirectory()) await dropEmpty(join(folder, entry.name))
  await rmdir(folder).catch(() => {}) // it is not there, or not empty
}
