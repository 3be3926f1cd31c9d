/**
 * Which params name code: `solver: cholesky` is solvers/cholesky.ts. The one table behind
 * (1) the check of every name before anything runs, (2) the code hash of a stage, (3) `fieldrank list`.
 */
import { statSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import type { Json, Params } from '../contracts.ts'
import { sources } from '../generators/interactions/sources.ts'
import { suggest, UserError } from '../io/errors.ts'
import { CODE, fileOf, isPath } from '../io/lookup.ts'

export interface Kind {
  param: string // the param that holds the name: a text, { name, … }, or a list of these
  plural: string // what `fieldrank list` calls it
  folder: string
  perTrack: boolean // the names lie in <folder>/<track>
  cutoff?: boolean // 'ndcg@10' is 'ndcg' with k = 10
  data?: boolean // a path is a file of data, an input by its content, and no code
  known?: readonly string[] // names that are no code either
}

export const kinds: readonly Kind[] = [
  { param: 'generator', plural: 'generators', folder: 'generators', perTrack: false },
  {
    param: 'source',
    plural: 'sources',
    folder: 'generators',
    perTrack: false,
    data: true,
    known: Object.keys(sources),
  },
  { param: 'solver', plural: 'solvers', folder: 'solvers', perTrack: false },
  { param: 'track', plural: 'tracks', folder: 'benchmarks/tracks', perTrack: false },
  { param: 'model', plural: 'models', folder: 'models', perTrack: true },
  { param: 'baseline', plural: 'baselines', folder: 'baselines', perTrack: true },
  { param: 'loss', plural: 'losses', folder: 'losses', perTrack: true },
  { param: 'card', plural: 'cards', folder: 'reports/cards', perTrack: false },
  { param: 'metrics', plural: 'metrics', folder: 'metrics', perTrack: true, cutoff: true },
]

/** A name that a stage's params mention. */
export interface Mention {
  kind: Kind
  folder: string // of the code, with the track
  name: string // a name, or an absolute path
}

/** All names of code in the params. A kind that lies per track is none where params have no `track`. */
export function mentions(params: Params): Mention[] {
  return kinds.flatMap((kind) => {
    const value = params[kind.param]
    if (value === undefined || (kind.perTrack && typeof params.track !== 'string')) return []
    const folder = kind.perTrack ? `${kind.folder}/${params.track}` : kind.folder
    return namesOf(value).map((name) => ({ kind, folder, name: kind.cutoff ? name.split('@')[0]! : name }))
  })
}

/** Throws one sentence for the first name that is no file: `model 'unett' not found in models/operators (…). Did you mean 'unet'?` */
export function checkMentions(params: Params): void {
  for (const mention of mentions(params)) fileOfMention(mention)
}

/** The file behind a mention; null for data. */
export function fileOfMention({ kind, folder, name }: Mention): string | null {
  if (isPath(name)) {
    if (!statSync(name, { throwIfNoEntry: false })?.isFile())
      throw new UserError(`${kind.param} '${shown(name)}': no such file`)
    return kind.data ? null : name
  }
  if (kind.known?.includes(name)) return null
  if (!statSync(join(CODE, folder), { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`${singular(kind)} '${name}' not found: the code has no folder '${folder}'`)
  return fileOf(singular(kind), folder, name, kind.known)
}

/** Whether a mention has no file behind it, where a wrong name is no mistake yet. */
export function isUnknown(mention: Mention): boolean {
  if (isPath(mention.name) || mention.kind.known?.includes(mention.name)) return false
  return !['ts', 'js'].some((extension) =>
    statSync(join(CODE, mention.folder, `${mention.name}.${extension}`), { throwIfNoEntry: false })?.isFile(),
  )
}

/** Paths among the names, from the working folder, made absolute: a stage may run anywhere. */
export function absolutePaths(params: Params): Params {
  const out: Record<string, Json> = { ...params }
  for (const { param } of kinds) {
    const value = out[param]
    if (value !== undefined) out[param] = absolute(value)
  }
  return out
}

/** Files of data that params name: inputs by their content, beside the deps. */
export function dataFiles(params: Params): string[] {
  return mentions(params)
    .filter(({ kind, name }) => kind.data && isPath(name))
    .map(({ name }) => name)
}

/**
 * Names in data/cache of the public logs that params name. They are in no key, since the stage that reads one may have to bring
 * it first: the lock holds the hash of what was read, and `damages` (inputs.ts) compares.
 */
export function cachedFiles(params: Params): string[] {
  return mentions(params)
    .filter(({ kind, name }) => kind.data && Object.hasOwn(sources, name))
    .map(({ name }) => sources[name]!.file)
}

/** The kind that `fieldrank list` is asked for, singular or plural. */
export function kindCalled(name: string): Kind {
  const found = kinds.find((kind) => kind.plural === name || singular(kind) === name)
  if (found !== undefined) return found
  const names = kinds.map(({ plural }) => plural)
  throw new UserError(`unknown kind '${name}' (${names.join(', ')}).${suggest(name, names)}`)
}

function singular({ param }: Kind): string {
  return param === 'metrics' ? 'metric' : param
}

function namesOf(value: Json): string[] {
  if (typeof value === 'string') return [value]
  if (Array.isArray(value)) return value.flatMap((inner: Json) => namesOf(inner))
  const name = value !== null && typeof value === 'object' ? (value as Params).name : undefined
  return typeof name === 'string' ? [name] : []
}

function absolute(value: Json): Json {
  if (typeof value === 'string') return isPath(value) ? resolve(value) : value
  if (Array.isArray(value)) return value.map((inner: Json) => absolute(inner))
  if (value === null || typeof value !== 'object') return value
  const { name } = value as Params
  return typeof name === 'string' && isPath(name) ? { ...value, name: resolve(name) } : value
}

function shown(path: string): string {
  const near = relative(process.cwd(), path)
  return isAbsolute(near) || near.startsWith('..') ? path : `./${near}`
}
