/**
 * What the command line changes of a pipeline, after the file and before anything is multiplied.
 *   --set limits.cpu=4         a value of the profile, or `seed`; the key must exist already
 *   --axis model=fno,unet      one axis of every matrix that has it
 * Values are read as YAML. Relative paths among them count from the working folder.
 */
import type { Json, Params } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { type Given, isSeed, LIMITS, type Pipeline, RESERVED, show } from './load.ts'
import { parseList, parseValue } from './yaml.ts'

export interface Overrides {
  set?: readonly string[] // 'a.b.c=value'
  axis?: readonly string[] // 'name=v1,v2'
}

export function override(pipeline: Pipeline, { set = [], axis = [] }: Overrides): Pipeline {
  let { values, seed, limits } = pipeline
  for (const entry of set) {
    const [path, text] = assignment('--set', entry)
    const value = parseValue(text, `--set ${path}`)
    if (path === 'seed') {
      if (!isSeed(value)) throw new UserError(`--set seed: must be a whole number ≥ 0 (got ${show(value)})`)
      seed = value
    } else values = replaced(values, path.split('.'), value, { path, profile: pipeline.profile })
  }
  for (const name of LIMITS) {
    const value = (values.limits as Params | undefined)?.[name] ?? 1
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw new UserError(`--set limits.${name}: must be a whole number ≥ 1 (got ${show(value)})`)
    }
    limits = { ...limits, [name]: value }
  }
  return { ...pipeline, values, seed, limits, axes: axesOf(pipeline, axis) }
}

function axesOf(pipeline: Pipeline, entries: readonly string[]): Pipeline['axes'] {
  const known = [...new Set(pipeline.templates.flatMap(({ matrix }) => Object.keys(matrix)))]
  const axes: Record<string, readonly Given[]> = { ...pipeline.axes }
  for (const entry of entries) {
    const [name, text] = assignment('--axis', entry)
    if (!known.includes(name)) {
      throw new UserError(
        `--axis ${name}: no matrix has this axis (${known.join(', ')}).${suggest(name, known)}`,
      )
    }
    axes[name] = parseList(text, `--axis ${name}`)
    if (axes[name].length === 0) throw new UserError(`--axis ${name}: give at least one value`)
  }
  return axes
}

function assignment(flag: string, entry: string): [string, string] {
  const cut = entry.indexOf('=')
  if (cut > 0) return [entry.slice(0, cut).trim(), entry.slice(cut + 1)]
  throw new UserError(`${flag} ${entry}: expected ${flag === '--set' ? 'a.b.c=value' : 'name=v1,v2'}`)
}

type Where = { path: string; profile: string }

/** A copy of `tree` with one value changed; untouched branches are shared. */
function replaced<T extends Json>(tree: T, steps: readonly string[], value: Json, where: Where): T {
  const [step, ...rest] = steps as [string, ...string[]]
  if (tree === null || typeof tree !== 'object') {
    throw new UserError(`--set ${where.path}: '${step}' has nothing to stand in: ${show(tree)} is no map`)
  }
  if (!Object.hasOwn(tree, step)) {
    const names = Object.keys(tree)
    const all = tree === undefined || names.length === 0 ? '' : ` (${names.join(', ')})`
    const top = where.path.split('.')[0] === step ? [...names, ...RESERVED.slice(-1)] : names
    throw new UserError(
      `--set ${where.path}: no key '${step}' in profile '${where.profile}'${all}.${suggest(step, top)}`,
    )
  }
  const old = (tree as Params)[step]!
  const fresh = rest.length > 0 ? replaced(old, rest, value, where) : fitting(old, value, where)
  if (Array.isArray(tree)) return tree.map((v, i) => (String(i) === step ? fresh : v)) as unknown as T
  return { ...tree, [step]: fresh } as T
}

/** A number stays a number, a map a map, a switch a switch. Texts, lists and null may replace each other: axes. */
function fitting(old: Json, value: Json, { path }: Where): Json {
  const strict = ['number', 'boolean', 'map']
  const [was, is] = [kindOf(old), kindOf(value)]
  if (was === is || old === null || value === null) return value
  if (strict.includes(was) || (is === 'map' && was === 'string')) {
    throw new UserError(`--set ${path}: expected a ${was} like ${show(old)} (got ${show(value)})`)
  }
  return value
}

function kindOf(value: Json): string {
  if (Array.isArray(value)) return 'list'
  return value === null ? 'null' : typeof value === 'object' ? 'map' : typeof value
}
