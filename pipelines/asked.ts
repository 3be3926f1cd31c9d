/** The stages asked for by name, where --axis or the profile leaves nothing of them: which value it is, and which there are. */
import type { Json, Params, Stage } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { isPath, namesIn } from '../io/lookup.ts'
import { templateOf } from './expand.ts'
import { kinds } from './kinds.ts'
import type { Given, Pipeline, Template } from './load.ts'

/**
 * Before anything is multiplied: where a stage of one track is asked for, a model that only other tracks have is a mistake, and
 * the models to choose from are those of its track. (Where all stages are asked for it is none: `--axis model=unet`.)
 */
export function checkValues(only: readonly string[], pipeline: Pipeline): void {
  for (const template of templatesOf(only, pipeline)) {
    for (const axis of Object.keys(template.matrix)) {
      const given = pipeline.axes[axis]?.map(nameOf)
      const folder = folderOf(axis, template)
      if (given === undefined || folder === null) continue
      const known = namesIn(folder)
      if (given.some((name) => isPath(name) || known.includes(name))) continue
      const hint = suggest(given[0]!, known)
      throw new UserError(
        `${nothing(template, [axis], pipeline)} (${folder} has ${known.join(', ')}).${hint}`,
      )
    }
  }
}

/** After that: a stage of the pipeline that was multiplied to none. */
export function checkLeft(only: readonly string[], stages: readonly Stage[], pipeline: Pipeline): void {
  const made = new Set(stages.map(({ id }) => templateOf(id)))
  for (const template of templatesOf(only, pipeline)) {
    if (made.has(template.name)) continue
    const axes = [...new Set(withParents(template, pipeline).flatMap(({ matrix }) => Object.keys(matrix)))]
    const given = axes.filter((axis) => pipeline.axes[axis] !== undefined)
    throw new UserError(
      given.length > 0
        ? nothing(template, given, pipeline)
        : `stage '${template.name}': profile '${pipeline.profile}' makes none`,
    )
  }
}

function nothing({ name }: Template, axes: readonly string[], { axes: given }: Pipeline): string {
  const flags = axes.map((axis) => `--axis ${axis}=${given[axis]!.map(nameOf).join(',')}`)
  return `stage '${name}': ${flags.join(' ')} leaves nothing of it`
}

/** By name or by id; a name that is no stage of the pipeline is said by select(). */
function templatesOf(only: readonly string[], { templates }: Pipeline): Template[] {
  const asked = new Set(only.map(templateOf))
  return templates.filter(({ name }) => asked.has(name))
}

/** The stage and those that it repeats, directly or through others. */
function withParents(template: Template, { templates }: Pipeline): Template[] {
  const names = new Set([template.name])
  for (const name of names)
    for (const parent of templates.find((one) => one.name === name)?.foreach ?? []) names.add(parent)
  return templates.filter(({ name }) => names.has(name))
}

/** Where the names of this axis lie for this stage: `baselines/operators`. null where that depends on more, or they name no code. */
function folderOf(axis: string, { params }: Template): string | null {
  const kind = kinds.find(({ param }) => param === axis)
  const track = mapOf(params).track
  if (kind === undefined || !kind.perTrack || typeof track !== 'string') return null
  return namesIn('benchmarks/tracks').includes(track) ? `${kind.folder}/${track}` : null
}

function nameOf({ value, text }: Given): string {
  const { name } = mapOf(value)
  return typeof name === 'string' ? name : text
}

function mapOf(value: Json): Params {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Params) : {}
}
