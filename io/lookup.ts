/**
 * The name is the path: `models/operators/unet.ts` is the model `unet` of the track `operators`.
 * No registry: a folder is listed, a file is imported when it is asked for.
 */
import { readdirSync, statSync } from 'node:fs'
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { suggest, UserError } from './errors.ts'

/** The folder that holds models/, losses/, … of the code that is running: sources under tsx, dist/ otherwise. */
export const CODE = dirname(dirname(fileURLToPath(import.meta.url)))

/** Names in a folder of the code, sorted; subfolders are parts, not names. */
export function namesIn(folder: string): string[] {
  const names = new Set<string>()
  for (const entry of readdirSync(join(CODE, folder), { withFileTypes: true })) {
    if (entry.isFile() && /^[a-z0-9-]+\.(ts|js)$/.test(entry.name))
      names.add(basename(entry.name, extname(entry.name)))
  }
  return [...names].sort()
}

/** A value that is a path and not a name: it has a slash or an extension (`log.csv`; not `0.4`). */
export function isPath(name: string): boolean {
  return name.includes('/') || /\.[a-z][a-z0-9]*$/i.test(name)
}

/** What a path is called where a name is wanted: its file name, in lower case, without extension. */
export function nameOf(value: string): string {
  if (!isPath(value)) return value
  const stem = basename(value).replace(/\.[a-z0-9]+(\.gz)?$/i, '')
  return (
    stem
      .toLowerCase()
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'unnamed'
  )
}

/**
 * The file behind a name (or a path to a user's own file).
 * Throws: `model 'unett' not found in models/operators (fno, unet). Did you mean 'unet'?`
 * `others`: names that could have been meant and have no file.
 */
export function fileOf(kind: string, folder: string, name: string, others: readonly string[] = []): string {
  const candidates = isPath(name)
    ? [isAbsolute(name) ? name : resolve(name)]
    : [join(CODE, folder, `${name}.ts`), join(CODE, folder, `${name}.js`)]
  const found = candidates.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile())
  if (found !== undefined) return found
  if (isPath(name)) throw new UserError(`${kind} '${name}': no such file`)
  const names = [...namesIn(folder), ...others]
  throw new UserError(
    `${kind} '${name}' not found in ${folder} (${names.join(', ')}).${suggest(name, names)}`,
  )
}

/** Imports the default export behind a name. A user's own .ts file is compiled on the way. */
export async function load<T>(kind: string, folder: string, name: string): Promise<T> {
  const file = fileOf(kind, folder, name)
  const url = pathToFileURL(file).href
  const outside = file.endsWith('.ts') && !import.meta.url.endsWith('.ts')
  const module = outside
    ? await (await import('tsx/esm/api')).tsImport(url, import.meta.url)
    : await import(url)
  if (module.default === undefined) throw new UserError(`${kind} '${name}': ${file} has no default export`)
  return module.default as T
}
