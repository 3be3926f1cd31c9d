/** The combinations of a matrix: its axes multiplied, the last one fastest, without what exclude drops. */
import type { Json, Params } from '../contracts.ts'
import { suggest, UserError } from '../io/errors.ts'
import type { GivenNames } from './given-names.ts'
import { kinds } from './kinds.ts'
import type { Given, Template } from './load.ts'
import { called, type Scope, substitute } from './substitute.ts'

export interface Axes {
  at(...path: (string | number)[]): string // the place of a key of the stage
  names(folder: string): readonly string[] // what lies in a folder of the code
  given: Readonly<Record<string, readonly Given[]>> // --axis
  found: GivenNames // which of these the stages could take
}

/** One `item` per combination: axis → value. Without a matrix there is one, and it is empty. */
export function combinations(template: Template, scope: Scope, axes: Axes): Params[] {
  let items: Params[] = [{}]
  for (const [axis, value] of Object.entries(template.matrix)) {
    const values = axisValues(axis, value, { template, scope, axes })
    items = items.flatMap((item) => values.map((one) => ({ ...item, [axis]: one })))
  }
  return items.filter((item) => !isExcluded(item, template, scope, axes))
}

interface Where {
  template: Template
  scope: Scope
  axes: Axes
}

/** A scalar is a list of one; `folder/*` is the names in a folder of the code; --axis takes the place of it all. */
function axisValues(axis: string, value: Json, { template, scope, axes }: Where): readonly Json[] {
  const { at, names, given, found } = axes
  const place = at('matrix', axis)
  const written = list(substitute(value, scope, place)).flatMap((element) => unstar(element, names, place))
  for (const element of written) called(element, axis, place)
  if (given[axis] === undefined) return written
  const maps = written.filter((element) => element !== null && typeof element === 'object') as Params[]
  const areMaps = maps.length > 0 || (written.length === 0 && asksForMap(template, axis))
  const chosen = given[axis].flatMap((one) => (areMaps ? pick(one, axis, maps, found) : [one.value]))
  return chosen.flatMap((one) => unstar(one, names, `--axis ${axis}`))
}

/**
 * Where the axis has maps, a name typed on the command line picks one of them; what names code may be another name. A name
 * that this stage has no map of may be one of another stage's: an axis `set` is that of the systems too.
 */
function pick({ value, text }: Given, axis: string, maps: readonly Params[], found: GivenNames): Json[] {
  if (value !== null && typeof value === 'object') return [value]
  const map = maps.find(({ name }) => name === text)
  if (map === undefined && kinds.some(({ param }) => param === axis)) return [value]
  if (map !== undefined) found.take(axis, text)
  else found.leave(axis, text, { folder: null, has: maps.map(({ name }) => String(name)) })
  return map === undefined ? [] : [map]
}

/** The stage reads keys of the axis value: ${item.set.params}. */
function asksForMap({ params, outs }: Template, axis: string): boolean {
  return JSON.stringify([params, outs]).includes(`\${item.${axis}.`)
}

function unstar(element: Json, names: Axes['names'], at: string): readonly Json[] {
  if (typeof element !== 'string' || !element.endsWith('/*')) return [element]
  const folder = element.slice(0, -2)
  if (!/^[a-z0-9-]+(\/[a-z0-9-]+)*$/.test(folder)) {
    throw new UserError(`${at}: '${element}' is no folder of the code`)
  }
  try {
    return names(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new UserError(`${at}: the code has no folder '${folder}'`)
  }
}

/**
 * An entry of exclude drops every combination that has all of its values; `{ not: value }` stands for all other values.
 * Where --axis names all axes of an entry, the command line has said what it wants, and nothing is dropped.
 */
function isExcluded(item: Params, template: Template, scope: Scope, { at, given }: Axes): boolean {
  return template.exclude.some((entry, i) => {
    const names = Object.keys(entry)
    const drops = names.every((axis) => {
      const place = at('exclude', i, axis)
      if (!Object.hasOwn(item, axis)) {
        const axes = Object.keys(item)
        throw new UserError(`${place}: exclude names no axis '${axis}'.${suggest(axis, axes)}`)
      }
      const label = called(item[axis]!, axis, place)
      const { not, value } = negated(entry[axis]!)
      return list(substitute(value, scope, place)).some((one) => called(one, axis, place) === label) !== not
    })
    return drops && !names.every((axis) => given[axis] !== undefined)
  })
}

function negated(value: Json): { not: boolean; value: Json } {
  const map = value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Params) : {}
  return Object.keys(map).join() === 'not' ? { not: true, value: map.not! } : { not: false, value }
}

function list(value: Json): readonly Json[] {
  return Array.isArray(value) ? value : [value]
}
