/**
 * What a stage's result depends on of the code: SHA-256 over a module and all it imports by a relative path.
 * Followed: static imports, `export … from`, import('./literal') and new URL('./literal', import.meta.url).
 * `import type` and `export type` leave no trace. Not followed: packages, and names put together at run time;
 * those that params mention come in through kinds.ts.
 */
import { readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import type { Params } from '../contracts.ts'
import { sha256 } from '../io/files.ts'
import { CODE } from '../io/lookup.ts'
import { fileOfMention, mentions } from './kinds.ts'
import { stageFile } from './stage-file.ts'

/** Hash of a module and its imports, blind to where the code is installed. */
export function codeHash(entry: string, modules: Modules = new Map()): string {
  const file = resolve(entry)
  const lines = [...closure(file, modules)].map(
    (other) => `${readModule(other, modules).sha}  ${relative(dirname(file), other).split(sep).join('/')}\n`,
  )
  return sha256(lines.sort().join(''))
}

/** The files a module stands on, itself first. */
export function closure(entry: string, modules: Modules = new Map()): Set<string> {
  const seen = new Set([entry])
  for (const file of seen) for (const next of readModule(file, modules).imports) seen.add(next)
  return seen
}

/** Hashes by module of all that the result of a stage depends on. */
export type StageCode = (run: string, params: Params) => Record<string, string>

/**
 * The code of stages whose modules lie in `stages`: the module itself and every module its params name.
 * Each file is read once, so that one plan sees one state of the code.
 */
export function stageCode(stages: string): StageCode {
  const modules: Modules = new Map()
  const hashes = new Map<string, string>()
  const hash = (file: string) => {
    const known = hashes.get(file) ?? codeHash(file, modules)
    hashes.set(file, known)
    return known
  }
  return (run, params) => {
    const named = mentions(params).flatMap((mention) => fileOfMention(mention) ?? [])
    return Object.fromEntries([stageFile(stages, run), ...named].map((file) => [shown(file), hash(file)]))
  }
}

interface Module {
  sha: string
  imports: readonly string[]
}
type Modules = Map<string, Module>

function readModule(file: string, modules: Modules): Module {
  const known = modules.get(file)
  if (known !== undefined) return known
  const bytes = readFileSync(file)
  const isCode = /\.[cm]?[jt]s$/.test(file)
  const imports = isCode ? specifiers(bytes.toString('utf8')).flatMap((path) => found(file, path)) : []
  const module = { sha: sha256(bytes), imports }
  modules.set(file, module)
  return module
}

// Anchored at the start of a line, so that the text of a comment or an example is rarely taken for code;
// where it is, a file that exists is hashed once too often, and one that does not is passed over.
const CLAUSE = /(?!\s+type\b(?!\s+from\b|\s*,))\b(?:(?!\b(?:import|export)\b)[\w$*\s{},])+?/.source
const FROM = new RegExp(`^[ \\t]*(?:import|export)${CLAUSE}\\bfrom\\s*['"](\\.{1,2}/[^'"]+)['"]`, 'gm')
const BARE = /^[ \t]*import\s*['"](\.{1,2}\/[^'"]+)['"]/gm
const CALL = /\bimport\(\s*['"](\.{1,2}\/[^'"]+)['"]\s*\)/g
const URLS = /\bnew URL\(\s*['"](\.{1,2}\/[^'"]+)['"]\s*,\s*import\.meta\.url\s*\)/g

function specifiers(text: string): string[] {
  return [FROM, BARE, CALL, URLS].flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1]!))
}

/** The file that `path` means beside `file`: as written, or with the extension of sources or of compiled code. */
function found(file: string, path: string): string[] {
  const full = resolve(dirname(file), path)
  const stem = full.replace(/\.[jt]s$/, '')
  const hit = [full, `${stem}.ts`, `${stem}.js`].find((candidate) =>
    statSync(candidate, { throwIfNoEntry: false })?.isFile(),
  )
  return hit === undefined ? [] : [hit]
}

/** 'models/operators/unet'; a file of the user's own by its path. */
function shown(file: string): string {
  const inside = relative(CODE, file)
  if (isAbsolute(inside) || inside.startsWith('..')) return file
  return inside
    .split(sep)
    .join('/')
    .replace(/\.[jt]s$/, '')
}
