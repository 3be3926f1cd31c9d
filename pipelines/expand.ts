/**
 * Pipeline → Stage[]: matrix, foreach and exclude multiplied out, every ${…} replaced. Pure: files are listed only
 * through `names` (what lies in a folder of the code) and `has` (whether a name is a file there).
 * An id is the stage's name, '@', what its axis values are called: `solve@gaussian-0.4-64`. With foreach the id of
 * the stage repeated stands in front of the own axes; a stage without any has the bare name.
 */
import type { Json, Params, Stage } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { namesIn } from '../io/lookup.ts'
import { combinations } from './axes.ts'
import { type GivenNames, givenNames } from './given-names.ts'
import { absolutePaths, dataFiles, isUnknown, type Mention, mentions } from './kinds.ts'
import { isDevice, type Pipeline, show, type Template } from './load.ts'
import { called, type Scope, substitute, substituteCalled } from './substitute.ts'

export interface World {
  names(folder: string): readonly string[]
  unknown(mention: Mention): boolean
}
const THIS_CODE: World = { names: namesIn, unknown: isUnknown }

/** All stages, those of one template together, in the order of the file. */
export function expand(pipeline: Pipeline, world: World = THIS_CODE): Stage[] {
  const made = new Map<string, readonly Stage[]>()
  const work: Work = { pipeline, world, found: givenNames() }
  const repeat = (name: string, trail: readonly string[]): readonly Stage[] => {
    if (trail.includes(name)) {
      const cycle = [...trail.slice(trail.indexOf(name)), name].join(' → ')
      throw new UserError(
        `${pipeline.at(['stages', name, 'foreach'])}: foreach goes round in a circle: ${cycle}`,
      )
    }
    const known = made.get(name)
    if (known !== undefined) return known
    const template = pipeline.templates.find((t) => t.name === name)!
    const parents = template.foreach.flatMap((parent) => repeat(parent, [...trail, name]))
    const stages = multiply(template, parents, work)
    made.set(name, stages)
    return stages
  }
  const stages = pipeline.templates.flatMap(({ name }) => repeat(name, []))
  work.found.check()
  checkUnique(stages)
  return stages
}

/** The name of the stage in pipeline.yaml that made this one. */
export function templateOf(id: string): string {
  return id.split('@')[0]!
}

interface Work {
  pipeline: Pipeline
  world: World
  found: GivenNames
}

function multiply(template: Template, parents: readonly Stage[], work: Work): Stage[] {
  const { pipeline, world, found } = work
  const at = (...path: (string | number)[]) => pipeline.at(['stages', template.name, ...path])
  const base: Scope = { ...pipeline.values, seed: pipeline.seed }
  const items = combinations(template, base, { at, names: world.names, given: pipeline.axes, found })
  const repeats = template.foreach.length > 0 ? parents : [null]
  return repeats.flatMap((parent) =>
    items
      .map((item) => build(template, { ...base, item, ...eachOf(parent) }, parent, at))
      .filter((stage) => isTakable(stage, template, work)),
  )
}

function build(template: Template, scope: Scope, parent: Stage | null, at: At): Stage {
  const labels = Object.entries(scope.item as Params).map(([axis, value]) =>
    called(value, axis, at('matrix', axis)),
  )
  const suffix = [...(parent === null ? [] : [suffixOf(parent)]), ...labels].join('-')
  const id = suffix === '' ? template.name : `${template.name}@${suffix}`
  const params = absolutePaths(paramsOf(template, scope, at))
  const deps = template.deps.map((dep, i) => depOf(substitute(dep, scope, at('deps', i)), at('deps', i)))
  return {
    id: idOf(id, at()),
    run: template.run,
    deps: [...deps, ...dataFiles(params).filter((file) => !deps.includes(file))],
    outs: template.outs.map((out, i) => outOf(substituteCalled(out, scope, at('outs', i)), at('outs', i))),
    params,
    device: deviceOf(template, scope, at),
  }
}

function deviceOf(template: Template, scope: Scope, at: At): Stage['device'] {
  const device = substitute(template.device, scope, at('device'))
  if (isDevice(device)) return device
  throw new UserError(
    `${at('device')}: stage '${template.name}': device must be cpu or gpu (got ${show(device)})`,
  )
}

