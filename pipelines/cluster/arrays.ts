/**
 * Tasks that are handed in together become one array: stages that wait for nothing ask within the same moment, and one
 * `sbatch --array` is kinder to a scheduler than hundreds of jobs. An array is known by its name, which is written down
 * before it is handed in: a run that is killed in between, or stopped, finds its arrays again.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context, Stage } from '../../contracts.ts'
import { exists, writeDurable } from '../../io/files.ts'
import { pretty } from '../../io/json.ts'
import { stageCode } from '../code-hash.ts'
import type { StageContext } from '../context.ts'
import { jobScript } from './job-script.ts'
import { type Entry, jobsFolder, MANIFEST, nameOf, type Piece, type Plan, readPlan } from './plan.ts'
import type { ClusterSettings } from './settings.ts'
import type { Queue, Task } from './slurm-commands.ts'

export interface Arrays {
  /** The task that makes this piece: one that is in the queue already, or a new one. */
  submit(stage: Stage, ctx: StageContext, piece: Piece): Promise<Task>
  /** The name under which a piece is known in the queue, if it was handed in and not yet forgotten. */
  find(id: string, key: string, piece: Piece): Task | undefined
  forget(id: string, key: string, piece: Piece): void
  jobs(): readonly string[]
}

export interface Around {
  root: string
  stages: string
  command: readonly string[]
}

interface Waiting {
  stage: Stage
  ctx: StageContext
  piece: Piece
  resolve(task: Task): void
  reject(error: unknown): void
}

const MOMENT = 100 // milliseconds in which tasks are gathered

export async function openArrays(queue: Queue, settings: ClusterSettings, around: Around): Promise<Arrays> {
  const known = new Map<string, Task>() // by id, key and piece
  const jobs = new Set<string>()
  const former = await formerJobs(around.root)
  const live = [...(await queue.live(former.map(({ name }) => name))).keys()]
  for (const { name, plan } of former) {
    if (!live.some((task) => task.startsWith(`${name}#`))) {
      await rm(join(jobsFolder(around.root), name), { recursive: true, force: true })
      continue
    }
    jobs.add(name)
    for (const [index, { stage, shards }] of plan.tasks.entries())
      known.set(unitOf(stage, plan.entries[stage]!.key, shards), { job: name, index })
  }
  const waiting = new Map<string, Waiting[]>()

  const flush = async (group: string) => {
    const all = waiting.get(group)!
    waiting.delete(group)
    for (let from = 0; from < all.length; from += settings.array) {
      const part = all.slice(from, from + settings.array)
      try {
        const name = await handIn(queue, settings, around, part)
        jobs.add(name)
        for (const [index, { stage, ctx, piece, resolve }] of part.entries()) {
          const task = { job: name, index }
          known.set(unitOf(stage.id, ctx.key, piece), task)
          resolve(task)
        }
      } catch (error) {
        for (const { reject } of part) reject(error)
      }
    }
  }

  return {
    submit: (stage, ctx, piece) =>
      new Promise((resolve, reject) => {
        const group = `${stage.run} ${stage.device} ${ctx.workers}`
        if (!waiting.has(group)) {
          waiting.set(group, [])
          setTimeout(() => void flush(group), MOMENT)
        }
        waiting.get(group)!.push({ stage, ctx, piece, resolve, reject })
      }),
    find: (id, key, piece) => known.get(unitOf(id, key, piece)),
    forget: (id, key, piece) => void known.delete(unitOf(id, key, piece)),
    jobs: () => [...jobs],
  }
}

/** Arrays that were handed in from this folder and whose plans are still there. */
export async function formerJobs(root: string): Promise<{ name: string; plan: Plan }[]> {
  const found: { name: string; plan: Plan }[] = []
  for (const name of (await readdir(jobsFolder(root)).catch(() => [])).sort()) {
    if (await exists(join(jobsFolder(root), name, MANIFEST))) continue // of Kubernetes: no queue here knows of it
    const plan = await readPlan(join(jobsFolder(root), name, 'plan.json')).catch(() => null)
    if (plan !== null) found.push({ name, plan })
    else await rm(join(jobsFolder(root), name), { recursive: true, force: true }) // killed before it was whole
  }
  return found
}

function unitOf(id: string, key: string, piece: Piece): string {
  return `${id}\n${key}\n${nameOf(piece)}`
}

async function handIn(
  queue: Queue,
  settings: ClusterSettings,
  { root, stages, command }: Around,
  tasks: readonly Waiting[],
): Promise<string> {
  const [{ stage, ctx }] = tasks as [Waiting]
  const name = `fieldrank-${stage.run}-${randomBytes(6).toString('hex')}`
  const folder = join(jobsFolder(root), name)
  await mkdir(folder, { recursive: true })
  const { seed, asked } = ctx as Context
  const codeOf = stageCode(stages)
  const plan: Plan = {
    schema: 1,
    root,
    stages,
    seed,
    asked,
    entries: Object.fromEntries(
      tasks.map((one) => {
        const { id, run, deps, outs, params, device } = one.stage
        const plain = { id, run, deps: [...deps], outs: [...outs], params: { ...params }, device }
        const { key, places, workers } = one.ctx
        const code = { ...codeOf(run, params) }
        return [id, { stage: plain as Entry['stage'], key, code, deps: { ...places.deps }, workers }]
      }),
    ),
    tasks: tasks.map((one) => ({ stage: one.stage.id, shards: one.piece && [...one.piece] })),
  }
  await writeDurable(join(folder, 'plan.json'), pretty(plan))
  const job = { name, folder, tasks: tasks.length, device: stage.device, workers: ctx.workers, command }
  await writeDurable(join(folder, 'job.sh'), jobScript(job, settings))
  await queue.submit(join(folder, 'job.sh'))
  return name
}
