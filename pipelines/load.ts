/**
 * pipeline.yaml → Pipeline: read, checked key by key, the profile chosen. Nothing is multiplied here (expand.ts).
 * A mistake is one sentence with its place: `pipeline.yaml:41:5: unknown key 'dep' in stage 'solve'. Did you mean 'deps'?`
 */
import { readFileSync, statSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import type { Json, Params, Stage } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { type Place, parseYaml } from './yaml.ts'

/** A stage as written, before matrix and foreach multiply it. */
export interface Template {
  name: string
  about: string
  run: string
  foreach: readonly string[]
  matrix: Readonly<Record<string, Json>>
  exclude: readonly Params[]
  deps: readonly string[]
  outs: readonly string[]
  params: Json // an object, or '${…}' that refers to one
  device: string // of Stage['device'], or '${…}' that refers to one
}

export interface Pipeline {
  folder: string // where the file lies; relative files among the deps are looked for there
  profile: string
  seed: number
  limits: Limits
  values: Params // the profile: what ${…} refers to
  templates: readonly Template[]
  slurm: Params // what --executor slurm is told, and k8s below it: cluster/settings.ts, cluster/kubernetes.ts
  kubernetes: Params
  axes: Readonly<Record<string, readonly Given[]>> // --axis: these replace an axis of that name
  at: Place // the place of a key, for errors
}

/** How many stages at once on each device, and how many threads in each. */
export type Limits = Readonly<Record<(typeof LIMITS)[number], number>>
export const LIMITS = ['cpu', 'gpu', 'workers'] as const

/** A value from the command line: as read by YAML, and as typed (`1.0` is also the name '1.0'). */
export interface Given {
  value: Json
  text: string
}

const TOP = ['schema', 'seed', 'stages', 'profiles', 'slurm', 'kubernetes']
const STAGE = ['about', 'run', 'foreach', 'matrix', 'exclude', 'deps', 'outs', 'params', 'device']
/** What ${…} means besides the profile; a profile may not take these names. */
export const RESERVED = ['item', 'each', 'seed']

export function loadPipeline(file: string, profile: string): Pipeline {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new UserError(`${file}: no such file. Give a pipeline with --file`)
  }
  return readPipeline(readFileSync(file, 'utf8'), file, profile)
}

/** The same from text; `file` is only named. */
export function readPipeline(text: string, file: string, profile: string): Pipeline {
  const shown = shortest(file)
  const { value, at } = parseYaml(text, shown)
  const top = mapping(value, at, [], 'the pipeline')
  known(top, TOP, at, [], 'at the top')
  if (top.schema !== 1)
    throw new UserError(`${at(['schema'])}: schema must be 1 (got ${show(top.schema ?? null)})`)
  if (!isSeed(top.seed)) {
    throw new UserError(`${at(['seed'])}: seed must be a whole number ≥ 0 (got ${show(top.seed ?? null)})`)
  }
  const profiles = mapping(top.profiles ?? null, at, ['profiles'], 'profiles')
  if (!Object.hasOwn(profiles, profile)) {
    const names = Object.keys(profiles)
    throw new UserError(
      `unknown profile '${profile}' in ${shown} (${names.join(', ')}).${suggest(profile, names)}`,
    )
  }
  const stages = mapping(top.stages ?? null, at, ['stages'], 'stages')
  const values = mapping(profiles[profile]!, at, ['profiles', profile], `profile '${profile}'`)
  return {
    folder: dirname(resolve(file)),
    profile,
    seed: top.seed,
    limits: limitsOf(values, at, profile),
    values: checkProfile(values, at, profile),
    templates: Object.entries(stages).map(([name, stage]) => template(name, stage, stages, at)),
    slurm: mapping(top.slurm ?? {}, at, ['slurm'], 'slurm'),
    kubernetes: mapping(top.kubernetes ?? {}, at, ['kubernetes'], 'kubernetes'),
    axes: {},
    at,
  }
}