type At = (...path: (string | number)[]) => string

function paramsOf(template: Template, scope: Scope, at: At): Params {
  const params = unfold(template.params, scope, at)
  if (params !== null && typeof params === 'object' && !Array.isArray(params)) return params as Params
  throw new UserError(`${at('params')}: stage '${template.name}': params must be a map (got ${show(params)})`)
}

/** substitute() with the place of each param, one level deep: that is where mistakes are made. */
function unfold(params: Json, scope: Scope, at: At): Json {
  if (params === null || typeof params !== 'object') return substitute(params, scope, at('params'))
  return Object.fromEntries(
    Object.entries(params).map(([key, value]) => [key, substitute(value as Json, scope, at('params', key))]),
  )
}

/** `out` and `dep` are the first of the stage repeated; `name` the last part of the out, `path` all but its first. */
function eachOf(parent: Stage | null): Params {
  if (parent === null) return {}
  const out = parent.outs[0]!
  const parts = out.split('/')
  const each: Record<string, Json> = { out, name: parts.at(-1)!, path: parts.slice(1).join('/') || out }
  if (parent.deps[0] !== undefined) each.dep = parent.deps[0]
  return { each }
}

function suffixOf(parent: Stage): string {
  const cut = parent.id.indexOf('@')
  return cut < 0 ? parent.id : parent.id.slice(cut + 1)
}

/**
 * `--axis model=unet` meets the models of every track, and is a model of one: where a given name is unknown the
 * combination is left out. A name that no stage can take is a mistake (given-names.ts).
 */
function isTakable(stage: Stage, template: Template, { pipeline, world, found }: Work): boolean {
  const given = Object.keys(template.matrix).filter((axis) => pipeline.axes[axis] !== undefined)
  const here = mentions(stage.params).filter(({ kind }) => given.includes(kind.param))
  const unknown = here.filter((mention) => world.unknown(mention))
  for (const { kind, folder, name } of unknown)
    found.leave(kind.param, name, { folder, has: [...namesOf(world, folder), ...(kind.known ?? [])] })
  if (unknown.length === 0) for (const { kind, name } of here) found.take(kind.param, name)
  return unknown.length === 0
}

/** None where there is no such folder: a track may be a word of the pipeline's own. */
function namesOf({ names }: World, folder: string): readonly string[] {
  try {
    return names(folder)
  } catch {
    return []
  }
}

function checkUnique(stages: readonly Stage[]): void {
  const ids = new Set<string>()
  const makers = new Map<string, string>()
  for (const { id, outs } of stages) {
    if (ids.has(id))
      throw new UserError(`two stages are called '${id}': their axis values must differ in name`)
    ids.add(id)
    for (const out of outs) {
      const other = makers.get(out)
      if (other !== undefined)
        throw new UserError(
          `out '${out}' is made twice, by '${other}' and '${id}': put an axis into its path`,
        )
      makers.set(out, id)
    }
  }
  for (const [out, id] of makers) {
    for (let cut = out.lastIndexOf('/'); cut > 0; cut = out.lastIndexOf('/', cut - 1)) {
      const outer = makers.get(out.slice(0, cut))
      if (outer !== undefined)
        throw new UserError(`out '${out}' of '${id}' lies inside an out of '${outer}': outs must lie apart`)
    }
  }
}

/** An id names a file (the journal) and is typed on a command line. */
function idOf(id: string, at: string): string {
  if (/^[\w@.+=-]{1,200}$/.test(id)) return id
  throw new UserError(
    `${at}: id '${id}' must be letters, digits and . _ + = -, at most 200. Give its axis values names`,
  )
}

function depOf(value: Json, at: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new UserError(`${at}: a dep must be a text (got ${show(value)})`)
}

function outOf(out: string, at: string): string {
  if (/^[a-z0-9][\w.+=-]*(\/[a-z0-9][\w.+=-]*)*$/i.test(out)) return out
  throw new UserError(
    `${at}: out '${out}' must be a path inside the data folder: letters, digits and . _ + = - between slashes`,
  )
}
