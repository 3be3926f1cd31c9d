/**
 * YAML (1.2 core) that is no more than JSON: duplicate keys, unknown tags, alias bombs, non-finite numbers and
 * keys that reach into prototypes are refused, and every value knows its line and column.
 */
import { isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'
import type { Json } from '../contracts.ts'
import { UserError } from '../io/errors.ts'

/** The place of a key or an element, or of its nearest parent that exists: 'pipeline.yaml:41:5'. */
export type Place = (path: readonly (string | number)[]) => string

const LONGEST = 1 << 20 // characters; ours has 9 thousand
const ALIASES = 100 // how often an anchor may be unfolded
const DEEPEST = 100 // levels; ours has 5

export function parseYaml(text: string, name: string, longest = LONGEST): { value: Json; at: Place } {
  if (text.length > longest)
    throw new UserError(`${name}: ${text.length} characters, at most ${longest} are read`)
  if (isDeep(text)) throw new UserError(`${name}: nested too deeply`)
  const lines = new LineCounter()
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${name}:${line}:${col}`
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem !== undefined) throw new UserError(`${place(problem.pos[0])}: ${problem.message}`)
  const at: Place = (path) => place(offsetOf(document.contents, path))
  const value = sentenced(name, () => document.toJS({ maxAliasCount: ALIASES }) as Json)
  checkPlain(value, [], at)
  return { value, at }
}

/** What a value is when typed on a command line: `3` a number, `[a, b]` a list, anything plain a text. */
export function parseValue(text: string, name: string): Json {
  return parseYaml(text, name).value
}

/** The elements of `a, b, c`, each with the text it was typed as. */
export function parseList(text: string, name: string): { value: Json; text: string }[] {
  const { value } = parseYaml(`[${text}]`, name)
  const { contents } = parseDocument(`[${text}]`)
  if (!Array.isArray(value) || !isSeq(contents)) throw new UserError(`${name}: '${text}' is not a list`)
  return value.map((element: Json, i) => {
    const item = contents.items[i]
    return { value: element, text: isScalar(item) ? (item.source ?? String(element)) : '' }
  })
}

function offsetOf(root: unknown, path: readonly (string | number)[]): number {
  let node = root
  let offset = 0
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (pair === undefined) return offset
      offset = isScalar(pair.key) ? (pair.key.range?.[0] ?? offset) : offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(step)]
      offset = (node as { range?: number[] } | undefined)?.range?.[0] ?? offset
    } else return offset
  }
  return offset
}

function checkPlain(value: Json, path: readonly (string | number)[], at: Place): void {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new UserError(`${at(path)}: ${value} is no number that JSON can hold`)
  if (value === null || typeof value !== 'object') return
  for (const [key, inner] of Object.entries(value)) {
    if (['__proto__', 'constructor', 'prototype'].includes(key))
      throw new UserError(`${at([...path, key])}: the key '${key}' is refused`)
    checkPlain(inner, [...path, key], at)
  }
}

/**
 * Whether brackets, indentation or a row of dashes open too many levels. Looked at before parsing: the parser is
 * recursive, and at the end of its stack the process has been seen to die where no exception can be caught.
 */
function isDeep(text: string): boolean {
  let depth = 0
  for (const character of text) {
    if (character === '[' || character === '{') depth++
    else if (character === ']' || character === '}') depth--
    if (depth > DEEPEST) return true
  }
  return /^[ \t\-?:]{200}/m.test(text)
}

/** What the parser throws about its input, and does not report, becomes a sentence. */
function sentenced<T>(name: string, step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (error instanceof ReferenceError) throw new UserError(`${name}: ${error.message}`)
    throw error
  }
}