export function isSeed(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** As JSON, shortened for a sentence. */
export function show(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

function template(name: string, value: Json, all: Params, at: Place): Template {
  const path = ['stages', name]
  const subject = `stage '${name}'`
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    throw new UserError(
      `${at(path)}: stage '${name}': a name is lower-case letters and digits, joined by hyphens`,
    )
  }
  const stage = mapping(value, at, path, subject)
  known(stage, STAGE, at, path, `in ${subject}`)
  const texts = (key: string) => listOfTexts(stage[key], at, [...path, key], `${subject}: ${key}`)
  for (const key of ['run', 'outs']) {
    if (stage[key] === undefined) throw new UserError(`${at(path)}: ${subject} has no '${key}'`)
  }
  const run = oneText(stage.run!, at, [...path, 'run'], `${subject}: run`)
  const foreach = texts('foreach')
  for (const [i, parent] of foreach.entries()) {
    if (Object.hasOwn(all, parent)) continue
    const hint = suggest(parent, Object.keys(all))
    throw new UserError(`${at([...path, 'foreach', i])}: ${subject}: no stage '${parent}'.${hint}`)
  }
  const outs = texts('outs')
  if (outs.length === 0) throw new UserError(`${at([...path, 'outs'])}: ${subject}: outs is empty`)
  return {
    name,
    about: stage.about === undefined ? '' : oneText(stage.about, at, [...path, 'about'], `${subject}: about`),
    run,
    foreach,
    matrix: matrixOf(stage.matrix, at, [...path, 'matrix'], subject),
    exclude: excludeOf(stage.exclude, at, [...path, 'exclude'], subject),
    deps: texts('deps'),
    outs,
    params: paramsOf(stage.params, at, [...path, 'params'], subject),
    device: deviceOf(stage.device, at, [...path, 'device'], subject),
  }
}

function matrixOf(value: Json | undefined, at: Place, path: string[], subject: string): Params {
  if (value === undefined) return {}
  const matrix = mapping(value, at, path, `${subject}: matrix`)
  for (const axis of Object.keys(matrix)) {
    if (/^[a-z][a-z0-9-]*$/.test(axis)) continue
    throw new UserError(
      `${at([...path, axis])}: ${subject}: axis '${axis}': a name is lower-case letters, digits and hyphens`,
    )
  }
  return matrix
}

function excludeOf(value: Json | undefined, at: Place, path: string[], subject: string): Params[] {
  if (value === undefined) return []
  if (!Array.isArray(value))
    throw new UserError(`${at(path)}: ${subject}: exclude must be a list (got ${show(value)})`)
  return value.map((entry, i) => mapping(entry, at, [...path, i], `${subject}: exclude`))
}

function paramsOf(value: Json | undefined, at: Place, path: string[], subject: string): Json {
  if (value === undefined) return {}
  if (typeof value === 'string' && /^\$\{[^}]*\}$/.test(value)) return value
  return mapping(value, at, path, `${subject}: params`)
}

export function isDevice(value: unknown): value is Stage['device'] {
  return value === 'cpu' || value === 'gpu'
}

function deviceOf(value: Json | undefined, at: Place, path: string[], subject: string): string {
  if (value === undefined) return 'cpu'
  if (isDevice(value) || (typeof value === 'string' && /^\$\{[^}]*\}$/.test(value))) return value
  throw new UserError(`${at(path)}: ${subject}: device must be cpu or gpu (got ${show(value)})`)
}

function limitsOf(values: Params, at: Place, profile: string): Pipeline['limits'] {
  const path = ['profiles', profile, 'limits']
  const limits = mapping(values.limits ?? {}, at, path, `profile '${profile}': limits`)
  known(limits, LIMITS, at, path, `in limits of profile '${profile}'`)
  const number = (name: string) => {
    const value = limits[name] ?? 1
    if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number
    throw new UserError(
      `${at([...path, name])}: limits.${name} must be a whole number ≥ 1 (got ${show(value)})`,
    )
  }
  return { cpu: number('cpu'), gpu: number('gpu'), workers: number('workers') }
}

function checkProfile(values: Params, at: Place, profile: string): Params {
  for (const key of RESERVED) {
    if (Object.hasOwn(values, key)) {
      throw new UserError(
        `${at(['profiles', profile, key])}: '${key}' is taken: \${${key}} means another thing`,
      )
    }
  }
  return values
}

function known(map: Params, keys: readonly string[], at: Place, path: (string | number)[], where: string) {
  for (const key of Object.keys(map)) {
    if (!keys.includes(key)) {
      const hint = suggest(key, keys) || ` Known: ${keys.join(', ')}`
      throw new UserError(`${at([...path, key])}: unknown key '${key}' ${where}.${hint}`)
    }
  }
}

function mapping(value: Json, at: Place, path: (string | number)[], subject: string): Params {
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Params
  throw new UserError(`${at(path)}: ${subject} must be a map (got ${show(value)})`)
}

function oneText(value: Json, at: Place, path: (string | number)[], subject: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new UserError(`${at(path)}: ${subject} must be a text (got ${show(value)})`)
}

function listOfTexts(value: Json | undefined, at: Place, path: string[], subject: string): readonly string[] {
  if (value === undefined) return []
  if (!Array.isArray(value))
    throw new UserError(`${at(path)}: ${subject} must be a list of texts (got ${show(value)})`)
  return value.map((entry: Json, i) => oneText(entry, at, [...path, i] as (string | number)[], subject))
}

function shortest(file: string): string {
  const near = relative(process.cwd(), resolve(file))
  return near.startsWith('..') ? file : near
}
