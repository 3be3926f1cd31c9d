/** What would run, and why: the stages asked for and all they need, each held against the lock and the disk. */
import { join, resolve } from 'node:path'
import type { Context, Stage } from '../contracts.ts'
import { checkLeft, checkValues } from './asked.ts'
import { stageCode } from './code-hash.ts'
import { expand } from './expand.ts'
import { type Graph, link, reach, select } from './graph.ts'
import { openHashes } from './hashes.ts'
import { damages, depHashes, type State } from './inputs.ts'
import { checkMentions } from './kinds.ts'
import { hashesFile } from './layout.ts'
import { loadPipeline, type Pipeline } from './load.ts'
import { changes, keyOf, type Made, type Now, openLock } from './lock.ts'
import { type Overrides, override } from './overrides.ts'
import { STAGES, stageFile } from './stage-file.ts'

/** What a person may ask for. */
export interface Request extends Overrides {
  file: string
  profile: string
  data: string // the folder that holds a folder per profile
  only?: readonly string[] // ids, or names of stages; all of them when empty
  force?: boolean // those asked for run again, changed or not
  stages?: string // the folder of stage modules; tests bring their own
}

/** A request checked against pipeline.yaml and the code. Nothing under data/ has been looked at. */
export interface Target {
  pipeline: Pipeline
  root: string
  graph: Graph // asked for, and what that needs
  all: Graph
  forced: ReadonlySet<string>
  stages: string
  asked: Context['asked']
}

export function aim(request: Request): Target {
  const pipeline = override(loadPipeline(request.file, request.profile), request)
  const only = request.only ?? []
  checkValues(only, pipeline)
  const made = expand(pipeline)
  checkLeft(only, made, pipeline)
  const all = link(made, pipeline)
  const asked = only.length > 0 ? select(only, all.stages) : new Set(all.stages.map(({ id }) => id))
  const ids = reach(asked, all.needs)
  const stages = request.stages ?? STAGES
  const graph: Graph = { stages: all.stages.filter(({ id }) => ids.has(id)), needs: all.needs }
  for (const stage of graph.stages) {
    stageFile(stages, stage.run)
    checkMentions(stage.params)
  }
  const root = resolve(join(request.data, request.profile))
  return {
    pipeline,
    root,
    graph,
    all,
    forced: request.force ? asked : new Set(),
    stages,
    asked: wordsOf(request),
  }
}

export function openState({ pipeline, root, all, stages, asked }: Target): State {
  return {
    root,
    project: pipeline.folder,
    seed: pipeline.seed,
    asked,
    makers: new Map(all.stages.flatMap(({ id, outs }) => outs.map((out) => [out, id] as const))),
    lock: openLock(root, pipeline.profile),
    hashes: openHashes(root, hashesFile(root)),
    code: stageCode(stages),
  }
}

/** The request in the words of the command line. Where the data lies and how many stages run at once decide no number. */
function wordsOf({ profile, set = [], axis = [], only = [] }: Request): Context['asked'] {
  const flag = (name: string) => (value: string) => ` --${name} ${quoted(value)}`
  const flags = [...axis.map(flag('axis')), ...set.map(flag('set'))].join('')
  return { stages: only.map(quoted).join(' '), flags: `--profile ${quoted(profile)}${flags}` }
}

/** As a shell reads it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** id → why it has to run, in the order of the graph. A stage that is up to date is not among them. */
export type Reasons = ReadonlyMap<string, readonly string[]>

/** Changes nothing on the disk but the memory of hashes. */
export async function reasons({ graph, forced }: Target, state: State): Promise<Reasons> {
  const stale = new Map<string, readonly string[]>()
  for (const stage of graph.stages) {
    const waits = graph.needs.get(stage.id)!.filter((id) => stale.has(id))
    const why = forced.has(stage.id) ? ['asked for by --force'] : []
    why.push(...(await stageReasons(stage, state, waits)))
    if (why.length > 0) stale.set(stage.id, why)
  }
  await state.hashes.save().catch(() => {}) // a folder that cannot be written is met again, with a sentence, by run
  return stale
}

/** What is true now of a stage whose inputs are all made. */
export async function nowOf(stage: Stage, state: State): Promise<Now> {
  return {
    seed: state.seed,
    code: state.code(stage.run, stage.params),
    deps: await depHashes(stage, state),
  }
}

/** Why one stage has to run. `waits` are stages that will run before it: what they make cannot be compared yet. */
export async function stageReasons(
  stage: Stage,
  state: State,
  waits: readonly string[] = [],
): Promise<string[]> {
  const made = state.lock.made.get(stage.id)
  const now = await nowOf(stage, state)
  if (made === undefined) return changes(stage, now, made)
  const why = [...changes(stage, now, made), ...(await damages(made, state))]
  if (waits.length === 0) return why
  const own = why.filter((reason) => !reason.startsWith('input '))
  const more = waits.length > 1 ? ` and ${waits.length - 1} more` : ''
  return [...own, `${waits[0]}${more} runs before it`]
}

/**
 * --accept-code: where code is all that changed, the lock takes the new hash and nothing runs. Returns the ids.
 * For edits that change no result: comments, names, a faster loop. The user says so; the next kill test may not.
 */
export async function acceptCode({ graph }: Target, state: State): Promise<string[]> {
  const accepted: string[] = []
  for (const stage of graph.stages) {
    const made = state.lock.made.get(stage.id)
    if (made === undefined) continue
    const now = await nowOf(stage, state)
    const why = [...changes(stage, now, made), ...(await damages(made, state))]
    if (why.length === 0 || !why.every((reason) => reason.startsWith('code of '))) continue
    const entry: Made = { ...made, code: now.code, key: keyOf(stage, now) }
    await state.lock.put(stage.id, entry)
    accepted.push(stage.id)
  }
  return accepted
}
