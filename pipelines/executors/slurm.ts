/**
 * Runs stages on a cluster, a piece per task of a job array; what a stage is sits in plan.ts.
 *
 *   a stage with shards   tasks make the shards; when all are there, this machine puts them together, which takes seconds
 *   a stage without       one task makes it; a run of 87 trainings is one array of 87 tasks
 *   a stage of seconds    (scores, tables) runs here, in a child process
 *
 * What is finished is told by files of the tasks, what is under way by `squeue`, asked once per interval for all arrays. So this
 * process may be stopped: the arrays go on, and the next run picks them up. A task that ended without its files failed, and is
 * handed in again; a mistake of the user is not tried twice.
 *
 * A stage's key holds the hashes of what it reads, so its array is handed in when its inputs are made, and not before, as
 * afterok would have it.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stage } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { exists } from '../../io/files.ts'
import { type Around, type Arrays, openArrays } from '../cluster/arrays.ts'
import { finishPieces } from '../cluster/collect.ts'
import { NO_PLAN, NO_PROGRAM } from '../cluster/job-script.ts'
import { homeOf, jobsFolder, nameOf, type Piece } from '../cluster/plan.ts'
import type { Done } from '../cluster/run-shard.ts'
import type { ClusterSettings } from '../cluster/settings.ts'
import { type Queue, type Task, taskName } from '../cluster/slurm-commands.ts'
import type { RunStage, StageContext } from '../context.ts'
import { errorOf, type Failure } from '../failure.ts'
import { shardsOf } from '../stage-file.ts'

export function onSlurm(local: RunStage, queue: Queue, settings: ClusterSettings, around: Around): RunStage {
  let opened: Promise<Arrays> | undefined
  const arrays = () => (opened ??= openArrays(queue, settings, around))
  const look = watcher(queue, settings, async () => (await arrays()).jobs())

  return async (stage, ctx) => {
    if (!settings.runs.includes(stage.run)) return local(stage, ctx)
    const home = homeOf(around.root, stage.id, ctx.key)
    const count = await shardsOf(around.stages, stage, ctx)
    const lost = new AbortController() // with one piece the stage is: nobody waits for the others any more
    const signal = AbortSignal.any([ctx.signal, lost.signal])
    const run: Run = {
      stage,
      ctx,
      signal,
      home,
      count,
      arrays: await arrays(),
      look,
      queue,
      settings,
      around,
    }
    const pieces = count === null ? [null] : await groups(run, count)
    const whole = Promise.all(pieces.map((piece) => made(run, piece)))
    await whole.catch((reason) => {
      lost.abort(reason)
      throw reason
    })
    return finishPieces(stage, ctx, around, local)
  }
}

interface Run {
  stage: Stage
  ctx: StageContext
  signal: AbortSignal
  home: string
  count: number | null // shards
  arrays: Arrays
  look: Look
  queue: Queue
  settings: ClusterSettings
  around: Around
}

/** Tasks that live, as the queue says at the next look. */
type Look = () => Promise<ReadonlyMap<string, string>>

/** One question per interval serves all who wait. A queue that does not answer is asked again, ten times. */
function watcher(queue: Queue, { poll }: ClusterSettings, jobs: () => Promise<readonly string[]>): Look {
  let next: Promise<ReadonlyMap<string, string>> | undefined
  let silent = 0
  const ask = async (): Promise<ReadonlyMap<string, string>> => {
    await sleep(poll * 1000)
    next = undefined
    try {
      const live = await queue.live(await jobs())
      silent = 0
      return live
    } catch (error) {
      if (++silent >= 10) throw error
      return ask()
    }
  }
  return () => (next ??= ask())
}

/**
 * How many shards make a task: as many as last `minute` seconds. The first shard of a stage is made alone, to know how long one
 * takes; where tasks of an earlier attempt have left their seconds, those are taken.
 */
async function groups(run: Run, count: number): Promise<Piece[]> {
  const first: Piece = [0, 1]
  if (count === 1) return [first]
  await made(run, first)
  const { seconds } = (await doneOf(run, first))!
  const size = Math.max(1, Math.ceil(run.settings.minute / Math.max(seconds, 0.01)))
  const pieces: Piece[] = [first]
  for (let from = 1; from < count; from += size) pieces.push([from, Math.min(count, from + size)])
  return pieces
}

async function doneOf({ home }: Run, piece: Piece): Promise<Done | null> {
  const text = await readFile(join(home, 'done', `${nameOf(piece)}.json`), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as Done)
}

/** Resolves when the piece is made, by whatever task. */
async function made(run: Run, piece: Piece): Promise<void> {
  const { stage, ctx, arrays, settings } = run
  for (let failures = 0; (await doneOf(run, piece)) === null; ) {
    const task = arrays.find(stage.id, ctx.key, piece) ?? (await arrays.submit(stage, ctx, piece))
    await gone(run, task, piece)
    if ((await doneOf(run, piece)) !== null) break
    arrays.forget(stage.id, ctx.key, piece)
    const words = await failureOf(run, task, piece)
    if (++failures > settings.retries) throw words
    ctx.log(`${nameOf(piece)}: ${words.message.split('\n')[0]}; tried again`)
  }
}

/** Until the queue has not had the task in two looks: files of a node may be seen a moment late. */
async function gone(run: Run, task: Task, piece: Piece): Promise<void> {
  for (let missed = 0; missed < 2; ) {
    const live = await run.look()
    run.signal.throwIfAborted()
    await progress(run)
    if (await exists(join(run.home, 'done', `${nameOf(piece)}.json`))) return
    missed = live.has(taskName(task)) ? 0 : missed + 1
  }
}

async function progress({ ctx, home, count }: Run): Promise<void> {
  if (count === null) return
  const receipts = await readdir(join(home, 'receipts')).catch(() => [])
  ctx.progress(receipts.filter((name) => name.endsWith('.json')).length, count, 'shards')
}

/** What the task itself said; else what its log ends with; else what the cluster knows. */
async function failureOf(run: Run, task: Task, piece: Piece): Promise<Error> {
  const { home, stage, around, queue } = run
  const said = await readFile(join(home, 'failed', `${nameOf(piece)}.json`), 'utf8').catch(() => null)
  if (said !== null) {
    const failure = JSON.parse(said) as Failure
    if (failure.isUser) throw errorOf(failure) // a second attempt would say the same
    return errorOf(failure)
  }
  const log = join(jobsFolder(around.root), task.job, `${task.index}.log`)
  const text = (await readFile(log, 'utf8').catch(() => '')).trim()
  const exit = await queue.exitOf(task)
  const what = `stage '${stage.id}' ${nameOf(piece)}: its task ${taskName(task)} ended${exit ? ` with ${exit}` : ''}`
  if (exit?.startsWith(`${NO_PLAN}:`))
    throw new UserError(
      `${what}: ${around.root} is not visible there. It must lie on a file system that all nodes share`,
    )
  if (exit?.startsWith(`${NO_PROGRAM}:`))
    throw new UserError(
      `${what}: ${around.command[0]} is not there. Node must lie on a file system that all nodes share`,
    )
  const lines = text.split('\n').slice(-10).join('\n')
  return new Error(text === '' ? `${what}, and left no log: ${log}` : `${what}. Its log ends:\n${lines}`)
}
