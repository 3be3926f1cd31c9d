/**
 * ${…}: the one way to refer. `${condiff.grid}` is a value of the profile, `${item.axis}` and `${item.axis.key}` the
 * axis value of this combination, `${each.out}` the stage that foreach repeats, `${seed}` the seed of the pipeline.
 * A text that is one reference takes the value and its type; inside a longer text stands what the value is called.
 */
import type { Json, Params } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import { isPath, nameOf } from '../io/lookup.ts'

/** All that ${…} may refer to. */
export type Scope = Params

/** `value` with every reference in it replaced, at any depth. `at` is the place of the value, for errors. */
export function substitute(value: Json, scope: Scope, at: string): Json {
  if (typeof value === 'string') return substituteText(value, scope, at)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((inner: Json) => substitute(inner, scope, at))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, substitute(inner, scope, at)]))
}

/** `text` as part of a path or an id: every reference by what it is called. */
export function substituteCalled(text: string, scope: Scope, at: string): string {
  return text.replace(REFERENCE, (_, path: string) => {
    const value = lookUp(path, scope, at)
    return path.startsWith('each.') ? String(value) : called(value, path, at) // each.out, each.path are paths
  })
}

/**
 * What a value is called where a name is wanted: a map by its `name`, a path by its file name, anything else by itself.
 * (`0.4` is a number and no file with the extension 4.)
 */
export function called(value: Json, subject: string, at: string): string {
  if (typeof value === 'string') {
    return isPath(value) && !Number.isFinite(Number(value)) ? nameOf(value) : value
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  const name = value === null || Array.isArray(value) ? undefined : (value as Params).name
  if (typeof name === 'string' && name !== '') return name
  const what = value === null ? 'null' : Array.isArray(value) ? 'a list' : 'a map without a name'
  throw new UserError(`${at}: '${subject}' is ${what}; it cannot stand in an id or a path`)
}

const REFERENCE = /\$\{([^}]*)\}/g

function substituteText(text: string, scope: Scope, at: string): Json {
  const whole = /^\$\{([^}]*)\}$/.exec(text)
  return whole ? lookUp(whole[1]!, scope, at) : substituteCalled(text, scope, at)
}

function lookUp(path: string, scope: Scope, at: string): Json {
  let value: Json = scope
  let parent = ''
  for (const key of path.split('.')) {
    const map: Params =
      value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Params) : {}
    if (!Object.hasOwn(map, key)) {
      const names = Object.keys(map)
      const has = parent === '' ? '' : names.length > 0 ? ` (${parent} has ${names.join(', ')})` : ''
      throw new UserError(`${at}: unknown reference \${${path}}${has}.${suggest(key, names)}`)
    }
    value = map[key]!
    parent = parent === '' ? key : `${parent}.${key}`
  }
  return value
}
