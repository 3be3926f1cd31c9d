/**
 * Runs what is stale: a stage when all it needs is made, as many at once as the limits of its device allow.
 * When a stage's turn comes it is held against the lock once more: inputs that were made anew and came out the same
 * are no reason to run. A stage that fails takes those that need it with it; nothing else starts then, unless the
 * rest is asked to go on.
 */
import { cpus } from 'node:os'
import pLimit from 'p-limit'
import type { Params, Stage } from '../contracts.ts'
import { type RunStage, stageContext } from './context.ts'
import { type Failure, failureOf } from './failure.ts'
import { dropViews, placesOfDeps, type State } from './inputs.ts'
import { partialOf } from './layout.ts'
import type { Limits } from './load.ts'
import { keyOf, type Made } from './lock.ts'
import { finish, prepare, seal } from './outputs.ts'
import { nowOf, type Reasons, stageReasons, type Target } from './plan.ts'

/** made: it ran. kept: it was up to date. skipped: something it needs failed, or the run was to stop. */
export type Outcome = 'made' | 'kept' | 'failed' | 'stopped' | 'skipped'

/** What somebody who watches is told. */
export interface Events {
  started(stage: Stage, reasons: readonly string[]): void
  log(stage: Stage, line: string): void
  progress(stage: Stage, done: number, total: number, unit: string): void
  made(stage: Stage, made: Made): void
  kept(stage: Stage): void
  failed(stage: Stage, failure: Failure): void
}

export interface ExecuteOptions {
  run: RunStage
  limits: Limits
  keepGoing: boolean
  signal: AbortSignal
  events: Events
  /** Called before every stage; throws when this process may no longer write. */
  check(): Promise<void>
}

export async function execute(
  target: Target,
  state: State,
  stale: Reasons,
  options: ExecuteOptions,
): Promise<Map<string, Outcome>> {
  const limits = { cpu: pLimit(options.limits.cpu), gpu: pLimit(options.limits.gpu) }
  const outcomes = new Map<string, Promise<Outcome>>()
  let isFailed = false

  const turn = async (stage: Stage): Promise<Outcome> => {
    if (options.signal.aborted || (isFailed && !options.keepGoing)) return 'skipped'
    try {
      return await attempt(stage, target, state, options)
    } catch (error) {
      if (options.signal.aborted) return 'stopped'
      isFailed = true
      options.events.failed(stage, failureOf(error))
      return 'failed'
    }
  }
  for (const stage of target.graph.stages) {
    const needs = target.graph.needs.get(stage.id)!.map((id) => outcomes.get(id)!)
    const outcome = async (): Promise<Outcome> => {
      const above = await Promise.all(needs)
      if (!above.every((one) => one === 'made' || one === 'kept')) return 'skipped'
      return stale.has(stage.id) ? limits[stage.device](turn, stage) : 'kept'
    }
    outcomes.set(stage.id, outcome())
  }
  const done = new Map<string, Outcome>()
  for (const [id, outcome] of outcomes) done.set(id, await outcome)
  return done
}

async function attempt(
  stage: Stage,
  target: Target,
  state: State,
  options: ExecuteOptions,
): Promise<Outcome> {
  const why = target.forced.has(stage.id) ? ['asked for by --force'] : await stageReasons(stage, state)
  if (why.length === 0) {
    options.events.kept(stage)
    return 'kept'
  }
  await options.check()
  options.events.started(stage, why)
  options.events.made(stage, await make(stage, state, options))
  return 'made'
}

async function make(
  stage: Stage,
  state: State,
  { run, limits, events, signal }: ExecuteOptions,
): Promise<Made> {
  const { root, seed, asked, lock, hashes } = state
  const now = await nowOf(stage, state)
  const key = keyOf(stage, now)
  const journal = await prepare(root, stage, key)
  try {
    const outs = Object.fromEntries(stage.outs.map((out) => [out, partialOf(root, out)]))
    const log = (line: string) => events.log(stage, line)
    const deps = await placesOfDeps(stage, state, log)
    const ctx = stageContext(stage, {
      root,
      seed,
      asked,
      key,
      places: { deps, outs },
      journal,
      workers: limits.workers,
      log,
      progress: (done, total, unit) => events.progress(stage, done, total, unit),
      signal,
    })
    const start = performance.now()
    const facts: Params = (await run(stage, ctx)) ?? {} // a stage may have nothing to tell
    const made: Made = {
      key,
      run: stage.run,
      ...now,
      params: stage.params,
      outs: await seal(root, stage, hashes),
      facts,
      took: Math.round(performance.now() - start) / 1000,
      on: { node: process.version, platform: `${process.platform}-${process.arch}`, cpu: processors() },
    }
    await finish(root, stage.id, made, journal, lock)
    return made
  } finally {
    await journal.close()
    await dropViews(root, stage.id)
  }
}

/** '2 × Intel(R) Xeon(R) CPU @ 2.50GHz' */
function processors(): string {
  const all = cpus()
  return `${all.length} × ${all[0]?.model.trim() || 'unknown processor'}`
}
