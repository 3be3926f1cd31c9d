/**
 * data/<profile>/lock.yaml: for each stage what was true when it was made. A stage runs again when one of these
 * differs from what is true now; changes() says which, in sentences.
 * The key is SHA-256 over canonical JSON of { run, seed, code, params, deps, outs }: equal key, equal work.
 * Seconds and versions stand beside it and decide nothing.
 */
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { Json, Params, Stage } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { writeDurable } from '../io/files.ts'
import { canonical, hashJson } from '../io/json.ts'
import { lockFile } from './layout.ts'

type Hashed = Readonly<Record<string, string>> // what → SHA-256

/** What is true now of a stage that may have to run. */
export interface Now {
  seed: number
  code: Hashed // 'models/operators/unet' → hash of it and its imports
  deps: Hashed
}

/** What was true when a stage was made: an entry of the lock. */
export interface Made extends Now {
  key: string
  run: string
  params: Params
  outs: Hashed
  facts: Params
  took: number // seconds
  on: { node: string; platform: string; cpu?: string }
}

export interface Lock {
  made: ReadonlyMap<string, Made>
  /** Resolves when it is on the disk. Calls while a write is under way share the next one. */
  put(id: string, made: Made): Promise<void>
}

export function openLock(root: string, profile: string): Lock {
  const made = readLock(root)
  const texts = new WeakMap<Made, string>() // stringify once per stage, not once per stage and write
  const text = () => {
    const stages = [...made].sort(([a], [b]) => (a < b ? -1 : 1))
    const head = `schema: 1\nprofile: ${profile}\nstages:\n`
    return head + stages.map(([id, one]) => entryText(id, one, texts)).join('')
  }
  let writing = Promise.resolve()
  let next: Promise<void> | null = null
  return {
    made,
    put(id, one) {
      for (const [other, { outs }] of made) if (other !== id && overlap(outs, one.outs)) made.delete(other)
      made.set(id, one)
      next ??= writing
        .catch(() => {})
        .then(() => {
          next = null
          writing = writeDurable(lockFile(root), text())
          return writing
        })
      return next
    },
  }
}

/** The entries of a lock; none where there is no file. Never guesses at a damaged one: days of work hang on it. */
export function readLock(root: string): Map<string, Made> {
  const file = lockFile(root)
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw error
  }
  try {
    const { schema, stages } = parseLock(text)
    const entries = Object.entries((stages ?? {}) as Record<string, Made>)
    if (schema === 1 && entries.every(([, made]) => isMade(made))) return new Map(entries)
  } catch {
    // the sentence below says it
  }
  throw new UserError(
    `${file}: damaged, or not a lock of this version. Bring it back, or delete it and every stage runs again`,
  )
}

export function keyOf({ run, params, outs }: Stage, { seed, code, deps }: Now): string {
  return hashJson({ run, seed, code, params, deps, outs })
}

/** Why a stage has to run: a sentence for each difference between what was and what is; [] when there is none. */
export function changes(stage: Stage, now: Now, made: Made | undefined): string[] {
  if (made === undefined) return ['never ran']
  const reasons: string[] = []
  if (made.run !== stage.run) reasons.push(`run ${made.run} → ${stage.run}`)
  if (made.seed !== now.seed) reasons.push(`seed ${made.seed} → ${now.seed}`)
  reasons.push(...differences('params', made.params, stage.params))
  reasons.push(...hashChanges('code of', made.code, now.code))
  reasons.push(...hashChanges('input', made.deps, now.deps))
  const outs = Object.keys(made.outs)
  for (const out of stage.outs) if (!outs.includes(out)) reasons.push(`output ${out} is new`)
  for (const out of outs) if (!stage.outs.includes(out)) reasons.push(`output ${out} is no longer asked for`)
  // Equal in every part and yet another key: the lock was edited by hand, or the order of outs changed.
  if (reasons.length === 0 && made.key !== keyOf(stage, now)) reasons.push('its key in the lock differs')
  return reasons
}

/** `params.budget.epochs 300 → 400`, by path. Lists are compared whole. */
function differences(path: string, was: Json | undefined, is: Json | undefined): string[] {
  if (was !== undefined && is !== undefined && canonical(was) === canonical(is)) return []
  if (isMap(was) && isMap(is)) {
    const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    return keys.flatMap((key) => differences(`${path}.${key}`, was[key], is[key]))
  }
  if (was === undefined) return [`${path} is new: ${short(is!)}`]
  if (is === undefined) return [`${path} is gone, was ${short(was)}`]
  return [`${path} ${short(was)} → ${short(is)}`]
}

function hashChanges(what: string, was: Hashed, is: Hashed): string[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  return names.flatMap((name) => {
    if (was[name] === is[name]) return []
    const verb = was[name] === undefined ? 'is new' : is[name] === undefined ? 'is gone' : 'changed'
    return [`${what} ${name} ${verb}`]
  })
}

function isMap(value: Json | undefined): value is Params {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function short(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > 40 ? `${text.slice(0, 37)}…` : text
}

/** Two entries cannot both have made one place; the later one did. */
function overlap(a: Hashed, b: Hashed): boolean {
  const inside = (x: string, y: string) => x === y || x.startsWith(`${y}/`)
  return Object.keys(a).some((x) => Object.keys(b).some((y) => inside(x, y) || inside(y, x)))
}

function entryText(id: string, made: Made, texts: WeakMap<Made, string>): string {
  const known = texts.get(made)
  if (known !== undefined) return known
  const lines = Object.entries(made).map(([field, value]) => `    ${field}: ${flow(value)}\n`)
  const text = `  ${id}:\n${lines.join('')}`
  texts.set(made, text)
  return text
}

/** JSON with spaces: YAML that people and JSON.parse can read. */
function flow(value: Json): string {
  if (Array.isArray(value)) return `[${value.map((one: Json) => flow(one)).join(', ')}]`
  if (!isMap(value)) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}: ${flow(one)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

/** As written by entryText, line by line: 40 times as fast as a YAML parser, which reads what a person has edited. */
function parseLines(text: string): { schema: unknown; stages: Record<string, unknown> } {
  const stages: Record<string, Record<string, Json>> = {}
  const [schema, profile, head, ...lines] = text.trimEnd().split('\n')
  if (!/^profile: /.test(profile ?? '') || head !== 'stages:') throw new Error('not as entryText writes it')
  let made: Record<string, Json> = {}
  for (const line of lines) {
    const [, id, field, value] = /^(?: {2}(\S+):| {4}(\w+): (.+))$/.exec(line) ?? []
    if (id !== undefined) made = stages[id] = {}
    else made[field!] = JSON.parse(value!)
  }
  return { schema: Number(schema!.replace('schema: ', '')), stages }
}

function parseLock(text: string): { schema: unknown; stages: Record<string, unknown> | null } {
  try {
    return parseLines(text)
  } catch {
    return parse(text, { maxAliasCount: 0 })
  }
}

function isMade(value: Made): boolean {
  const maps = [value?.code, value?.params, value?.deps, value?.outs, value?.facts]
  return typeof value?.key === 'string' && typeof value.run === 'string' && maps.every((map) => isMap(map))
}
